/**
 * Attacks on the checks that a release is meant for this recipient (draft §6.2, §8.4.9.1, §8.4.9.4).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { bstr, type Item, int, isInt, map, valueAt } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf, withSequence } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, parameterKey as parameter } from '../suit/registry.ts';
import { recheckAtBoot } from './applicability-boot.ts';
import { changedOnly, form, mismatch, second, withIds } from './applicability-identifiers.ts';
import { runningSlot } from './applicability-slot.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, override, select } from './command-items.ts';
import { reissue } from './deliver.ts';
import { recipientIndices } from './device-change.ts';
import { mustAccept, mustReject, shouldReject } from './expectation.ts';
import { inserted, twins } from './twin.ts';

const unchecked = {
  vendor: shouldReject(['vendor-mismatch', 'class-mismatch'], manifest('6.2')),
  class: shouldReject(['class-mismatch', 'vendor-mismatch'], manifest('6.2')),
} as const;

/** Leaves the vendor or the class check out of the shared sequence. */
export const missing: Attack<{ which: 'class' | 'vendor' }> = {
  id: 'app.check.missing',
  handle: 'H07',
  group: 'H',
  family: 'applicability',
  change: 'leave the vendor or the class check out of the shared sequence',
  by: 'author',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE', 'REQ.SEC.AUTH.COMPATIBILITY'],
  expects: [unchecked.class, unchecked.vendor],
  choice: fc.record({ which: fc.constantFrom('class', 'vendor') }),
  apply: (scenario, { which }) =>
    reissue(
      scenario,
      (parts) => {
        const old = sequenceOf(parts, 'shared');
        const condition = which === 'class' ? code.classIdentifier : code.vendorIdentifier;
        const isKept = (_: Item, i: number, items: readonly Item[]) =>
          !isInt(items[i - (i % 2)] as Item, condition);
        const items = old?.items.filter(isKept);
        if (items === undefined || items.length === old?.items.length) return undefined;
        return withSequence(parts, 'shared', (list) => ({ ...list, items }));
      },
      { expect: unchecked[which] },
    ),
};

/** Checks the class of component 1, whose class parameter was never set. */
export const otherComponent: Attack<null> = {
  id: 'app.check.component',
  handle: 'H10',
  group: 'H',
  family: 'applicability',
  change: 'check an identifier on component 1 that is set for component 0 only',
  by: 'author',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [mustReject(['param-missing'], manifest('8.4.9.1'), { level: 'applicable' })],
  on: { features: ['multi-component'] },
  choice: fc.constant(null),
  apply: (scenario) =>
    reissue(scenario, (parts) => {
      const items = sequenceOf(parts, 'shared')?.items;
      if (items === undefined || !setsForFirstOnly(items, parameter.classIdentifier)) return undefined;
      const check = [int(code.setComponentIndex), int(1), int(code.classIdentifier), int(15)];
      return withSequence(parts, 'shared', (list) => ({ ...list, items: [...list.items, ...check] }));
    }),
};

/** Asks for a slot that the component is not in. */
export const slot: Attack<{ value: 'next' | 'count' | '2^31' | '2^64-1' }> = {
  id: 'app.slot',
  handle: 'H11',
  group: 'H',
  family: 'applicability',
  change: 'check for another slot than the current one, or for one that does not exist',
  by: 'author',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC', 'REQ.USE.IMG.SELECT'],
  expects: [mustReject(['slot-mismatch'], manifest('8.4.9.4'))],
  choice: fc.record({ value: fc.constantFrom('next', 'count', '2^31', '2^64-1') }),
  apply(scenario, { value }) {
    const image = scenario.images[0];
    const component = image && scenario.recipient.components[image.recipientComponent];
    if (image === undefined || component === undefined) return undefined;
    const values = { next: component.current + 1, count: component.slots.length, '2^31': 2n ** 31n };
    const wanted = value === '2^64-1' ? 2n ** 64n - 1n : values[value];
    if (BigInt(wanted) === BigInt(component.current)) return undefined;
    const check = [
      int(code.setComponentIndex),
      int(image.component),
      int(code.overrideParameters),
      map([int(parameter.componentSlot), int(wanted)]),
      int(code.componentSlot),
      int(15),
    ];
    return reissue(scenario, (parts) =>
      changedOnly(
        parts,
        withSequence(parts, 'shared', (list) => ({ ...list, items: [...list.items, ...check] })),
      ),
    );
  },
};

const ownIds = mustReject(['class-mismatch', 'vendor-mismatch'], manifest('8.4.9.1'));
const oneList = mustAccept(manifest('8.4.9'), { level: 'applicable' });

/** Checks on component 1 the class of component 0: the recipient has one list for all, or a class for each. */
export const classOfOther: Attack<{ lists: 'own' | 'one' }> = {
  id: 'app.id.component',
  handle: 'H15',
  group: 'H',
  family: 'applicability',
  change: 'check the class of one component on another, where each has its own ids or all have one list',
  by: 'author',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [ownIds, oneList],
  on: { features: ['multi-component', 'per-component-ids'] },
  choice: fc.record({ lists: fc.constantFrom('own', 'one') }),
  apply(scenario, { lists }) {
    const [first, second] = recipientIndices(scenario);
    const classId = scenario.recipient.components[first ?? -1]?.classIds.at(-1);
    const others = scenario.recipient.components[second ?? -1]?.classIds;
    if (classId === undefined || others === undefined || others.some((id) => equalBytes(id, classId)))
      return undefined;
    const check = [...override({ classIdentifier: bstr(classId) }), ...command(code.classIdentifier)];
    const release = (parts: EnvelopeParts) =>
      inserted(parts, { section: 'shared', commands: [...select(1), ...check] });
    if (lists === 'own') return twins(scenario, { attacked: { release }, expect: ownIds });
    const all = scenario.recipient.components.flatMap(({ classIds }) => classIds);
    return twins(scenario, {
      recipient: (recipient) => withIds(recipient, 'class', () => all),
      attacked: { release },
      expect: oneList,
    });
  },
};

export const applicabilityAttacks: readonly AnyAttack[] = [
  mismatch,
  form,
  second,
  missing,
  otherComponent,
  slot,
  classOfOther,
  recheckAtBoot,
  runningSlot,
];

/** Is the parameter set at the top level, and only while component 0 is selected? */
function setsForFirstOnly(items: readonly Item[], key: number): boolean {
  let isFirst = true;
  let sets = false;
  for (let i = 0; i + 1 < items.length; i += 2) {
    const argument = items[i + 1] as Item;
    if (isInt(items[i] as Item, code.setComponentIndex)) isFirst = isInt(argument, 0);
    if (argument.kind !== 'map' || valueAt(argument, key) === undefined) continue;
    if (!isFirst) return false;
    sets = true;
  }
  return sets;
}
