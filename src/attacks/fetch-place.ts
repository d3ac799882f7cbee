/**
 * Attacks on where a payload comes from: the envelope, the network, or what the recipient has (draft §7.5, §8.4.10.4).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { bstr, type Entry, map, tstr } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { digestOf } from '../cose/algorithms.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { digestAlgorithm, type EnvelopeParts } from '../suit/parts.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { alter, fetchedImages } from './deliver.ts';
import { recipientIndices, withContent } from './device-change.ts';
import { eitherAnswer, mustAccept, mustReject, shouldReject } from './expectation.ts';
import { twins } from './twin.ts';

const isPayload = { group: 'L', family: 'payload', threats: [] } as const;
const inEnvelope = {
  by: 'outsider',
  violates: ['REQ.USE.PAYLOAD'],
  on: { features: ['integrated', 'update'] },
} as const;

/** Takes a payload out of the envelope that the manifest names by a fragment. */
export const missingFragment: Attack<null> = {
  ...isPayload,
  ...inEnvelope,
  id: 'fetch.fragment.missing',
  handle: 'L10',
  change: 'take the payload that a fragment names out of the envelope',
  expects: [
    mustReject(['fetch-failed'], manifest('7.5'), { prohibits: [{ kind: 'fetch', of: 'fragments' }] }),
  ],
  choice: fc.constant(null),
  apply: (scenario) => withPayload(scenario, () => []),
};

const nearKeys: Readonly<Record<string, (key: string) => string>> = {
  'upper case': (key) => key.toUpperCase(),
  'no number sign': (key) => key.slice(1),
  'two number signs': (key) => `#${key}`,
  'percent-encoded': (key) => `#%${key.charCodeAt(1).toString(16)}${key.slice(2)}`,
  'trailing space': (key) => `${key} `,
  decomposed: (key) => `${key}\u0301`,
};

/** The key in the envelope is nearly, not exactly, the URI of the manifest. */
export const nearFragment: Attack<{ form: string }> = {
  ...isPayload,
  ...inEnvelope,
  id: 'fetch.fragment.near',
  handle: 'L11',
  change: 'change the key of an integrated payload to one that is nearly the same',
  expects: [eitherAnswer(['fetch-failed'], manifest('7.5'), { level: 'installed' })],
  choice: fc.record({ form: fc.constantFrom(...Object.keys(nearKeys)) }),
  apply: (scenario, { form }) =>
    withPayload(scenario, ([, value], uri) => [[tstr(nearKeys[form]?.(uri) ?? uri), value]]),
};

/** Two payloads of the envelope have the same key; one is wrong. */
export const twice: Attack<{ wrong: 'first' | 'last' }> = {
  ...isPayload,
  ...inEnvelope,
  id: 'fetch.shadow.dup',
  handle: 'L13',
  change: 'add a second integrated payload under the same key, with other bytes',
  expects: [
    shouldReject(
      ['cbor-invalid', 'image-mismatch'],
      { doc: 'cbor', section: '5.6' },
      { level: 'installed', prohibits: [{ kind: 'other-state' }] },
    ),
  ],
  choice: fc.record({ wrong: fc.constantFrom('first', 'last') }),
  apply: (scenario, { wrong }) =>
    withPayload(scenario, ([key, value]) => {
      const bytes = value.kind === 'bstr' ? value.bytes.map((byte) => byte ^ 0xff) : new Uint8Array(1);
      const other: Entry = [key, bstr(bytes)];
      return wrong === 'first' ? [other, [key, value]] : [[key, value], other];
    }),
};

/** Another component holds something that is like the image in size, and in the first byte of its digest. */
export const poisonedShortcut: Attack<null> = {
  ...isPayload,
  id: 'fetch.shortcut.poison',
  handle: 'L15',
  change: 'let another component hold bytes of the size of the image whose digest begins as its digest does',
  by: 'device',
  threats: ['THREAT.IMG.REPLACE'],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [mustAccept(manifest('8.4.10.4'))],
  on: { features: ['network', 'update', 'flat', 'sized', 'other-components'] },
  choice: fc.constant(null),
  apply(scenario) {
    const update = before(scenario, 'update');
    const [image] = fetchedImages(scenario);
    const listed = recipientIndices(scenario);
    const at = scenario.recipient.components.findIndex((_, i) => !listed.includes(i));
    const component = scenario.recipient.components[at];
    const bytes = image && alike(image.bytes, digestAlgorithm(scenario.release));
    if (update === undefined || component === undefined || bytes === undefined) return undefined;
    const content = { kind: 'bytes', bytes } as const;
    const slots = update.delivery.after.contents[at] ?? [];
    return twins(scenario, {
      event: 'update',
      attacked: {
        recipient: (recipient) => withContent(recipient, at, content),
        contents: update.delivery.after.contents.with(at, slots.with(component.current, content)),
      },
    });
  },
};

export const fetchPlaceAttacks: readonly AnyAttack[] = [
  missingFragment,
  nearFragment,
  twice,
  poisonedShortcut,
];

/** Changes the first payload of the envelope that an image is fetched from by a fragment. */
function withPayload(scenario: Scenario, change: (payload: Entry, uri: string) => readonly Entry[]) {
  const uri = scenario.images.find((image) => image.uri?.startsWith('#'))?.uri;
  if (uri === undefined) return undefined;
  const name = new TextEncoder().encode(uri);
  const changed = (parts: EnvelopeParts) => {
    const at = parts.members.findIndex(([key]) => key.kind === 'tstr' && equalBytes(key.bytes, name));
    const payload = parts.members[at];
    const members = payload && parts.members.toSpliced(at, 1, ...change(payload, uri));
    return members && { ...parts, members: sortEntries(map(...members)).entries };
  };
  return alter(scenario, changed, { event: 'update' });
}

/** Other bytes of the same length whose digest has the same first byte; undefined: none was found. */
function alike(image: Uint8Array, algorithm: number): Uint8Array | undefined {
  const first = digestOf(algorithm, image)?.[0];
  const other = image.slice();
  const [low = 0, high = 0] = image;
  for (let i = 1; i < 4096; i++) {
    other[0] = low ^ (i & 0xff);
    other[1] = high ^ (i >> 8);
    if (!equalBytes(other, image) && digestOf(algorithm, other)?.[0] === first) return other;
  }
  return undefined;
}
