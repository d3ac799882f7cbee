/**
 * Replays of what was meant for another device, another trust domain or an older key (RFC 9124 §4.2.3, §4.3.18).
 *
 * @module
 */
import fc from 'fast-check';
import { publicOf, sameKey } from '../cose/key.ts';
import { strangerEd25519, strangerHmac, strangerHss, strangerP256 } from '../cose/test-keys.ts';
import type { Component, TrustAnchor } from '../device/recipient.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode } from '../suit/registry.ts';
import type { Attack } from './attack.ts';
import { onDevice } from './deliver.ts';
import { mustReject, mustRejectUnauthentic } from './expectation.ts';

type Identity = 'class' | 'vendor' | 'device';

/** An envelope that is meant for another device. */
export const otherTarget: Attack<{ identity: Identity }> = {
  id: 'replay.cross-target',
  handle: 'F04',
  group: 'F',
  family: 'replay',
  change: 'envelope for another device, class or vendor, same anchor',
  by: 'network',
  threats: ['THREAT.IMG.INCOMPATIBLE'],
  violates: ['REQ.SEC.COMPATIBLE', 'REQ.SEC.AUTH.COMPATIBILITY'],
  expects: [mustReject(['device-mismatch', 'class-mismatch', 'vendor-mismatch'], manifest('8.4.9.1'))],
  on: { features: ['device-id'] },
  choice: fc.record({ identity: fc.constantFrom<Identity>('class', 'vendor', 'device') }),

  apply(scenario, { identity }) {
    const condition = commandCode[`${identity}Identifier`];
    if (!scenario.needs.commands.includes(condition)) return undefined;
    return onDevice(scenario, (recipient) => ({
      ...recipient,
      components: recipient.components.map((component) => withOtherIds(component, identity)),
    }));
  },
};

function withOtherIds(component: Component, identity: Identity): Component {
  const other = (ids: readonly Uint8Array[]) => ids.map((id) => id.with(-1, (id.at(-1) ?? 0) ^ 1));
  if (identity === 'class') return { ...component, classIds: other(component.classIds) };
  if (identity === 'device') return { ...component, deviceIds: other(component.deviceIds) };
  const pens = component.pens && { pens: other(component.pens) };
  return { ...component, vendorIds: other(component.vendorIds), ...pens };
}

const unknownKey = mustRejectUnauthentic(['key-unknown', 'sig-invalid'], manifest('6.2'));
const foreign = {
  EC2: strangerP256,
  OKP: strangerEd25519,
  'HSS-LMS': strangerHss,
  Symmetric: strangerHmac,
} as const;

/** Another trust domain's device. */
export const otherDomain: Attack<null> = {
  id: 'replay.cross-key',
  handle: 'F05',
  group: 'F',
  family: 'replay',
  change: 'signed in trust domain A, delivered to a device trusting B',
  by: 'network',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [unknownKey],
  choice: fc.constant(null),

  apply(scenario) {
    return onDevice(scenario, (recipient) => ({
      ...recipient,
      anchors: recipient.anchors.map((anchor) => {
        const key = foreign[anchor.key.kty];
        return { ...anchor, key: publicOf(key), ...(key.kid && { kid: key.kid }) };
      }),
    }));
  },
};

/** The signer is an anchor no longer, or another key has taken its place under its kid. */
export const retiredKey: Attack<{ rotated: boolean }> = {
  id: 'replay.retired-key',
  handle: 'F06',
  group: 'F',
  family: 'replay',
  change: 'signed by an anchor since removed or rotated',
  by: 'network',
  threats: ['THREAT.KEY.EXPOSURE'],
  violates: ['REQ.SEC.KEY.ROTATION'],
  expects: [unknownKey],
  on: { features: ['two-anchors'] },
  choice: fc.record({ rotated: fc.boolean() }),

  apply(scenario, { rotated }) {
    return onDevice(scenario, (recipient) => {
      const signed = (anchor: TrustAnchor) =>
        scenario.signers.length === 0 || scenario.signers.some(({ key }) => sameKey(key, anchor.key));
      const left = recipient.anchors.filter((anchor) => !signed(anchor));
      if (!rotated) return left.length === 0 ? undefined : { ...recipient, anchors: left };
      const rotate = (anchor: TrustAnchor): TrustAnchor => ({
        ...anchor,
        key: publicOf(foreign[anchor.key.kty]),
      });
      return { ...recipient, anchors: recipient.anchors.map((a) => (signed(a) ? rotate(a) : a)) };
    });
  },
};
