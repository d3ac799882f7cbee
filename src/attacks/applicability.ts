/**
 * Attacks on the checks that a release is meant for this recipient (draft §6.2, §8.4.9.1, §8.4.9.4).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { bstr, type Item, int, isInt, map, valueAt } from '../cbor/item.ts';
import type { Component, Recipient } from '../device/recipient.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf, withParameter, withSequence } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, parameterKey as parameter } from '../suit/registry.ts';
import { recheckAtBoot } from './applicability-boot.ts';
import { runningSlot } from './applicability-slot.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, override, select } from './command-items.ts';
import { onDevice, reissue } from './deliver.ts';
import { recipientIndices } from './device-change.ts';
import { mustAccept, mustReject, shouldReject } from './expectation.ts';
import { inserted, twins } from './twin.ts';

const keys = {
  vendor: parameter.vendorIdentifier,
  class: parameter.classIdentifier,
  device: parameter.deviceIdentifier,
} as const;

const mismatches = {
  vendor: mustReject(['vendor-mismatch'], manifest('8.4.9.1')),
  class: mustReject(['class-mismatch'], manifest('8.4.9.1')),
  device: mustReject(['device-mismatch'], manifest('8.4.9.1')),
} as const;

/** Names another vendor, class or device: one byte of the identifier differs, or the recipient has none. */
export const mismatch: Attack<{
  which: keyof typeof keys;
  byte: 'first' | 'last' | 'after-zero' | 'none';
}> = {
  id: 'app.id.mismatch',
  handle: 'H01',
  group: 'H',
  family: 'applicability',
  change: 'change one byte of the vendor, class or device identifier, or let the recipient have none',
  by: 'author',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE', 'REQ.SEC.AUTH.COMPATIBILITY'],
  expects: [mismatches.vendor, mismatches.class, mismatches.device],
  on: { features: ['device-id'] },
  choice: fc.record({
    which: fc.constantFrom('vendor', 'class', 'device'),
    byte: fc.constantFrom('first', 'last', 'after-zero', 'none'),
  }),
  apply(scenario, { which, byte }) {
    const expect = mismatches[which];
    const changing = (change: (id: Uint8Array) => Uint8Array) => (parts: EnvelopeParts) =>
      changedOnly(
        parts,
        withParameter(parts, keys[which], (value) => withId(value, change)),
      );
    const flipped = (at: number) => (id: Uint8Array) => id.with(at, (id.at(at) as number) ^ 0x01);
    switch (byte) {
      case 'first':
      case 'last':
        return reissue(scenario, changing(flipped(byte === 'first' ? 0 : -1)), { expect });
      case 'none': {
        const isNamed = changing((id) => Uint8Array.from(id))(scenario.release) !== undefined;
        return isNamed
          ? onDevice(scenario, (recipient) => withIds(recipient, which, () => []), { expect })
          : undefined;
      }
      case 'after-zero': {
        // A PEN of this form does not exist.
        const zeroed = (id: Uint8Array) => (id.length === 16 ? id.with(0, 0) : id);
        if (isPen(scenario.release, keys[which])) return undefined;
        return twins(scenario, {
          recipient: (recipient) => withIds(recipient, which, (ids) => ids.map(zeroed)),
          control: { release: changing(zeroed) },
          attacked: { release: changing((id) => flipped(-1)(zeroed(id))) },
          expect,
        });
      }
    }
  },
};

const forms = {
  vendor: mustReject(['vendor-mismatch', 'param-type'], manifest('8.4.8.4')),
  class: mustReject(['class-mismatch', 'param-type'], manifest('8.4.8.4')),
} as const;

/** Gives an identifier another form: another length, its text, or its fields in the other byte order. */
export const form: Attack<{ which: keyof typeof forms; form: number | 'text' | 'swapped' }> = {
  id: 'app.id.form',
  handle: 'H02',
  group: 'H',
  family: 'applicability',
  change: 'write an identifier with another length, as its text, or in the other byte order',
  by: 'author',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [forms.vendor, forms.class],
  choice: fc.record({
    which: fc.constantFrom('class', 'vendor'),
    form: fc.constantFrom<number | 'text' | 'swapped'>(0, 15, 17, 32, 'text', 'swapped'),
  }),
  apply: (scenario, { which, form: wanted }) =>
    reissue(
      scenario,
      (parts) => {
        const changed = withParameter(parts, keys[which], (value) => {
          if (value.kind !== 'bstr' || value.bytes.length !== 16) return value;
          const bytes = inForm(value.bytes, wanted);
          return equalBytes(bytes, value.bytes) ? value : bstr(bytes);
        });
        return changedOnly(parts, changed);
      },
      { expect: forms[which] },
    ),
};

/** The recipient lists other identifiers before the one that the manifest names. */
export const second: Attack<{ more: number }> = {
  id: 'app.id.second',
  handle: 'H05',
  group: 'H',
  family: 'applicability',
  change: 'let the recipient list other vendor and class identifiers before the right ones',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [mustAccept(manifest('8.4.8.2'))],
  choice: fc.record({ more: fc.integer({ min: 1, max: 4 }) }),
  apply: (scenario, { more }) =>
    onDevice(scenario, (recipient) => {
      const others = (first: number) => Array.from({ length: more }, (_, i) => uuid(first + i));
      const components = recipient.components.map(
        (component): Component => ({
          ...component,
          vendorIds: [...others(0xe0), ...component.vendorIds],
          classIds: [...others(0xf0), ...component.classIds],
        }),
      );
      return { ...recipient, components };
    }),
};

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

function isPen(parts: EnvelopeParts, key: number): boolean {
  let found = false;
  withParameter(parts, key, (value) => {
    found ||= value.kind === 'tag';
    return value;
  });
  return found;
}

/** The identifier inside a parameter's value, be it a UUID or a tagged PEN. */
function withId(value: Item, change: (id: Uint8Array) => Uint8Array): Item {
  if (value.kind === 'tag') return { ...value, item: withId(value.item, change) };
  return value.kind === 'bstr' && value.bytes.length > 0 ? bstr(change(value.bytes)) : value;
}

type Ids = readonly Uint8Array[];

/** The recipient with other identifiers of one kind, in all its components. */
function withIds(recipient: Recipient, which: keyof typeof keys, change: (ids: Ids) => Ids): Recipient {
  const changed = (component: Component): Partial<Component> => {
    const { pens, vendorIds, classIds, deviceIds } = component;
    if (which === 'class') return { classIds: change(classIds) };
    if (which === 'device') return { deviceIds: change(deviceIds) };
    return { vendorIds: change(vendorIds), ...(pens && { pens: change(pens) }) };
  };
  const components = recipient.components.map((component) => ({ ...component, ...changed(component) }));
  return { ...recipient, components };
}

function changedOnly<T>(old: T, changed: T): T | undefined {
  return changed === old ? undefined : changed;
}

function inForm(uuidBytes: Uint8Array, wanted: number | 'text' | 'swapped'): Uint8Array {
  if (typeof wanted === 'number') return Uint8Array.from({ length: wanted }, (_, i) => uuidBytes[i] ?? 0);
  if (wanted === 'swapped') {
    // The first three fields little-endian, as some systems store a GUID.
    return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (i) => uuidBytes[i] ?? 0);
  }
  const hex = Array.from(uuidBytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return new TextEncoder().encode(text);
}

/** A UUID in the form of version 5 that no scenario names. */
function uuid(filler: number): Uint8Array {
  return new Uint8Array(16).fill(filler).with(6, 0x50).with(8, 0x80);
}

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
