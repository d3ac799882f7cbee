/**
 * The attacks that `--only` names.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import { catalogue, listCatalogue, selectAttacks } from '../attacks/catalogue.ts';
import { BenchError } from '../bench-error.ts';

/** In the catalogue's order; all where nothing is named. Throws BenchError `attack-unknown`. */
export function chosenAttacks(only: readonly string[] | undefined): readonly AnyAttack[] {
  if (only === undefined) return catalogue;
  const wanted = new Set(
    only.flatMap((name) => {
      const found = selectAttacks(name);
      if (found === undefined || found.length === 0) {
        const notYet = listCatalogue().some(
          (row) => row.notYet && (row.id === name || row.handle === name.toUpperCase()),
        );
        throw new BenchError(
          'attack-unknown',
          `--only ${name}: ${notYet ? 'this attack is not built yet' : 'no attack, group, family, requirement or threat has this name'}; "gauntlet catalogue" lists them`,
        );
      }
      return found;
    }),
  );
  return catalogue.filter((attack) => wanted.has(attack));
}
