/**
 * Results as Markdown for a CI step summary: what is new first.
 *
 * @module
 */

import { escapeText } from '../escape-text.ts';
import type { Difference } from '../harness/readings.ts';
import { verdicts } from '../harness/verdict.ts';
import { howMany } from '../how-many.ts';
import type { BaselineComparison } from './baseline.ts';
import { countsOf, familiesOf, inWords, policySheet, type Results } from './results.ts';

export function renderMarkdown(results: Results, baseline?: BaselineComparison): string {
  const names = Object.keys(results.verifiers);
  const fresh = results.findings.filter((finding) => !baseline?.known.has(finding.fingerprint));
  const known = results.findings.length - fresh.length;
  const header = (first: string): string[] => [
    `| ${first} | ${names.map(cell).join(' | ')} |`,
    `| --- | ${names.map(() => '---:').join(' | ')} |`,
  ];
  return `${[
    '# suit-gauntlet',
    '',
    `${results.done} of ${howMany(results.planned, 'case')}, seed ${results.seed}. ${howMany(fresh.length, 'new finding')}, ${known} known.`,
    '',
    ...(fresh.length > 0
      ? [
          '## New',
          '',
          ...fresh.flatMap((f) => [
            `- **${f.kind}** ${cell(f.verifier)}, \`${f.attack}\`: ${cell(f.note)}<br>See it again: ${cell(f.replay)}`,
            ...sideBySide(f.readings ?? []),
          ]),
          '',
        ]
      : []),
    ...(baseline && baseline.problems.length > 0
      ? ['## Against the baseline', '', ...baseline.problems.map((problem) => `- ${cell(problem)}`), '']
      : []),
    ...(baseline?.newer
      ? [
          '## Of attacks newer than the baseline, not gating',
          '',
          ...baseline.newer.map((one) => `- ${cell(one)}`),
          '',
        ]
      : []),
    '## Families (proven + unattributed / failed / weak)',
    '',
    ...header('family'),
    ...familiesOf(results).map((family) => {
      const cells = names.map((name) => {
        const c = countsOf(results, name, family);
        return `${c.proven + c.unattributed + (family === 'valid' ? c.accepted : 0)} / ${c.failed} / ${c.weak}`;
      });
      return `| ${family} | ${cells.join(' | ')} |`;
    }),
    '',
    '## Verdicts',
    '',
    ...header('verdict'),
    ...verdicts.map((v) => `| ${v} | ${names.map((n) => results.verifiers[n]?.[v] ?? 0).join(' | ')} |`),
    ...policy(results, names),
  ].join('\n')}\n`;
}

/** Within a list: a row for each thing that was read, a column for each verifier. */
function sideBySide(readings: readonly Difference[]): string[] {
  if (readings.length === 0) return [];
  const verifiers = [...new Set(readings.flatMap(({ values }) => Object.keys(values)))];
  const row = (cells: readonly string[]): string => `  | ${cells.join(' | ')} |`;
  return [
    '',
    row(['read', ...verifiers.map(cell)]),
    row(['---', ...verifiers.map(() => '---')]),
    ...readings.map(({ what, values }) =>
      row([cell(what), ...verifiers.map((name) => cell(values[name] ?? ''))]),
    ),
    '',
  ];
}

/** Either answer is allowed, but the same one each time. */
function policy(results: Results, names: readonly string[]): string[] {
  const sheet = policySheet(results);
  if (sheet.length === 0) return [];
  return [
    '',
    '## Policy',
    '',
    `| attack | where | ${names.map(cell).join(' | ')} |`,
    `| --- | --- | ${names.map(() => '---').join(' | ')} |`,
    ...sheet.map(
      ({ attack, dimension, answers }) =>
        `| ${cell(attack)} | ${cell(dimension)} | ${names.map((name) => cell(inWords(answers[name]))).join(' | ')} |`,
    ),
  ];
}

/** Text from elsewhere inside a table or list: no markup, no cell breaks. Parentheses make no link without brackets. */
export function cell(text: string): string {
  return escapeText(text).replace(/[\\`*_[\]#+!|<>&]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
