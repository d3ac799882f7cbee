/**
 * Attacks on the identifiers that a manifest names (draft §8.4.8.2, §8.4.9.1): others, in another form, or not the recipient’s first.
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { bstr, type Item } from '../cbor/item.ts';
import type { Component, Recipient } from '../device/recipient.ts';
import { manifest } from '../suit/clause.ts';
import { withParameter } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { parameterKey as parameter } from '../suit/registry.ts';
import type { Attack } from './attack.ts';
import { onDevice, reissue } from './deliver.ts';
import { mustAccept, mustReject } from './expectation.ts';
import { twins } from './twin.ts';

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

/** The identifier inside a parameter's value, be it a UUID or a tagged PEN. */
function withId(value: Item, change: (id: Uint8Array) => Uint8Array): Item {
  if (value.kind === 'tag') return { ...value, item: withId(value.item, change) };
  return value.kind === 'bstr' && value.bytes.length > 0 ? bstr(change(value.bytes)) : value;
}

type Ids = readonly Uint8Array[];

/** The recipient with other identifiers of one kind, in all its components. */
export function withIds(
  recipient: Recipient,
  which: keyof typeof keys,
  change: (ids: Ids) => Ids,
): Recipient {
  const changed = (component: Component): Partial<Component> => {
    const { pens, vendorIds, classIds, deviceIds } = component;
    if (which === 'class') return { classIds: change(classIds) };
    if (which === 'device') return { deviceIds: change(deviceIds) };
    return { vendorIds: change(vendorIds), ...(pens && { pens: change(pens) }) };
  };
  const components = recipient.components.map((component) => ({ ...component, ...changed(component) }));
  return { ...recipient, components };
}

export function changedOnly<T>(old: T, changed: T): T | undefined {
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

function isPen(parts: EnvelopeParts, key: number): boolean {
  let found = false;
  withParameter(parts, key, (value) => {
    found ||= value.kind === 'tag';
    return value;
  });
  return found;
}
