/**
 * Attacks by how the network answers for a payload: it sends the recipient elsewhere, or takes its time
 * (draft §8.4.10.4; RFC 9124 §4.3.7).
 *
 * @module
 */
import fc from 'fast-check';
import type { Payload } from '../device/delivery.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { type AnyAttack, type Attack, inDimension } from './attack.ts';
import { deliverEnvelope, type FetchedImage, fetchedImages } from './deliver.ts';
import { eitherAnswer, mustReject } from './expectation.ts';

const isPayload = { group: 'L', family: 'payload', by: 'network' } as const;
const remoteLocation = { doc: 'information-model', section: '4.3.7' } as const;
const settled = { level: 'installed', prohibits: [{ kind: 'other-state' }] } as const;

const endsNowhere = mustReject(
  ['fetch-failed', 'uri-rejected', 'limit-count', 'limit-steps', 'limit-time'],
  manifest('8.4.10.4'),
);
const wrongBehind = mustReject(
  ['image-mismatch', 'size-mismatch', 'fetch-failed', 'uri-rejected'],
  manifest('8.4.9.2'),
);
const rightBehind = eitherAnswer(['uri-rejected', 'fetch-failed'], remoteLocation, settled);

type Way = 'loop' | 'wrong' | 'other host' | 'plain scheme';

const expects = {
  loop: endsNowhere,
  wrong: wrongBehind,
  'other host': rightBehind,
  'plain scheme': rightBehind,
} as const;

/** Sends who asks for a payload to another URI: in a circle, to other bytes, or to the right ones elsewhere. */
export const redirect: Attack<{ way: Way; hops: number }> = {
  ...isPayload,
  id: 'fetch.redirect',
  handle: 'L05',
  change: 'redirect a fetch in a circle, to other bytes, to another host, or out of a secure channel',
  threats: ['THREAT.NET.REDIRECT'],
  violates: ['REQ.SEC.AUTH.REMOTE_LOC'],
  expects: [endsNowhere, wrongBehind, rightBehind],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({
    way: fc.constantFrom<Way>('loop', 'wrong', 'other host', 'plain scheme'),
    hops: fc.integer({ min: 1, max: 3 }),
  }),
  apply(scenario, { way, hops }) {
    const [image] = fetchedImages(scenario);
    const answers = image && redirected(image, way, hops);
    if (image === undefined || answers === undefined) return undefined;
    const made = answered(scenario, image, answers, expects[way]);
    return inDimension(made, expects[way] === rightBehind ? `${way}, ${hops} hops` : '');
  },
};

/** Each hop leads to the next; the last to the image, to other bytes, or back to the first. */
function redirected({ uri, bytes }: FetchedImage, way: Way, hops: number): readonly Payload[] | undefined {
  const scheme = /^[^:]*/.exec(uri)?.[0] ?? '';
  const plain = { https: 'http', coaps: 'coap' }[scheme];
  if (way === 'plain scheme' && plain === undefined) return undefined;
  const other = (hop: number) =>
    `${way === 'plain scheme' ? plain : scheme}://mirror-${hop}.example/image.bin`;
  const places = [uri, ...Array.from({ length: hops }, (_, i) => other(i + 1))];
  const answers = places
    .slice(0, -1)
    .map((from, i): Payload => ({ uri: from, kind: 'redirect', to: places[i + 1] as string }));
  const last = places.at(-1) as string;
  if (way === 'loop') return [...answers, { uri: last, kind: 'redirect', to: uri }];
  const found = way === 'wrong' ? bytes.map((byte) => byte ^ 0xff) : bytes;
  return [...answers, { uri: last, kind: 'bytes', bytes: found }];
}

const late = eitherAnswer(['limit-time', 'fetch-failed'], manifest('8.4.10.4'), settled);

/** The image comes, a byte now and then. */
export const slow: Attack<{ seconds: number }> = {
  ...isPayload,
  id: 'fetch.slow',
  handle: 'L04',
  change: 'answer with the right image, over minutes, days or years',
  threats: ['THREAT.NET.ONPATH'],
  violates: [],
  expects: [late],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({ seconds: fc.constantFrom(60, 86_400, 31_536_000) }),
  apply(scenario, { seconds }) {
    const [image] = fetchedImages(scenario);
    if (image === undefined) return undefined;
    const { uri, bytes } = image;
    return inDimension(
      answered(scenario, image, [{ uri, kind: 'slow', bytes, seconds }], late),
      `${seconds} seconds`,
    );
  },
};

export const fetchAnswerAttacks: readonly AnyAttack[] = [redirect, slow];

/** The update, with these answers in the place of the image's. */
function answered(
  scenario: Scenario,
  image: FetchedImage,
  answers: readonly Payload[],
  expect: Attack['expects'][number],
) {
  const found = before(scenario, 'update')?.delivery.delivery.payloads ?? [];
  const payloads = [...found.filter(({ uri }) => uri !== image.uri), ...answers];
  return deliverEnvelope(scenario, scenario.release, { event: 'update', payloads, expect });
}
