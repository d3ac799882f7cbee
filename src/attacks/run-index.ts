/**
 * Attacks on the component index inside run-sequence: each pass has its own, and the outer sequence gets its back
 * (draft §6.5).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, componentItems, override, runSequence, select, unread } from './command-items.ts';
import { eitherAnswer, mustAccept } from './expectation.ts';
import { checking, contentA, contentB, pairOf, prelude } from './pair-prelude.ts';
import { useOf } from './parameter-scope.ts';
import { insert } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;

/** A run-sequence over two components changes the index in itself; the second pass begins at its own. */
export const loop: Attack<{ order: 'listed' | 'reverse' }> = {
  ...common,
  id: 'run.index-loop',
  handle: 'J40',
  change: 'change the index at the end of a sequence that is run for two components',
  expects: [mustAccept(manifest('6.5'))],
  on: { features: ['network', 'update', 'multi-component', 'other-components', 'variable-storage'] },
  choice: fc.record({ order: fc.constantFrom('listed', 'reverse') }),
  apply(scenario, { order: wanted }) {
    const pair = pairOf(scenario);
    const both = pair?.select(wanted);
    if (pair === undefined || both === undefined) return undefined;
    const { a, b } = pair;
    return prelude(scenario, [
      ...select(a),
      ...override({ content: bstr(contentA) }),
      ...select(b),
      ...override({ content: bstr(contentB) }),
      ...both,
      ...runSequence([...command(code.write), ...select(wanted === 'listed' ? a : b)]),
      ...checking(a, contentA),
      ...checking(b, contentB),
    ]);
  },
};

/** An inner sequence sets another index; after it, a condition that holds only on the component before. */
export const restored: Attack<null> = {
  ...common,
  id: 'run.index-restore',
  handle: 'J26',
  change: 'set another index in a run-sequence, and read a parameter of the component before it afterwards',
  expects: [eitherAnswer(['state-conflict', 'param-missing'], manifest('6.5'), { level: 'applicable' })],
  on: { features: ['multi-component', 'flat'] },
  choice: fc.constant(null),
  apply(scenario) {
    const use = useOf(scenario, 'componentSlot');
    const image = scenario.images[0];
    if (use === undefined || image === undefined || componentItems(scenario.release).length < 2)
      return undefined;
    const other = runSequence([...select(image.component === 0 ? 1 : 0), ...unread]);
    const commands = [...use.sets, ...other, ...use.reads.slice(2)];
    return insert(scenario, [{ section: 'shared', commands }]);
  },
};

export const runIndexAttacks: readonly AnyAttack[] = [loop, restored];
