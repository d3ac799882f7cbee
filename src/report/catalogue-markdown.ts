/**
 * The catalogue as Markdown, for an auditor: a table for each family.
 *
 * @module
 */
import type { Listing } from '../attacks/catalogue.ts';
import { cite } from '../suit/clause.ts';
import { cell } from './markdown.ts';

const heading = [
  '',
  'id',
  'what is changed',
  'by',
  'strength',
  'clause',
  'threats and requirements',
  'built',
];

export function renderCatalogue(listed: readonly Listing[]): readonly string[] {
  const families = [...new Set(listed.map(({ family }) => family))];
  const built = listed.filter(({ notYet }) => !notYet).length;
  return [
    '# Catalogue',
    '',
    `${built} built, ${listed.length - built} not yet.`,
    ...families.flatMap((family) => [
      '',
      `## ${family}`,
      '',
      line(heading),
      line(heading.map(() => '---')),
      ...listed.filter((row) => row.family === family).map((row) => line(cellsOf(row))),
    ]),
  ];
}

function cellsOf(row: Listing): readonly string[] {
  const { doc, section } = row.clause;
  return [
    row.handle,
    `\`${row.id}\``,
    cell(row.change),
    row.by.join(', '),
    row.strengths.join(', '),
    cell(doc === 'none' ? '' : cite({ doc, section } as Parameters<typeof cite>[0])),
    [...row.threats, ...row.requirements].map(cell).join(' '),
    row.notYet ? cell(row.why ? `not yet: ${row.why}` : 'not yet') : 'yes',
  ];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
