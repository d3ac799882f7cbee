/**
 * Attacks on the forms of identifiers: PENs beside UUIDs, and UUIDs of other versions (draft §8.4.8.2, §8.4.8.3).
 *
 * @module
 */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { fromHex } from '../cbor/hex.ts';
import { bstr, type Item, tag } from '../cbor/item.ts';
import type { Component, Recipient } from '../device/recipient.ts';
import { manifest } from '../suit/clause.ts';
import { withParameter } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { parameterKey, suitTag } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { eitherAnswer, shouldReject } from './expectation.ts';
import { twins } from './twin.ts';

const isApplicability = { group: 'H', family: 'applicability', by: 'author' } as const;
const atApplicability = { level: 'applicable' } as const;

const sameVendor = eitherAnswer(['vendor-mismatch'], manifest('8.4.8.2'), atApplicability);
const otherTag = shouldReject(
  ['vendor-mismatch', 'param-type', 'wrong-tag'],
  manifest('8.4.8.3'),
  atApplicability,
);

const penForms = {
  uuid: (pen: Uint8Array) => bstr(uuidOfPen(pen)),
  'tag-110': (pen: Uint8Array) => tag(110, bstr(pen)),
  'tag-111': (pen: Uint8Array) => tag(111, bstr(Uint8Array.from([...penArc, ...pen]))),
  padded: (pen: Uint8Array) => tag(suitTag.pen, bstr(Uint8Array.from([0x80, ...pen]))),
} as const;

/** Names the vendor's Private Enterprise Number in another form than the recipient's. */
export const pen: Attack<{ form: keyof typeof penForms | 'uuid-on-device' }> = {
  ...isApplicability,
  id: 'app.vendor.pen',
  handle: 'H03',
  change:
    'name the vendor by the UUID of its PEN where the recipient has the PEN, the reverse, or by another tag',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [sameVendor, otherTag],
  on: { features: ['pen'] },
  choice: fc.record({
    form: fc.constantFrom<keyof typeof penForms | 'uuid-on-device'>(
      'uuid',
      'uuid-on-device',
      'tag-110',
      'tag-111',
      'padded',
    ),
  }),
  apply(scenario, { form }) {
    const own = scenario.recipient.components.find(({ pens }) => pens?.[0])?.pens?.[0];
    if (own === undefined) return undefined;
    if (form === 'uuid-on-device') {
      const asUuid = ({ pens: _none, ...component }: Component): Component => ({
        ...component,
        vendorIds: [...component.vendorIds, uuidOfPen(own)],
      });
      const recipient = (of: Recipient) => ({ ...of, components: of.components.map(asUuid) });
      return twins(scenario, { attacked: { recipient }, expect: sameVendor });
    }
    const release = (parts: EnvelopeParts) =>
      withVendor(parts, (value) => (value.kind === 'tag' ? penForms[form](own) : value));
    return twins(scenario, { attacked: { release }, expect: form === 'uuid' ? sameVendor : otherTag });
  },
};

const special: Readonly<Record<string, Uint8Array>> = {
  nil: new Uint8Array(16),
  max: new Uint8Array(16).fill(0xff),
  v1: fromHex('c232ab00941411ecb3c89f6bdeced846'),
  v2: fromHex('000003e8cbb921ea9c00325096b39f47'),
  v7: fromHex('017f22e279b07cc398c4dc0c0c07398f'),
};

/** Recipient and manifest have the same vendor identifier, which is no UUID of version 3, 4 or 5. */
export const specialId: Attack<{ kind: string }> = {
  ...isApplicability,
  id: 'app.id.special',
  handle: 'H04',
  change: 'use a nil or max UUID, or one of version 1, 2 or 7, as the vendor identifier of both sides',
  threats: [],
  violates: ['REQ.SEC.COMPATIBLE'],
  expects: [eitherAnswer(['param-type', 'vendor-mismatch'], manifest('8.4.8.2'), atApplicability)],
  choice: fc.record({ kind: fc.constantFrom(...Object.keys(special)) }),
  apply(scenario, { kind }) {
    const id = special[kind];
    if (id === undefined) return undefined;
    return twins(scenario, {
      recipient: (of) => ({
        ...of,
        components: of.components.map((component) => ({
          ...component,
          vendorIds: [...component.vendorIds, id],
        })),
      }),
      attacked: {
        release: (parts) => withVendor(parts, (value) => (value.kind === 'bstr' ? bstr(id) : value)),
      },
    });
  },
};

export const identifierAttacks: readonly AnyAttack[] = [pen, specialId];

function withVendor(parts: EnvelopeParts, change: (value: Item) => Item): EnvelopeParts | undefined {
  const changed = withParameter(parts, parameterKey.vendorIdentifier, change);
  return changed === parts ? undefined : changed;
}

/** 1.3.6.1.4.1, the arc of Private Enterprise Numbers, as an object identifier (RFC 9090). */
const penArc = fromHex('2b06010401');

/** Draft §8.4.8.2: the UUID of version 5 of a PEN's CBOR encoding, in the namespace made for that. */
function uuidOfPen(bytes: Uint8Array): Uint8Array {
  const namespace = fromHex('47fbdabbf2e455f0bb393620c2f6df4e');
  const encoded = Uint8Array.from([0xd8, suitTag.pen, 0x40 | bytes.length, ...bytes]);
  const hash = createHash('sha1').update(namespace).update(encoded).digest().subarray(0, 16);
  const uuid = Uint8Array.from(hash);
  uuid[6] = 0x50 | ((uuid[6] as number) & 0x0f);
  uuid[8] = 0x80 | ((uuid[8] as number) & 0x3f);
  return uuid;
}
