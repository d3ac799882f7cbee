/**
 * A fuzzing run as plain text for a terminal or a log.
 *
 * @module
 */

import { escapeText } from '../escape-text.ts';
import { howMany } from '../how-many.ts';
import type { BaselineComparison } from './baseline.ts';
import type { FuzzReport } from './fuzz-report.ts';
import type { Results } from './results.ts';
import { findingLine, readingLines, section, table } from './terminal.ts';

const mostDifferences = 20;

export function renderFuzz(report: FuzzReport, results: Results, baseline?: BaselineComparison): string {
  const { cases, timing, corpus, verifiers, behaviours, origins, findings } = report;
  const jobs = timing.jobs === 0 ? '' : `, ${howMany(timing.jobs, 'job')}`;
  const rate = `${timing.casesPerSecond} cases a second${jobs}`;
  const lines = [
    `${howMany(cases, 'case')} in ${timing.seconds} s (${rate}), seed ${report.seed}, ${howMany(report.attacks, 'attack')}`,
    ...section('Novel behaviours by verifier', [
      ...table(
        verifiers.map((name) => [escapeText(name), String(Object.keys(behaviours[name] ?? {}).length)]),
      ),
    ]),
    ...section('Corpus: kept cases among the first so many', [
      ...table([
        ['cases', ...corpus.growth.map((point) => String(point.cases))],
        ['kept', ...corpus.growth.map((point) => String(point.kept))],
      ]),
    ]),
    ...section('How they came about', [
      ...table([
        ['', 'cases', 'kept'],
        ...Object.entries(origins).map(([origin, of]) => [origin, String(of.cases), String(of.kept)]),
      ]),
    ]),
    ...section('Verifiers that part over the same bytes', differences(report)),
    ...section('Findings', findings.map(findingLine(baseline))),
    ...section('Against the baseline', baseline?.problems.map((problem) => `- ${escapeText(problem)}`) ?? []),
    ...section(
      'Notes',
      results.notes.map((note) => `- ${escapeText(note)}`),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function differences({ differences: all }: FuzzReport): string[] {
  const grave = all.toSorted((a, b) => Number(b.bothAccept) - Number(a.bothAccept));
  const shown = grave.slice(0, mostDifferences);
  const lines = shown.flatMap(({ kind, answers, bothAccept, readings = [], cases, attack, file }) => {
    const said = Object.entries(answers).map(([verifier, answer]) => `${verifier} ${answer}`);
    const what = bothAccept ? 'both accept, and read differently' : kind;
    const line = `${what}: ${said.join('; ')} (${cases}; first ${attack}, corpus/${file})`;
    return [escapeText(line), ...readingLines(readings)];
  });
  const more = all.length - shown.length;
  return more > 0 ? [...lines, `and ${more} more in fuzz.json`] : lines;
}
