/**
 * The attacks, or valid families, that `--only` and `--valid` name.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import { catalogue, listCatalogue, listValidFamilies, selectAttacks } from '../attacks/catalogue.ts';
import { composed, replayable } from '../attacks/replayable.ts';
import { validCases } from '../attacks/valid.ts';
import { BenchError } from '../bench-error.ts';

export interface Choice {
  readonly only?: readonly string[];
  /** Valid families, and no attacks. */
  readonly valid?: boolean;
}

/** In the catalogue's order; all attacks where nothing is named. Throws BenchError `attack-unknown`. */
export function chosenAttacks({ only, valid }: Choice): readonly AnyAttack[] {
  if (only === undefined) return valid ? validCases : catalogue;
  const wanted = new Set(
    only.flatMap((name) => {
      const found = composed.some(({ id }) => id === name)
        ? composed.filter(({ id }) => id === name)
        : selectAttacks(name);
      if (found === undefined || found.length === 0) {
        const notYet = [...listCatalogue(), ...listValidFamilies()].some(
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
  return (valid ? validCases : replayable).filter((attack) => wanted.has(attack));
}
