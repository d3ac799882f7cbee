/**
 * Attacks on strict-order: sequences that may be run in parallel (draft §6.7, §8.4.8.14).
 *
 * @module
 */
import fc from 'fast-check';
import { bool, int } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, override, passing, runSequence, select, unread } from './command-items.ts';
import { mustReject, shouldReject } from './expectation.ts';
import { contentA, contentB, pairOf, prelude, writing } from './pair-prelude.ts';
import { processingAttacks } from './processing.ts';
import { insert } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;

const furtherIndex = mustReject(['order-violation'], manifest('6.7'));
const noIndex = shouldReject(['order-violation'], manifest('6.7'));

/** A sequence run in parallel sets its index twice, or does not begin with it. */
export const runIndex: Attack<{ form: 'further' | 'further-true' | 'none' }> = {
  ...common,
  id: 'strict.run-index',
  handle: 'J29',
  change: 'set the index once more, or not at first, in a sequence that is run with strict-order false',
  expects: [furtherIndex, noIndex],
  on: { features: ['network', 'update'] },
  choice: fc.record({ form: fc.constantFrom('further', 'further-true', 'none') }),
  apply(scenario, { form }) {
    const target = scenario.images[0]?.component;
    const passes = passing(scenario.release);
    if (target === undefined || passes === undefined) return undefined;
    const forms = {
      further: [...select(target), ...unread, ...select(target)],
      'further-true': [...select(target), ...unread, ...select(true)],
      none: [...unread],
    };
    const commands = [
      ...select(target),
      ...override({ strictOrder: bool(false) }),
      ...runSequence(forms[form]),
      ...override({ strictOrder: bool(true) }),
    ];
    const expect = form === 'none' ? noIndex : furtherIndex;
    return insert(scenario, [{ section: 'install', commands }], { event: 'update', expect });
  },
};

/** Two components are copied into each other while order is free. */
export const race: Attack<{ order: 'listed' | 'reverse' }> = {
  ...common,
  id: 'strict.race',
  handle: 'J27',
  change: 'let a component be both source and target while strict-order is false',
  expects: [shouldReject(['order-violation'], manifest('6.7'))],
  on: { features: ['network', 'update', 'multi-component', 'other-components', 'variable-storage'] },
  choice: fc.record({ order: fc.constantFrom('listed', 'reverse') }),
  apply(scenario, { order }) {
    const pair = pairOf(scenario);
    const both = pair?.select(order);
    if (pair === undefined || both === undefined) return undefined;
    return prelude(scenario, [
      ...writing(pair.a, contentA),
      ...override({ sourceComponent: int(pair.b) }),
      ...writing(pair.b, contentB),
      ...override({ sourceComponent: int(pair.a), strictOrder: bool(false) }),
      ...both,
      ...command(code.copy),
      ...override({ strictOrder: bool(true) }),
    ]);
  },
};

export const strictOrderAttacks: readonly AnyAttack[] = [runIndex, race, ...processingAttacks];
