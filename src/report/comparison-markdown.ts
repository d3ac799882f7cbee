/**
 * Comparisons as Markdown for a CI step summary.
 *
 * @module
 */
import { partingKinds } from '../harness/parting.ts';
import type { ComparedVerifier, ResultsComparison } from './compare-results.ts';
import type { VerifierComparison } from './compare-verifiers.ts';
import { cell } from './markdown.ts';
import { countsText, label } from './render-comparison.ts';

export function verifierComparisonMarkdown(comparison: VerifierComparison): string {
  const { verifiers, cases, compared, unanswered, parted, patterns, attacks, notes } = comparison;
  return page([
    '# Verifiers compared',
    '',
    `${verifiers.map(cell).join(', ')}: ${cases} cases; ${compared} deliveries answered by at least two, ${unanswered} by fewer.`,
    '',
    ...rows(
      ['they part by', 'deliveries'],
      partingKinds.map((kind) => [kind, String(parted[kind])]),
    ),
    ...heading('Patterns', patterns.length),
    ...rows(
      ['parts by', 'delivery', ...verifiers.map(cell), 'count', 'attacks', 'first one again'],
      patterns.map(({ kind, of, answers, count, attacks: where, replay }) => [
        kind,
        of,
        ...verifiers.map((name) => cell(answers.find((one) => one.verifier === name)?.answer ?? '')),
        String(count),
        Object.entries(where)
          .map(([attack, rounds]) => `${cell(attack)} ${rounds.length}`)
          .join(', '),
        cell(replay),
      ]),
    ),
    ...heading('Read differently', patterns.flatMap(({ readings = [] }) => readings).length),
    ...rows(
      ['first seen with', 'what', ...verifiers.map(cell)],
      patterns.flatMap(({ attacks: where, readings = [] }) =>
        readings.map(({ what, values }) => [
          cell(Object.keys(where)[0] ?? ''),
          cell(what),
          ...verifiers.map((name) => cell(values[name] ?? '')),
        ]),
      ),
    ),
    ...heading('Attacks', attacks.length),
    ...rows(
      ['attack', ...partingKinds],
      attacks.map(({ attack, kinds }) => [
        cell(attack),
        ...partingKinds.map((kind) => String(kinds[kind] ?? 0)),
      ]),
    ),
    ...heading('Notes', notes.length),
    ...notes.map((note) => `- ${cell(note)}`),
  ]);
}

export function resultsComparisonMarkdown({ files, verifiers, notes }: ResultsComparison): string {
  return page([
    '# Results compared',
    '',
    ...rows(
      ['', 'file', 'cases', 'seed', 'version'],
      files.map(({ file, done, seed, version }, i) => [
        label(i),
        cell(file),
        String(done),
        String(seed),
        cell(version),
      ]),
    ),
    ...verifiers.flatMap(verifierSection),
    ...heading('Notes', notes.length),
    ...notes.map((note) => `- ${cell(note)}`),
  ]);
}

function verifierSection(compared: ComparedVerifier): readonly string[] {
  const { names, attacks, policy, findings, changed } = compared;
  const labels = names.map((_, i) => label(i));
  const evidence = (notes: readonly (readonly string[])[]): readonly string[] =>
    notes.map((said) => said.map(cell).join('; '));
  return [
    ...heading([...new Set(names.filter((name) => name !== null))].map(cell).join(', '), 1),
    ...rows(
      ['verdict', ...labels],
      compared.verdicts.map(({ verdict, counts }) => [
        verdict,
        ...counts.map((count, i) => (names[i] === null ? '' : String(count))),
      ]),
    ),
    ...(findings.length + changed.length === 0 ? [] : ['']),
    ...rows(
      ['finding', 'attack', ...labels],
      [...findings, ...changed].map(({ kind, attack, notes }) => [
        cell(kind),
        cell(attack),
        ...evidence(notes),
      ]),
    ),
    ...(policy.length === 0 ? [] : ['']),
    ...rows(
      ['policy', ...labels],
      policy.map(({ attack, dimension, answers }) => [
        [attack, ...(dimension === '' ? [] : [dimension])].map(cell).join(', '),
        ...answers.map(cell),
      ]),
    ),
    ...(attacks.length === 0 ? [] : ['']),
    ...rows(
      ['attack', ...labels],
      attacks.map(({ attack, counts }) => [cell(attack), ...counts.map(countsText)]),
    ),
  ];
}

function heading(title: string, entries: number): readonly string[] {
  return entries === 0 ? [] : ['', `## ${title}`, ''];
}

/** Nothing where there are no rows. */
function rows(head: readonly string[], body: readonly (readonly string[])[]): readonly string[] {
  if (body.length === 0) return [];
  return [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`);
}

function page(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
