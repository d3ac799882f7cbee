/**
 * Attacks on a recipient's room and time, after authentication (draft §6.5, §8.4.10.8).
 *
 * @module
 */
import fc from 'fast-check';
import { manifest } from '../suit/clause.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { type Commands, componentItems, runSequence, select, unread } from './command-items.ts';
import { eitherAnswer } from './expectation.ts';
import { authorResourceAttacks } from './resource-author.ts';
import { stormAttacks } from './resource-storm.ts';
import { unauthenticResourceAttacks } from './resource-unauthentic.ts';
import { insert } from './twin.ts';

/** Each sequence selects every component and runs the next: `components ** depth` runs from a few bytes each. */
export const loopTrue: Attack<{ depth: number }> = {
  id: 'res.loop.true',
  handle: 'Q03',
  group: 'Q',
  family: 'resource',
  change: 'nest run-sequences that select every component',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [eitherAnswer(['limit-steps', 'limit-depth'], manifest('6.5'), { level: 'installed' })],
  on: { features: ['network', 'update', 'multi-component'] },
  choice: fc.record({ depth: fc.constantFrom(4, 8, 15, 24, 40) }),
  apply(scenario, { depth }) {
    if (componentItems(scenario.release).length < 2) return undefined;
    let commands: Commands = [...select(true), ...unread];
    for (let i = 0; i < depth; i++) commands = [...select(true), ...runSequence(commands)];
    return insert(scenario, [{ section: 'install', commands }], { event: 'update' });
  },
};

export const resourceAttacks: readonly AnyAttack[] = [
  loopTrue,
  ...unauthenticResourceAttacks,
  ...authorResourceAttacks,
  ...stormAttacks,
];
