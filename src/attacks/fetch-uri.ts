/**
 * Attacks through the URI of a payload, and through what is found behind it (draft §6.3, §7.5, §8.4.8.10).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { tstr } from '../cbor/item.ts';
import type { Payload } from '../device/delivery.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { withParameter } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { parameterKey } from '../suit/registry.ts';
import { type AnyAttack, type Attack, type Attacked, type Expectation, inDimension } from './attack.ts';
import { deliverEnvelope, type FetchedImage, fetchedImages } from './deliver.ts';
import { eitherAnswer, mustReject } from './expectation.ts';
import { twins } from './twin.ts';

const isPayload = { group: 'L', family: 'payload' } as const;
const onNetwork = { features: ['network', 'update'] } as const;
const remoteLocation = { doc: 'information-model', section: '4.3.7' } as const;

/** Names a payload by a scheme that the recipient cannot fetch from; a network would answer. */
export const unknownScheme: Attack<{ scheme: string }> = {
  ...isPayload,
  id: 'fetch.uri.scheme',
  handle: 'L17',
  change: 'name a payload by a URI of a scheme that the recipient does not speak',
  by: 'author',
  threats: [],
  violates: [],
  expects: [mustReject(['uri-rejected', 'fetch-failed'], manifest('6.1'))],
  on: onNetwork,
  choice: fc.record({ scheme: fc.constantFrom('ftp', 'tftp', 'gopher', 'mqtt', 'x-vendor') }),
  apply: (scenario, { scheme }) =>
    scenario.recipient.capabilities.schemes.includes(scheme)
      ? undefined
      : withUri(scenario, ({ uri }) => ({ uri: uri.replace(/^[^:]*/, scheme) })),
};

const internal = [
  'http://127.0.0.1/image.bin',
  'coap://[::1]/image.bin',
  'http://169.254.169.254/latest/meta-data',
  'coap://[fe80::1]/image.bin',
  'file:///etc/shadow',
  'data:application/octet-stream;base64,AAAA',
];

/** Names a payload by an address inside the recipient or its network. */
export const internalUri: Attack<{ uri: string }> = {
  ...isPayload,
  id: 'fetch.uri.internal',
  handle: 'L08',
  change: 'name a payload by a loopback, link-local or metadata address, a file or inline data',
  by: 'lesser-rights',
  threats: ['THREAT.NET.REDIRECT'],
  violates: ['REQ.SEC.AUTH.REMOTE_LOC'],
  expects: [eitherAnswer(['uri-rejected'], remoteLocation, { level: 'installed' })],
  on: onNetwork,
  choice: fc.record({ uri: fc.constantFrom(...internal) }),
  apply: (scenario, { uri }) =>
    inDimension(
      withUri(scenario, () => ({ uri })),
      uri,
    ),
};

const oddForms: Readonly<Record<string, (uri: string) => string>> = {
  userinfo: (uri) => uri.replace('://', '://example.org@'),
  backslash: (uri) => uri.replace('://', ':\\\\'),
  'upper-case scheme': (uri) => uri.replace(/^[^:]*/, (scheme) => scheme.toUpperCase()),
  'percent in host': (uri) => uri.replace('://', '://%65'),
  'zero byte': (uri) => `${uri}\u0000.sig`,
  'line break': (uri) => `${uri}\r\nHost: example.org`,
  empty: () => '',
  long: (uri) => `${uri}?${'a'.repeat(2048)}`,
};

/** Forms that RFC 3986 §6.2.2 makes the same as plainer ones: who asks for these asks for the right thing. */
const normalised: readonly string[] = ['upper-case scheme', 'percent in host'];
const refusals = ['uri-rejected', 'fetch-failed', 'limit-size'] as const;
const inOtherWords = eitherAnswer(refusals, remoteLocation, { level: 'installed' });
/** If anything is asked for, then exactly what the author has named. */
const asNamed = eitherAnswer(refusals, remoteLocation, {
  level: 'installed',
  prohibits: [{ kind: 'fetch', of: 'unlisted' }],
});

/** Writes a payload's URI in a form that parsers read differently. */
export const oddUri: Attack<{ form: string }> = {
  ...isPayload,
  id: 'fetch.uri.parser',
  handle: 'L09',
  change: 'write the URI of a payload with userinfo, backslashes, control characters or other odd parts',
  by: 'lesser-rights',
  threats: ['THREAT.NET.REDIRECT'],
  violates: ['REQ.SEC.AUTH.REMOTE_LOC'],
  expects: [asNamed, inOtherWords],
  on: onNetwork,
  choice: fc.record({ form: fc.constantFrom(...Object.keys(oddForms)) }),
  apply: (scenario, { form }) =>
    inDimension(
      withUri(
        scenario,
        ({ uri }) => ({ uri: oddForms[form]?.(uri) ?? uri }),
        normalised.includes(form) ? inOtherWords : asNamed,
      ),
      form,
    ),
};

const wrongBehind = mustReject(
  ['uri-rejected', 'image-mismatch', 'size-mismatch', 'fetch-failed'],
  manifest('8.4.8.10'),
);
const rightBehind = eitherAnswer(['uri-rejected', 'fetch-failed'], manifest('8.4.8.10'), {
  level: 'installed',
});

/** Names a payload by a relative reference; whoever answers for its base chooses what is found. */
export const relativeUri: Attack<{ content: 'wrong' | 'right'; form: string }> = {
  ...isPayload,
  id: 'fetch.uri.relative',
  handle: 'L16',
  change: 'name a payload by a relative reference, and answer it with the image or with other bytes',
  by: 'network',
  threats: ['THREAT.NET.REDIRECT'],
  violates: ['REQ.SEC.AUTH.REMOTE_LOC', 'REQ.USE.MFST.OVERRIDE_REMOTE'],
  expects: [wrongBehind, rightBehind],
  on: onNetwork,
  choice: fc.record({
    content: fc.constantFrom('wrong', 'right'),
    form: fc.constantFrom(
      'image.bin',
      './image.bin',
      '../image.bin',
      '/image.bin',
      '//example.com/image.bin',
    ),
  }),
  apply: (scenario, { content, form }) =>
    inDimension(
      withUri(
        scenario,
        ({ bytes }) => ({
          uri: form,
          ...(content === 'wrong' && { bytes: bytes.map((byte) => byte ^ 0xff) }),
        }),
        content === 'wrong' ? wrongBehind : rightBehind,
      ),
      form,
    ),
};

const reasonsToStop = ['size-mismatch', 'image-mismatch', 'fetch-failed', 'limit-time'] as const;
const endlessOther = mustReject(reasonsToStop, manifest('8.4.9.2'));
const endlessImage = eitherAnswer(reasonsToStop, manifest('6.3'), { level: 'installed' });

/** The server never ends its answer. */
export const endless: Attack<{ begins: 'other' | 'image' }> = {
  ...isPayload,
  id: 'fetch.endless',
  handle: 'L03',
  change: 'answer without end, with the image first or with other bytes',
  by: 'network',
  threats: ['THREAT.NET.ONPATH'],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [endlessOther, endlessImage],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({ begins: fc.constantFrom('other', 'image') }),
  apply(scenario, { begins }) {
    const [image] = fetchedImages(scenario);
    if (image === undefined) return undefined;
    const bytes = begins === 'image' ? image.bytes : image.bytes.map((byte) => byte ^ 0xff);
    return deliverEnvelope(scenario, scenario.release, {
      event: 'update',
      payloads: answering(scenario, image.uri, { uri: image.uri, kind: 'endless', bytes }),
      expect: begins === 'image' ? endlessImage : endlessOther,
    });
  },
};

export const fetchUriAttacks: readonly AnyAttack[] = [
  unknownScheme,
  internalUri,
  oddUri,
  relativeUri,
  endless,
];

/** The release with another URI for the first image of the network, which answers for that one alone. */
function withUri(
  scenario: Scenario,
  change: (image: FetchedImage) => { readonly uri: string; readonly bytes?: Uint8Array },
  expect?: Expectation,
): Attacked | undefined {
  const [image] = fetchedImages(scenario);
  if (image === undefined) return undefined;
  const { uri, bytes = image.bytes } = change(image);
  const old = new TextEncoder().encode(image.uri);
  const release = (parts: EnvelopeParts) => {
    const changed = withParameter(parts, parameterKey.uri, (value) =>
      value.kind === 'tstr' && equalBytes(value.bytes, old) ? tstr(uri) : value,
    );
    return changed === parts ? undefined : changed;
  };
  const payloads = answering(scenario, image.uri, { uri, kind: 'bytes', bytes });
  return twins(scenario, { event: 'update', attacked: { release, payloads }, ...(expect && { expect }) });
}

/** The update's payloads, with another answer in the place of one. */
export function answering(scenario: Scenario, uri: string, answer: Payload): readonly Payload[] {
  const payloads = before(scenario, 'update')?.delivery.delivery.payloads ?? [];
  return payloads.map((payload) => (payload.uri === uri ? answer : payload));
}
