/**
 * `gauntlet catalogue`: every attack, or every valid family, built or not yet.
 *
 * @module
 */
import { listCatalogue, listValidFamilies } from '../attacks/catalogue.ts';
import { listPackageAttacks } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import { renderCatalogue } from '../report/catalogue-markdown.ts';
import { table } from '../report/terminal.ts';
import { revision } from '../scenarios/needs.ts';

export interface CatalogueOptions {
  readonly only?: string;
  /** The valid families in place of the attacks. */
  readonly valid?: boolean;
  readonly format: 'text' | 'json' | 'markdown';
}

export function runCatalogue(options: CatalogueOptions): number {
  const { only } = options;
  const listed = (options.valid ? listValidFamilies() : [...listCatalogue(), ...listPackageAttacks()]).filter(
    (row) =>
      only === undefined ||
      [row.id, row.family, row.group, row.handle, ...row.threats, ...row.requirements].includes(only),
  );
  if (listed.length === 0)
    throw new BenchError(
      'attack-unknown',
      `--only ${only}: no attack, group, family, requirement or threat has this name`,
    );
  if (options.format === 'json') {
    process.stdout.write(`${JSON.stringify(listed, null, 1)}\n`);
    return 0;
  }
  if (options.format === 'markdown') {
    process.stdout.write(`${renderCatalogue(listed).join('\n')}\n`);
    return 0;
  }
  const rows = listed.map((row) => [
    row.handle,
    row.id,
    row.family,
    row.strengths.join(' '),
    `${row.clause.doc} ${row.clause.section}`,
    row.notYet ? (row.why ? `not yet: ${row.why}` : 'not yet') : '',
  ]);
  const built = listed.filter((row) => !row.notYet).length;
  const lines = table([['', 'id', 'family', 'strength', 'clause', ''], ...rows]);
  process.stdout.write(
    `${lines.join('\n')}\n\n${built} built, ${listed.length - built} not yet; scenarios follow draft-ietf-suit-manifest-${revision}\n`,
  );
  return 0;
}
