/**
 * Attacks on images and on the way that payloads come (draft §6.2, §6.4, §7.5, §8.4.9.2).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes, toHex } from '../cbor/hex.ts';
import { bstr, map, tstr } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { write } from '../cbor/write.ts';
import type { Payload } from '../device/delivery.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf } from '../suit/edit.ts';
import { seal } from '../suit/parts.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { alter, deliverEnvelope, fetchedImages, onDevice } from './deliver.ts';
import { withBytes } from './device-change.ts';
import { eitherAnswer, mustAccept, mustReject, mustRejectUnauthentic } from './expectation.ts';

const byNetwork = { by: 'network', on: { features: ['network', 'update', 'flat'] } } as const;
const isImage = { group: 'K', family: 'image' } as const;
const isPayload = { group: 'L', family: 'payload' } as const;

/** One bit of a payload changes on the way. */
export const flip: Attack<{ bit: number }> = {
  ...byNetwork,
  ...isImage,
  id: 'image.flip',
  handle: 'K01',
  change: 'change one bit of a payload on the way',
  threats: ['THREAT.IMG.NON_AUTH', 'THREAT.NET.ONPATH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustReject(['image-mismatch'], manifest('8.4.9.2'))],
  choice: fc.record({ bit: fc.nat({ max: 2399 }) }),
  apply: (scenario, { bit }) =>
    answering(scenario, (bytes) => {
      const at = (bit >> 3) % bytes.length;
      return bytes.with(at, (bytes[at] as number) ^ (1 << (bit & 7)));
    }),
};

/** The network answers each of two URIs with the other's image. */
export const swap: Attack<null> = {
  ...isImage,
  id: 'image.swap',
  handle: 'K02',
  change: 'exchange the payloads of two components',
  by: 'network',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTHENTIC', 'REQ.SEC.AUTH.IMG_LOC'],
  expects: [mustReject(['image-mismatch', 'size-mismatch'], manifest('8.4.9.2'))],
  on: { features: ['network', 'update', 'flat', 'multi-component'] },
  choice: fc.constant(null),
  apply(scenario) {
    const uris = fetchedImages(scenario).map((image) => image.uri);
    const payloads = before(scenario, 'update')?.delivery.delivery.payloads ?? [];
    const [a, b] = payloads.filter((one) => one.kind === 'bytes' && uris.includes(one.uri));
    if (a?.kind !== 'bytes' || b?.kind !== 'bytes' || equalBytes(a.bytes, b.bytes)) return undefined;
    const swapped = payloads.map((one) =>
      one === a ? { ...b, uri: a.uri } : one === b ? { ...a, uri: b.uri } : one,
    );
    return deliverEnvelope(scenario, scenario.release, { event: 'update', payloads: swapped });
  },
};

/** A fetch that broke off left the beginning of the image; then the recipient boots. */
export const partial: Attack<{ length: number }> = {
  ...isImage,
  id: 'image.partial',
  handle: 'K07',
  change: 'leave only the beginning of the image in storage before the boot',
  by: 'device',
  threats: ['THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [
    mustReject(['image-mismatch'], manifest('8.4.9.2'), {
      level: 'invoked',
      prohibits: [{ kind: 'invoke' }],
    }),
  ],
  on: { features: ['boot'] },
  choice: fc.record({ length: fc.nat({ max: 299 }) }),
  apply: (scenario, { length }) =>
    onDevice(
      scenario,
      (recipient) =>
        withBytes(recipient, scenario.images[0]?.recipientComponent ?? -1, (bytes) => ({
          kind: 'bytes',
          bytes: bytes.slice(0, length % bytes.length),
        })),
      { event: 'boot' },
    ),
};

/** The server sends other bytes. */
export const arbitrary: Attack<{ size: 'same' | 'other' | 'empty' }> = {
  ...byNetwork,
  ...isPayload,
  id: 'fetch.arbitrary',
  handle: 'L01',
  change: 'answer with other bytes than the image',
  threats: ['THREAT.NET.REDIRECT', 'THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustReject(['image-mismatch', 'size-mismatch', 'fetch-failed'], manifest('8.4.9.2'))],
  choice: fc.record({ size: fc.constantFrom('same', 'other', 'empty') }),
  apply: (scenario, { size }) =>
    answering(scenario, (bytes) => {
      if (size === 'empty') return new Uint8Array(0);
      const other = bytes.map((byte) => byte ^ 0xff);
      return size === 'same' ? other : Uint8Array.from([...other, 0]);
    }),
};

const noFetch = ['fetch-failed', 'size-mismatch', 'image-mismatch'] as const;
const failedFetch = mustReject(noFetch, manifest('6.4'));
/** Draft §6.3.1: the device stays operable. */
const failedStaging = mustReject(noFetch, manifest('6.4'), { prohibits: [{ kind: 'boot-lost' }] });

/** The fetch fails for good, at once or in the middle. */
export const fail: Attack<{ how: 'not-found' | 'short' }> = {
  ...byNetwork,
  ...isPayload,
  id: 'fetch.fail',
  handle: 'L02',
  change: 'let the payload not be found, or its body be cut short',
  threats: ['THREAT.NET.ONPATH'],
  violates: [],
  expects: [failedFetch, failedStaging],
  choice: fc.record({ how: fc.constantFrom('not-found', 'short') }),
  apply(scenario, { how }) {
    const uri = fetchedImages(scenario)[0]?.uri;
    // What payload-fetch brings is installed afterwards: nothing was to be overwritten yet.
    const staging = sequenceOf(scenario.release, 'payloadFetch');
    const isStaged = uri !== undefined && staging !== undefined && toHex(write(staging)).includes(hexOf(uri));
    return answering(scenario, (bytes) => (how === 'short' ? bytes.slice(0, bytes.length >> 1) : undefined), {
      expect: isStaged ? failedStaging : failedFetch,
    });
  },
};

function hexOf(text: string): string {
  return toHex(new TextEncoder().encode(text));
}

/** An untrusted key signs an envelope with URIs: nothing may be fetched for it. */
export const beforeAuthentication: Attack<null> = {
  ...isPayload,
  id: 'fetch.before-auth',
  handle: 'L07',
  change: 'sign an envelope that has URIs with a key that the recipient does not trust',
  by: 'untrusted-key',
  threats: ['THREAT.NET.REDIRECT'],
  violates: ['REQ.SEC.AUTH.REMOTE_LOC'],
  expects: [
    mustRejectUnauthentic(['sig-invalid', 'key-unknown'], manifest('6.2'), {
      prohibits: [{ kind: 'fetch' }],
    }),
  ],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.constant(null),
  apply: (scenario) =>
    scenario.strangers.length === 0 || scenario.images[0]?.uri === undefined
      ? undefined
      : alter(scenario, (parts) => seal(parts, scenario.strangers)),
};

const wrongShadow = eitherAnswer(['image-mismatch'], manifest('7.5'), {
  prohibits: [{ kind: 'wrong-image' }],
});
const rightShadow = mustAccept(manifest('7.5'));

/** An outsider adds an integrated payload under the URI that the server answers rightly. */
export const shadow: Attack<{ isRight: boolean }> = {
  ...isPayload,
  id: 'fetch.shadow',
  handle: 'L12',
  change: 'add an integrated payload under the URI of a payload of the network',
  by: 'outsider',
  threats: ['THREAT.NET.REDIRECT', 'THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC', 'REQ.USE.PAYLOAD'],
  expects: [wrongShadow, rightShadow],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({ isRight: fc.boolean() }),
  apply(scenario, { isRight }) {
    const { uri, bytes } = scenario.images[0] ?? {};
    const payloads = before(scenario, 'update')?.delivery.delivery.payloads;
    if (uri === undefined || bytes === undefined || !payloads?.some((one) => one.uri === uri))
      return undefined;
    if (
      scenario.release.members.some(([key]) => key.kind === 'tstr' && equalBytes(key.bytes, tstr(uri).bytes))
    )
      return undefined;
    const content = isRight ? bytes : bytes.map((byte) => byte ^ 0xff);
    return alter(
      scenario,
      (parts) => ({
        ...parts,
        members: sortEntries(map(...parts.members, [tstr(uri), bstr(content)])).entries,
      }),
      { expect: isRight ? rightShadow : wrongShadow },
    );
  },
};

export const imageAttacks: readonly AnyAttack[] = [
  flip,
  swap,
  partial,
  arbitrary,
  fail,
  beforeAuthentication,
  shadow,
];

/** The network answers the first image's URI with other bytes, or not at all. */
function answering(
  scenario: Scenario,
  change: (bytes: Uint8Array) => Uint8Array | undefined,
  options: { readonly expect?: Expectation } = {},
): Attacked | undefined {
  const uri = fetchedImages(scenario)[0]?.uri;
  const payloads = before(scenario, 'update')?.delivery.delivery.payloads ?? [];
  const found = payloads.find((one) => one.uri === uri);
  if (found?.kind !== 'bytes' || found.bytes.length === 0) return undefined;
  const bytes = change(found.bytes);
  const answer: readonly Payload[] = bytes ? [{ ...found, bytes }] : [];
  const others = payloads.filter((one) => one !== found);
  const sent = [...answer, ...others];
  return deliverEnvelope(scenario, scenario.release, { event: 'update', payloads: sent, ...options });
}
