/**
 * What a stored case may be of: attacks, valid families, what is composed of several deliveries or
 * attacks, and blind changes.
 *
 * @module
 */
import type { AnyAttack } from './attack.ts';
import { blindAttacks } from './blind.ts';
import { allCases, builtAs, type Listing, listCatalogue, listValidFamilies } from './catalogue.ts';
import { packageAttacks } from './firmware-package.ts';
import { deliverGivenBytes } from './given-bytes.ts';
import { historyAttacks } from './histories.ts';
import { pairAttacks } from './pairs.ts';

/** Not on the working list: no row of it, but several in one case, or bytes that nobody knows the meaning of. */
export const composed: readonly AnyAttack[] = [
  ...historyAttacks,
  ...pairAttacks,
  ...blindAttacks,
  deliverGivenBytes,
];

export const replayable: readonly AnyAttack[] = [...allCases, ...composed, ...packageAttacks];

/** Everything that a finding may be of, as the catalogue lists its rows. */
export function listReplayable(): readonly Listing[] {
  return [...listCatalogue(), ...listValidFamilies(), ...composed.map(listed), ...listPackageAttacks()];
}

/** Those on firmware packages: they are on no row of the working list. */
export function listPackageAttacks(): readonly Listing[] {
  return packageAttacks.map(listed);
}

function listed(attack: AnyAttack): Listing {
  const { id, family, group, handle, change, threats, violates } = attack;
  return {
    id,
    family,
    group,
    handle,
    change,
    threats,
    requirements: violates,
    ...builtAs(attack),
  };
}
