/**
 * Group F: authentic envelopes at the wrong time, in the wrong place or in pieces (draft §6.2, §8.4.2).
 *
 * @module
 */
import fc from 'fast-check';
import { concat, equalBytes } from '../cbor/hex.ts';
import { bstr, type Entry, isInt, tstr } from '../cbor/item.ts';
import { makeBlock } from '../cose/blocks.ts';
import { publicOf } from '../cose/key.ts';
import { strangerEd25519, strangerHmac, strangerP256 } from '../cose/test-keys.ts';
import {
  type Component,
  type Recipient,
  type RecipientState,
  type TrustAnchor,
  withState,
} from '../device/recipient.ts';
import { before, controlOf, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { encode, signedBytes } from '../suit/parts.ts';
import { commandCode, envelopeKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { alter, attacked, judge, onDevice } from './deliver.ts';
import { distance, largestNumber, numberOf, releaseAt, stepWith, updateOf, within } from './downgrade.ts';
import { eitherAnswer, mustAccept, mustReject, mustRejectUnauthentic } from './encoding-expectation.ts';

const rolledBack = mustReject(['sequence-rollback'], manifest('8.4.2'));

/** The envelope that was just installed, again. */
export const sameUpdate: Attack<{ more: number }> = {
  id: 'replay.same.update',
  handle: 'F01',
  group: 'F',
  family: 'replay',
  change: 'same envelope again after success; ⊘ changed end state',
  by: 'network',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [eitherAnswer(['sequence-policy'], manifest('8.4.2'), { prohibits: [{ kind: 'state-change' }] })],
  on: { features: ['update'] },
  choice: fc.record({ more: fc.nat({ max: 2 }) }),

  apply(scenario, { more }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    if (!found || !control) return undefined;
    const again = Array.from({ length: more % 3 }, () => step(found.delivery, 'either'));
    const steps = [step(found.delivery), ...again, step(found.delivery, 'judged')];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

/** The same manifest at every boot, as it should be. */
export const sameBoot: Attack<{ more: number }> = {
  id: 'replay.same.invoke',
  handle: 'F02',
  group: 'F',
  family: 'replay',
  change: 'same manifest at every boot',
  by: 'network',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC', 'REQ.USE.EXEC'],
  expects: [mustAccept(manifest('8.4.2'))],
  on: { features: ['boot'] },
  choice: fc.record({ more: fc.nat({ max: 3 }) }),

  apply(scenario, { more }) {
    const control = controlOf(scenario, 'boot');
    const [boot] = control?.steps ?? [];
    if (!control || !boot) return undefined;
    const again = Array.from({ length: 1 + (more % 4) }, () => judge(boot));
    return attacked(control, { recipient: control.recipient, steps: [boot, ...again] });
  },
};

/** Older authentic releases, after the newest is installed. */
export const history: Attack<{ gaps: string[] }> = {
  id: 'replay.history',
  handle: 'F03',
  group: 'F',
  family: 'replay',
  change: 'k older authentic envelopes in random order',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [rolledBack],
  on: { features: ['update'] },
  choice: fc.record({ gaps: fc.array(distance, { minLength: 1, maxLength: 4 }) }),

  apply(scenario, { gaps }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    if (!found || !control) return undefined;
    const older = gaps.flatMap((gap) => {
      const below = within(gap, found.number);
      const release = below && releaseAt(scenario, found.number - below);
      return release ? [stepWith(found.delivery, release, 'judged')] : [];
    });
    if (older.length === 0) return undefined;
    return attacked(control, { recipient: found.recipient, steps: [step(found.delivery), ...older] });
  },
};

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
const foreign = { EC2: strangerP256, OKP: strangerEd25519, Symmetric: strangerHmac } as const;

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
        scenario.signers.length === 0 || scenario.signers.some(({ key }) => isSameKey(key, anchor.key));
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

function isSameKey(a: TrustAnchor['key'], b: TrustAnchor['key']): boolean {
  const material = (key: TrustAnchor['key']) => (key.kty === 'Symmetric' ? key.k : key.x);
  return a.kty === b.kty && equalBytes(material(a), material(b));
}

/** The front of one release and the end of another, or the two halves of one as two deliveries. */
export const split: Attack<{ cut: number; halves: boolean }> = {
  id: 'replay.split',
  handle: 'F07',
  group: 'F',
  family: 'replay',
  change:
    'one authentic envelope up to a cut in wrapper or manifest, then the rest of another; halves of one as two deliveries',
  by: 'network',
  threats: ['THREAT.NET.ONPATH'],
  violates: [],
  expects: [
    mustRejectUnauthentic(
      ['not-well-formed', 'envelope-structure', 'auth-malformed', 'manifest-digest-mismatch', 'sig-invalid'],
      manifest('6.2'),
    ),
  ],
  on: { features: ['update'] },
  choice: fc.record({ cut: fc.nat({ max: 4095 }), halves: fc.boolean() }),

  apply(scenario, { cut, halves }) {
    const found = before(scenario, 'update');
    const control = controlOf(scenario, 'update');
    const number = numberOf(scenario);
    if (!found || !control || number === undefined) return undefined;
    const { recipient, delivery } = found;
    const one = encode(scenario.release);
    if (halves) {
      const at = 1 + (cut % (encode({ ...scenario.release, members: [] }).length - 1));
      const parts = [one.subarray(0, at), one.subarray(at)];
      return attacked(control, { recipient, steps: parts.map((part) => stepWith(delivery, part, 'judged')) });
    }
    const newer = releaseAt(scenario, number + 1n);
    const other = newer && encode(newer);
    if (other === undefined || other.length !== one.length) return undefined;
    // The first difference is in the digest and the last in the number: between them neither release is whole.
    const first = one.findIndex((byte, i) => byte !== other[i]);
    const last = one.findLastIndex((byte, i) => byte !== other[i]);
    const at = first + 1 + (cut % (last - first));
    const spliced = concat(one.subarray(0, at), other.subarray(at));
    return attacked(control, { recipient, steps: [stepWith(delivery, spliced, 'judged')] });
  },
};

const between = eitherAnswer(['sequence-policy'], manifest('8.4.2'));

/** Only some components were updated when the update stopped; then comes a lower number than the stopped one's. */
export const partialSet: Attack<{ done: number; gap: string; below: boolean }> = {
  id: 'replay.partial-set',
  handle: 'F08',
  group: 'F',
  family: 'replay',
  change:
    'multi-component update stopped after i components; for the rest a manifest below the installed number (MR), or between it and the stopped one (PD)',
  by: ['network', 'device'],
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE', 'REQ.USE.MFST.COMPONENT'],
  expects: [rolledBack, between],
  on: { features: ['update', 'multi-component', 'installed-number'] },
  choice: fc.record({ done: fc.nat({ max: 2 }), gap: distance, below: fc.boolean() }),

  apply(scenario, { done, gap, below }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const installed = found?.recipient.sequenceNumber;
    const count = scenario.images.length - 1;
    if (!found || !control || installed === undefined || count < 1) return undefined;
    const back = within(gap, installed);
    // The stopped release is two ahead of the installed one.
    const made = below ? back && releaseAt(scenario, installed - back) : releaseAt(scenario, installed + 1n);
    if (!made) return undefined;
    const changed = scenario.images.slice(0, 1 + (done % count)).map((image) => image.recipientComponent);
    const contents = found.recipient.components.map(({ slots }, i) =>
      changed.includes(i) ? (found.delivery.after.contents[i] ?? slots) : slots,
    );
    const recipient = withContents(found.recipient, contents);
    const steps = [stepWith(found.delivery, made, 'judged')];
    return attacked(control, { recipient, steps }, { expect: below ? rolledBack : between });
  },
};

function withContents(recipient: Recipient, contents: RecipientState['contents']): Recipient {
  const { sequenceNumber, installed } = recipient;
  return withState(recipient, {
    ...(sequenceNumber !== undefined && { sequenceNumber }),
    ...(installed && { installed }),
    contents,
  });
}

/** An older release with changes where nothing is signed. */
export const alteredOlder: Attack<{ gap: string; how: 'block' | 'text' | 'payload' }> = {
  id: 'replay.unauth-altered',
  handle: 'F10',
  group: 'F',
  family: 'replay',
  change: 'older envelope made to look new: extra blocks, severed text, other payload keys, high-s',
  by: 'outsider',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [rolledBack],
  on: { features: ['update', 'text'] },
  choice: fc.record({ gap: distance, how: fc.constantFrom('text', 'payload', 'block') }),

  apply(scenario, { gap, how }) {
    const found = before(scenario, 'update');
    const control = controlOf(scenario, 'update');
    const number = numberOf(scenario);
    const above = number === undefined ? undefined : within(gap, largestNumber - number);
    const { release } = scenario;
    const [stranger] = scenario.strangers;
    if (!found || !control || number === undefined || above === undefined) return undefined;
    if (how === 'block' && stranger === undefined) return undefined;
    const members = release.members.filter(([key]) => !isInt(key, envelopeKey.text));
    if (how === 'text' && members.length === release.members.length) return undefined;
    const extra: Entry = [tstr('#zz-released-anew.bin'), bstr(Uint8Array.of(1))];
    const blocks = stranger ? [...release.blocks, makeBlock(stranger, signedBytes(release))] : release.blocks;
    const altered = {
      block: { ...release, blocks },
      text: { ...release, members },
      payload: { ...release, members: [...release.members, extra] },
    }[how];
    const recipient = { ...found.recipient, sequenceNumber: number + above };
    return attacked(control, { recipient, steps: [stepWith(found.delivery, altered, 'judged')] });
  },
};

/** The payload inside the envelope is an older release's. */
export const swappedPayload: Attack<{ image: number; longer: boolean }> = {
  id: 'replay.payload-swapped',
  handle: 'F11',
  group: 'F',
  family: 'replay',
  change: 'authentic envelope, integrated payload of an older release',
  by: 'outsider',
  threats: ['THREAT.IMG.EXPIRED', 'THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustReject(['image-mismatch'], manifest('8.4.9.2'))],
  on: { features: ['update', 'integrated', 'flat'] },
  choice: fc.record({ image: fc.nat({ max: 3 }), longer: fc.boolean() }),

  apply(scenario, { image: drawn, longer }) {
    const inside = scenario.images.filter((image) => image.uri?.startsWith('#') && image.bytes);
    const { uri, bytes } = inside[drawn % Math.max(1, inside.length)] ?? {};
    if (uri === undefined || bytes === undefined || controlOf(scenario, 'update') === undefined)
      return undefined;
    const key = tstr(uri).bytes;
    const old = concat(
      bytes.map((byte) => byte ^ 0xff),
      new Uint8Array(longer ? 1 : 0),
    );
    const swap = ([k, value]: Entry): Entry => [
      k,
      k.kind === 'tstr' && equalBytes(k.bytes, key) ? bstr(old) : value,
    ];
    return alter(scenario, (parts) => ({ ...parts, members: parts.members.map(swap) }));
  },
};

/** A boot is given an older release, though its image is still in place. */
export const olderBoot: Attack<{ gap: string }> = {
  id: 'replay.invoke-old',
  handle: 'F13',
  group: 'F',
  family: 'replay',
  change: 'older authentic envelope from staging given to boot, its image still in a slot',
  by: 'device',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE', 'REQ.SEC.AUTH.EXEC'],
  expects: [rolledBack],
  on: { features: ['boot'] },
  choice: fc.record({ gap: distance }),

  apply(scenario, { gap }) {
    const found = before(scenario, 'boot');
    const control = controlOf(scenario, 'boot');
    const number = numberOf(scenario);
    const above = number === undefined ? undefined : within(gap, largestNumber - number);
    if (!found || !control || number === undefined || above === undefined) return undefined;
    const recipient = { ...found.recipient, sequenceNumber: number + above };
    return attacked(control, { recipient, steps: [stepWith(found.delivery, scenario.release, 'judged')] });
  },
};

/** The network has nothing but the current manifest, for ever. */
export const freeze: Attack<{ rounds: number }> = {
  id: 'replay.freeze',
  handle: 'F14',
  group: 'F',
  family: 'replay',
  change: 'network serves only the current manifest for ever; state stays good',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED.OFFLINE'],
  violates: [],
  expects: [eitherAnswer(['sequence-policy'], { doc: 'information-model', section: '4.2.2' })],
  on: { features: ['boot-after-update'] },
  choice: fc.record({ rounds: fc.integer({ min: 1, max: 4 }) }),

  apply(scenario, { rounds }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const boot = scenario.deliveries.find((one) => one.delivery.event === 'boot');
    if (!found || !control || !boot) return undefined;
    const again = stepWith({ ...found.delivery, after: boot.after }, scenario.release, 'either');
    const round = [again, step(boot, 'either')];
    const served = Array.from({ length: 1 + (rounds % 4) }, () => round).flat();
    const steps = [step(found.delivery), step(boot), ...served, judge(again)];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

export const replayAttacks: readonly AnyAttack[] = [
  sameUpdate,
  sameBoot,
  history,
  otherTarget,
  otherDomain,
  retiredKey,
  split,
  partialSet,
  alteredOlder,
  swappedPayload,
  olderBoot,
  freeze,
];
