/**
 * The published example envelopes (draft-ietf-suit-manifest-37, appendix B), rebuilt from the corpus, each with a
 * delivery and a recipient that takes it.
 *
 * Their images are published nowhere, so the recipient and the network hold assumed content: a digest and a size.
 *
 * @module
 */

import { fromHex } from '../cbor/hex.ts';
import type { Delivery, DeliveryEvent } from '../device/delivery.ts';
import type { AssumedContent, Component, Content, Recipient } from '../device/recipient.ts';
import { exampleKey, publishedExamples } from '../scenarios/published.ts';
import { commandCode, parameterKey } from '../suit/registry.ts';

export interface ExampleEnvelope {
  /** For example "example0". */
  readonly name: string;
  readonly recipient: Recipient;
  readonly delivery: Delivery & { readonly envelope: Uint8Array };
}

/** All that can be rebuilt whole; example 2 in its severed form, which is for booting. */
export function exampleEnvelopes(): readonly ExampleEnvelope[] {
  return publishedExamples()
    .filter(({ name }) => !name.endsWith('-full'))
    .map(({ name, envelope }) => exampleOf(name, envelope));
}

export function exampleOf(name: string, envelope: Uint8Array): ExampleEnvelope {
  const event: DeliveryEvent = name === 'example0' || name === 'example2' ? 'boot' : 'update';
  const uris = Object.entries(payloadsOf[name] ?? { 'http://example.com/file.bin': first });
  const payloads = event === 'boot' ? [] : uris.map(([uri, content]) => ({ uri, ...content }));
  return { name, recipient: exampleRecipient(event), delivery: { event, envelope, payloads } };
}

const first = assumed('00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210', 34768n);
const second = assumed('0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff', 76834n);

const payloadsOf: Readonly<Record<string, Readonly<Record<string, AssumedContent>>>> = {
  'example2-full': { 'http://example.com/very/long/path/to/file/file.bin': first },
  example3: { 'http://example.com/file1.bin': first, 'http://example.com/file2.bin': second },
  example5: { 'http://example.com/file1.bin': first, 'http://example.com/file2.bin': second },
};

/** Takes every example: the components that any of them names, empty before an update, installed before a boot. */
function exampleRecipient(event: DeliveryEvent): Recipient {
  const content: Content = event === 'boot' ? first : { kind: 'empty' };
  return {
    anchors: [{ key: exampleKey, algorithms: [-7], roles: ['author'] }],
    policy: { kind: 'any' },
    components: ['00', '02', '01'].map((identifier) => component(identifier, content)),
    clock: { kind: 'none' },
    capabilities: {
      commands: Object.values(commandCode),
      parameters: Object.values(parameterKey),
      digests: [-16],
      schemes: ['http'],
    },
    deviceClass: 1,
  };
}

function component(identifier: string, content: Content): Component {
  return {
    identifier: [fromHex(identifier)],
    vendorIds: [fromHex('fa6b4a53d5ad5fdfbe9de663e4d41ffe')],
    classIds: [fromHex('1492af1425695e48bf429b2d51f2ab45')],
    deviceIds: [],
    capacity: 128 * 1024,
    storage: 'variable',
    current: 0,
    slots: [content, { kind: 'empty' }],
  };
}

function assumed(digest: string, size: bigint): AssumedContent {
  return { kind: 'assumed', digest: { algorithm: -16, bytes: fromHex(digest) }, size };
}
