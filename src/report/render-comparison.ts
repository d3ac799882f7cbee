/**
 * Comparisons as text for a terminal. Everything that verifiers and files say is escaped.
 *
 * @module
 */

import { escapeText } from '../escape-text.ts';
import { partingKinds } from '../harness/parting.ts';
import { howMany } from '../how-many.ts';
import type { ComparedVerifier, ResultsComparison } from './compare-results.ts';
import type { Pattern, VerifierComparison } from './compare-verifiers.ts';
import { readingLines, table } from './terminal.ts';

export function renderVerifierComparison(comparison: VerifierComparison): string {
  const { verifiers, cases, compared, unanswered, parted, patterns, attacks, notes } = comparison;
  const lines = [
    verifiers.map(escapeText).join(', '),
    `${howMany(cases, 'case')}; ${howMany(compared, 'delivery', 'deliveries')} answered by at least two, ${unanswered} by fewer`,
    '',
    ...table([['they part by', 'deliveries'], ...partingKinds.map((kind) => [kind, String(parted[kind])])]),
    ...patterns.flatMap(patternLines),
    ...section(
      'By attack',
      attacks.length === 0
        ? []
        : table([
            ['attack', ...partingKinds],
            ...attacks.map(({ attack, kinds }) => [
              escapeText(attack),
              ...partingKinds.map((kind) => String(kinds[kind] ?? '-')),
            ]),
          ]),
    ),
    ...section(
      'Notes',
      notes.map((note) => `- ${escapeText(note)}`),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function patternLines({ kind, of, answers, count, attacks, replay, readings }: Pattern): readonly string[] {
  const where = Object.entries(attacks).map(
    ([attack, rounds]) => `${escapeText(attack)} #${rounds.join(' #')}`,
  );
  return [
    '',
    `${kind}: ${of === 'control' ? 'valid deliveries' : 'attacked deliveries'}, ${count}`,
    ...table(answers.map(({ verifier, answer }) => [`  ${escapeText(verifier)}`, escapeText(answer)])),
    ...readingLines(readings ?? []),
    `  ${where.join(', ')}`,
    `  ${escapeText(replay)}`,
  ];
}

export function renderResultsComparison({ files, verifiers, notes }: ResultsComparison): string {
  const lines = [
    ...files.map(
      ({ file, version, seed, done, subject }, i) =>
        `${label(i)}  ${escapeText(file)}: ${howMany(done, 'case')}, seed ${seed}, ${escapeText(subject)}, version ${escapeText(version)}`,
    ),
    ...verifiers.flatMap((one) => verifierLines(one)),
    ...section(
      'Notes',
      notes.map((note) => `- ${escapeText(note)}`),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function verifierLines(compared: ComparedVerifier): readonly string[] {
  const { names, attacks, policy, findings, changed } = compared;
  const known = [...new Set(names.filter((name) => name !== null))];
  const labels = names.map((_, i) => label(i));
  return [
    ...section(known.map(escapeText).join(', '), [
      ...table([
        ['verdict', ...labels],
        ...compared.verdicts.map(({ verdict, counts }) => [
          verdict,
          ...counts.map((count, i) => (names[i] === null ? '-' : String(count))),
        ]),
      ]),
    ]),
    ...section(
      'Findings that not all have',
      findings.flatMap(({ attack, kind, notes, replay }) => [
        `${notes.flatMap((said, i) => (said.length > 0 ? [label(i)] : [])).join(' ')}  ${escapeText(kind)}, ${escapeText(attack)}: ${escapeText(notes.flat()[0] ?? '')}`,
        `   ${escapeText(replay)}`,
      ]),
    ),
    ...section(
      'Findings with other evidence',
      changed.flatMap(({ attack, kind, notes }) => [
        `${escapeText(kind)}, ${escapeText(attack)}`,
        ...notes.map((said, i) => `   ${label(i)}  ${said.map(escapeText).join('; ')}`),
      ]),
    ),
    ...section(
      'Policies that are answered otherwise',
      policy.flatMap(({ attack, dimension, answers }) => [
        [attack, ...(dimension === '' ? [] : [dimension])].map(escapeText).join(', '),
        ...answers.map((answer, i) => `   ${label(i)}  ${escapeText(answer)}`),
      ]),
    ),
    ...section(
      'Attacks with other verdicts',
      attacks.length === 0
        ? []
        : table([
            ['attack', ...labels],
            ...attacks.map(({ attack, counts }) => [escapeText(attack), ...counts.map(countsText)]),
          ]),
    ),
  ];
}

/** "proven 9, failed 1" */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const said = Object.entries(counts).map(([verdict, count]) => `${verdict} ${count}`);
  return said.join(', ') || '-';
}

/** A for the first file, B for the second … */
export function label(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `#${index + 1}`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, '', ...lines];
}
