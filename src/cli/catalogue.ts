/**
 * `gauntlet catalogue`: every attack, built or not yet.
 *
 * @module
 */
import { listCatalogue } from '../attacks/catalogue.ts';
import { BenchError } from '../bench-error.ts';
import { table } from '../report/terminal.ts';
import { revision } from '../scenarios/needs.ts';

export function runCatalogue(options: { readonly only?: string; readonly format: 'text' | 'json' }): number {
  const { only } = options;
  const listed = listCatalogue().filter(
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
  const rows = listed.map((row) => [
    row.handle,
    row.id,
    row.family,
    row.strengths.join(' '),
    `${row.clause.doc} ${row.clause.section}`,
    row.notYet ? 'not yet' : '',
  ]);
  const built = listed.filter((row) => !row.notYet).length;
  const lines = table([['', 'id', 'family', 'strength', 'clause', ''], ...rows]);
  process.stdout.write(
    `${lines.join('\n')}\n\n${built} built, ${listed.length - built} not yet; scenarios follow draft-ietf-suit-manifest-${revision}\n`,
  );
  return 0;
}
