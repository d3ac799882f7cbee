/**
 * Results as plain text for a terminal or a log.
 *
 * @module
 */

import { escapeText } from '../escape-text.ts';
import type { Difference } from '../harness/readings.ts';
import type { Counts } from '../harness/tally.ts';
import { emptyCounts } from '../harness/tally.ts';
import { verdicts } from '../harness/verdict.ts';
import { howMany } from '../how-many.ts';
import type { BaselineComparison } from './baseline.ts';
import { countsOf, familiesOf, inWords, policySheet, type Results } from './results.ts';

export function renderResults(results: Results, baseline?: BaselineComparison): string {
  const names = Object.keys(results.verifiers);
  const lines = [
    `${results.done} of ${howMany(results.planned, 'case')}, seed ${results.seed}, ${results.subject}`,
    '',
    'Resisted / must-reject and should-reject cases judged, by family (F failed, w weak, m masked)',
    '',
    ...table([
      ['family', ...names.map(escapeText)],
      ...familiesOf(results).map((family) => [
        family,
        ...names.map((name) => familyCell(family, countsOf(results, name, family))),
      ]),
    ]),
    '',
    'All verdicts',
    '',
    ...table([
      ['verdict', ...names.map(escapeText)],
      ...verdicts.map((verdict) => [
        verdict,
        ...names.map((name) => String(results.verifiers[name]?.[verdict] ?? 0)),
      ]),
    ]),
    ...section(
      'Policy: rows with either answer allowed (the sheet is in results.json and summary.md)',
      policy(results, names),
    ),
    ...validSection(results),
    ...section('Findings', results.findings.map(findingLine(baseline))),
    ...section('Against the baseline', baseline?.problems.map((problem) => `- ${escapeText(problem)}`) ?? []),
    ...section(
      'Of attacks newer than the baseline, not gating until it is written anew',
      baseline?.newer?.map((one) => `- ${escapeText(one)}`) ?? [],
    ),
    ...section(
      'Never applicable here',
      results.neverApplicable.length > 0 ? [results.neverApplicable.join(', ')] : [],
    ),
    ...section(
      'Notes',
      results.notes.map((note) => `- ${escapeText(note)}`),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Where valid scenarios alone were the cases: accepted out of those delivered, by family. */
function validSection(results: Results): string[] {
  const names = Object.keys(results.verifiers);
  const own = new Set(names.flatMap((name) => Object.keys(results.attacks[name] ?? {})));
  const ids = [...own].filter((id) => id.startsWith('valid.'));
  if (ids.length < own.size) return [];
  const rows = ids.map((id) => [
    id,
    ...names.map((name) => {
      const counts = results.attacks[name]?.[id] ?? emptyCounts();
      const delivered = counts.accepted + counts.failed + counts.inconclusive;
      const marks = [
        counts.failed > 0 ? ` F${counts.failed}` : '',
        counts.inconclusive > 0 ? ` no room ${counts.inconclusive}` : '',
        counts.skipped > 0 ? ` skipped ${counts.skipped}` : '',
      ];
      return `${counts.accepted}/${delivered}${marks.join('')}`;
    }),
  ]);
  const lines = table([['family', ...names.map(escapeText)], ...rows]);
  return rows.length === 0 ? [] : section('Valid scenarios accepted', lines);
}

export function findingLine(
  baseline: BaselineComparison | undefined,
): (finding: Results['findings'][number]) => string {
  return (finding) => {
    const reason = baseline?.known.get(finding.fingerprint);
    const known = reason === undefined ? 'NEW  ' : 'known';
    return [
      `${known} ${escapeText(finding.id)} ${escapeText(finding.verifier)}: ${finding.kind}, ${finding.attack} (${howMany(finding.cases, 'case')})`,
      `      ${escapeText(finding.note)}`,
      ...readingLines(finding.readings ?? []),
      ...(reason === undefined
        ? [`      ${escapeText(finding.replay)}`]
        : [`      known because: ${escapeText(reason)}`]),
    ].join('\n');
  };
}

/** The readings one under the other: "component 0: reference 3 bytes …, mine 4 bytes …". */
export function readingLines(readings: readonly Difference[]): readonly string[] {
  return readings.flatMap(({ what, values }) => [
    `      ${escapeText(what)}`,
    ...table(
      Object.entries(values).map(([verifier, value]) => [escapeText(verifier), escapeText(value)]),
    ).map((line) => `        ${line}`),
  ]);
}

/** How many rows each verifier accepts, refuses, and answers both ways. */
function policy(results: Results, names: readonly string[]): string[] {
  const sheet = policySheet(results);
  if (sheet.length === 0) return [];
  const counted = (start: string): string[] => [
    start,
    ...names.map((name) =>
      String(sheet.filter(({ answers }) => inWords(answers[name]).startsWith(start)).length),
    ),
  ];
  return table([['', ...names.map(escapeText)], counted('accepts'), counted('refuses'), counted('both')]);
}

export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, '', ...lines];
}

/** "41/42 F1": proven and unattributed out of all that were judged for rejection; valid: accepted. */
export function familyCell(family: string, counts: Counts): string {
  if (family === 'valid') {
    const all = counts.accepted + counts.failed + counts.inconclusive;
    return all === 0 ? '-' : `${counts.accepted}/${all}${counts.failed > 0 ? ` F${counts.failed}` : ''}`;
  }
  const resisted = counts.proven + counts.unattributed;
  const judged = resisted + counts.failed + counts.weak + counts.masked;
  const marks = [
    counts.failed > 0 ? ` F${counts.failed}` : '',
    counts.weak > 0 ? ` w${counts.weak}` : '',
    counts.masked > 0 ? ` m${counts.masked}` : '',
  ];
  if (judged > 0) return `${resisted}/${judged}${marks.join('')}`;
  if (counts.skipped > 0) return 'skipped';
  return counts.inconclusive > 0 ? 'inconclusive' : '-';
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
