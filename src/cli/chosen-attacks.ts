/**
 * The attacks, or valid families, that `--only` and `--valid` name.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import { catalogue, listCatalogue, listValidFamilies, named, selectAttacks } from '../attacks/catalogue.ts';
import { packageAttacks } from '../attacks/firmware-package.ts';
import { composed, replayable } from '../attacks/replayable.ts';
import { validCases } from '../attacks/valid.ts';
import { BenchError } from '../bench-error.ts';

export interface Choice {
  readonly only?: readonly string[];
  /** Valid families, and no attacks. */
  readonly valid?: boolean;
  /** Attacks on firmware packages, in place of those on envelopes. */
  readonly packages?: true;
}

/** In the catalogue's order; all attacks where nothing is named. Throws BenchError `attack-unknown`. */
export function chosenAttacks({ only, valid, packages }: Choice): readonly AnyAttack[] {
  const all = packages ? packageAttacks : catalogue;
  if (only === undefined) return valid ? validCases : all;
  const wanted = new Set(
    only.flatMap((name) => {
      const found = packages ? named(packageAttacks, name) : foundAmongEnvelopes(name);
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

function foundAmongEnvelopes(name: string): readonly AnyAttack[] | undefined {
  const whole = composed.filter(({ id }) => id === name);
  // Of those on packages only who is meant alone: a family or a requirement means the ones on envelopes.
  const packages = packageAttacks.filter((one) => [one.id, one.handle, one.group].includes(name));
  const found = [...whole, ...packages];
  return found.length > 0 ? found : selectAttacks(name);
}
