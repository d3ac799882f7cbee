/**
 * What a stored case may be of: attacks, valid families, and what is composed of several deliveries or attacks.
 *
 * @module
 */
import type { AnyAttack } from './attack.ts';
import { allCases } from './catalogue.ts';
import { historyAttacks } from './histories.ts';
import { pairAttacks } from './pairs.ts';

/** Not on the working list: no row of it, but several in one case. */
export const composed: readonly AnyAttack[] = [...historyAttacks, ...pairAttacks];

export const replayable: readonly AnyAttack[] = [...allCases, ...composed];
