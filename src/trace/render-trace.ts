/**
 * A trace as Markdown.
 *
 * @module
 */
import { verdicts } from '../harness/verdict.ts';
import { cell } from '../report/markdown.ts';
import { cite } from '../suit/clause.ts';
import type { ClauseTrace, TracedRow } from './clause-trace.ts';
import type { ThreatTrace, TracedItem } from './threat-trace.ts';
import type { Cover, Status } from './world.ts';

export function renderTrace(trace: ClauseTrace | ThreatTrace): string {
  const lines = trace.view === 'clauses' ? renderClauses(trace) : renderThreats(trace);
  const loose = trace.orphans.map((orphan) => `- ${cell(orphan)}`);
  return `${[...lines, ...(loose.length > 0 ? ['', '## Orphans', '', ...loose] : [])].join('\n')}\n`;
}

function renderClauses({ rows, summary }: ClauseTrace): string[] {
  const documents = [...new Set(rows.map(({ clause }) => clause.doc))];
  const { statuses, recipient, others } = summary;
  return [
    '# Clauses',
    '',
    ...documents.flatMap((doc) => {
      const of = rows.filter(({ clause }) => clause.doc === doc);
      return [
        `## ${cite({ doc, section: '' }).replace(' §', '')}`,
        '',
        ...tableOf(['clause', 'keyword', 'binds', 'duty', 'status', 'covered by', 'rules'], of, clauseCells),
        '',
      ];
    }),
    `${summary.rows} rows: ${inWords(statuses)}.`,
    `Of those that bind a recipient: ${inWords(recipient)}.`,
    `Of those that bind only authors or others: ${inWords(others)}.`,
  ];
}

function clauseCells(row: TracedRow): string[] {
  const covers = [...row.families, ...row.attacks].map(coverText);
  return [
    row.id,
    row.keyword,
    row.binds,
    cell(row.duty),
    row.status,
    [...covers, ...(row.because === undefined ? [] : [cell(row.because)])].join('; '),
    row.checks.join(' '),
  ];
}

function renderThreats(trace: ThreatTrace): string[] {
  const byId = new Map(trace.requirements.map((item) => [item.id, item]));
  const heading = ['id', 'RFC 9124', 'status', 'attacks'];
  return [
    '# Threats',
    '',
    'Covered: at least one attack on it is built. Planned: attacks on it are listed, and none is built yet, for the reason that stands first. Not testable: no delivery to a verifier could show it.',
    '',
    ...trace.threats.flatMap((threat) => {
      const mitigating = threat.requirements.flatMap((id) => byId.get(id) ?? []);
      return [`## ${threat.id}`, '', ...tableOf(heading, [threat, ...mitigating], itemCells), ''];
    }),
    '## Requirements',
    '',
    ...tableOf(heading, trace.requirements, itemCells),
    '',
    `${trace.threats.length} threats: ${inWords(trace.summary.threats)}.`,
    `${trace.requirements.length} requirements: ${inWords(trace.summary.requirements)}.`,
  ];
}

function itemCells({ id, section, status, attacks, reason }: TracedItem): string[] {
  const why = reason === undefined ? [] : [cell(reason)];
  const listed = attacks.length === 0 ? [] : [attacks.map(coverText).join('; ')];
  return [id, `§${section}`, status, [...why, ...listed].join(': ')];
}

/** "cose.sig.flip (reference: 10 proven)", or "(not yet)". */
function coverText({ id, notYet, verdicts: of }: Cover): string {
  if (notYet) return `${id} (not yet)`;
  if (of === undefined) return id;
  const answers = Object.entries(of).map(([verifier, counts]) => {
    const fallen = verdicts.flatMap((verdict) => (counts[verdict] ? [`${counts[verdict]} ${verdict}`] : []));
    return `${cell(verifier)}: ${fallen.join(', ')}`;
  });
  return `${id} (${answers.join('; ')})`;
}

function tableOf<T>(
  heading: readonly string[],
  rows: readonly T[],
  cells: (row: T) => readonly string[],
): string[] {
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map((row) => line(cells(row)))];
}

function inWords(counts: Readonly<Record<Status, number>>): string {
  return `${counts.covered} covered, ${counts.planned} planned only, ${counts['not-testable']} not testable, ${counts.uncovered} uncovered`;
}
