/**
 * Replays that are altered, joined from two deliveries, or of a part of a set (draft §8.4.2).
 *
 * @module
 */
import fc from 'fast-check';
import { concat, equalBytes } from '../cbor/hex.ts';
import { bstr, type Entry, isInt, tstr } from '../cbor/item.ts';
import { makeBlock } from '../cose/blocks.ts';
import { type Recipient, type RecipientState, withState } from '../device/recipient.ts';
import { before, controlOf } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { encode, signedBytes } from '../suit/parts.ts';
import { envelopeKey } from '../suit/registry.ts';
import type { Attack } from './attack.ts';
import { alter, attacked } from './deliver.ts';
import { eitherAnswer, mustReject, mustRejectUnauthentic } from './expectation.ts';
import { distance, largestNumber, numberOf, releaseAt, stepWith, updateOf, within } from './history.ts';

export const rolledBack = mustReject(['sequence-rollback'], manifest('8.4.2'));

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
