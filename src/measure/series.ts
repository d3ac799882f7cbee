/**
 * Valid envelopes that grow in one dimension at a time, to see how cost grows with it, and one for each algorithm.
 *
 * @module
 */
import { int } from '../cbor/item.ts';
import { digestOf } from '../cose/algorithms.ts';
import { type Signer, signerOf } from '../cose/blocks.ts';
import { authorEd25519, authorHmac, authorHss, authorP256, secondEd25519 } from '../cose/test-keys.ts';
import type { Payload } from '../device/delivery.ts';
import type { Component, Recipient } from '../device/recipient.ts';
import { sha256 } from '../suit/build.ts';
import type { Command, Manifest, Parameters, TextMap } from '../suit/model.ts';
import { encode, release } from '../suit/parts.ts';
import { commandCode as code, commands, parameterKey } from '../suit/registry.ts';
import type { ExampleEnvelope } from './examples.ts';

/** What grows: how many, how deep, or how many bytes. */
export interface Series {
  readonly dimension: string;
  /** Of the size, for people: "components", "bytes of text". */
  readonly unit: string;
  readonly sizes: readonly number[];
  make(size: number): Made;
}

export interface SeriesEnvelope extends ExampleEnvelope {
  readonly dimension: string;
  readonly size: number;
}

/** What differs from the plain update of one component. */
export interface Made {
  readonly components?: number;
  readonly manifest?: Partial<Manifest>;
  readonly signers?: readonly Signer[];
  readonly payloads?: readonly Payload[];
  /** Members of the envelope. */
  readonly integrated?: readonly (readonly [uri: string, bytes: Uint8Array])[];
}

/** Who signs them. */
export const author = signerOf(authorEd25519);
/** Each with a header parameter of its own, as no two blocks may be equal. */
const stranger = (i: number): Signer => ({
  ...signerOf(secondEd25519),
  labels: [[int(privateLabel - i), int(0)]],
});
/** Below it, labels are for private use (RFC 9052 §11.1). */
const privateLabel = -65_537;

export const series: readonly Series[] = [
  {
    dimension: 'components',
    unit: 'components',
    sizes: [2, 4, 8, 16, 32],
    make: (n) => ({ components: n, manifest: { install: times(n, (i) => [select(i), ...checkIds]).flat() } }),
  },
  {
    dimension: 'commands',
    unit: 'conditions in a sequence',
    sizes: [8, 16, 32, 64, 128, 256],
    make: (n) => ({ manifest: { install: times(n, () => condition(code.vendorIdentifier)) } }),
  },
  {
    dimension: 'parameters',
    unit: 'parameters set',
    sizes: [8, 16, 32, 64, 128, 256],
    make: (n) => ({ manifest: { install: times(n, (i) => set({ imageSize: BigInt(i) })) } }),
  },
  {
    dimension: 'nesting',
    unit: 'sequences inside each other',
    sizes: [1, 2, 4, 8, 12],
    make: (n) => ({ manifest: { install: nested(n) } }),
  },
  {
    dimension: 'branches',
    unit: 'branches tried',
    sizes: [2, 4, 8, 16, 32, 64],
    make: (n) => ({ manifest: { install: [{ kind: 'tryEach', branches: failingBranches(n) }] } }),
  },
  {
    dimension: 'text',
    unit: 'bytes of text',
    sizes: [64, 256, 1024, 4096, 16_384],
    make: (n) => ({ manifest: { text: [language('en', 'a'.repeat(n))] } }),
  },
  {
    dimension: 'languages',
    unit: 'languages of the text',
    sizes: [2, 4, 8, 16, 32, 64],
    make: (n) => ({ manifest: { text: languages(n) } }),
  },
  {
    dimension: 'payload',
    unit: 'bytes of payload',
    sizes: [1024, 4096, 16_384, 65_536, 262_144],
    make: (n) => payloadOf(new Uint8Array(n).fill(0x5a)),
  },
  {
    dimension: 'blocks',
    unit: 'authentication blocks',
    sizes: [1, 2, 4, 8],
    // None says whose it is, so each must be tried; the last is the author's.
    make: (n) => ({ signers: [...times(n - 1, stranger), author] }),
  },
];

/** Each member of each series that is wanted; none named: all. */
export function seriesEnvelopes(dimensions?: readonly string[]): readonly SeriesEnvelope[] {
  return series
    .filter(({ dimension }) => dimensions?.includes(dimension) ?? true)
    .flatMap(({ dimension, sizes, make }) =>
      sizes.map((size) => ({ dimension, size, ...envelopeOf(`${dimension}-${size}`, make(size)) })),
    );
}

/** One envelope of that dimension, of any size. */
export function seriesEnvelope(dimension: string, size: number, by: Signer = author): ExampleEnvelope {
  const found = series.find((one) => one.dimension === dimension);
  return envelopeOf(`${dimension}-${size}`, { signers: [by], ...found?.make(size) });
}

/** The largest envelope of the dimension within so many bytes; undefined: not even the smallest is. */
export function grownTo(bytes: number, dimension: string, by: Signer): ExampleEnvelope | undefined {
  const isWithin = (size: number): boolean =>
    seriesEnvelope(dimension, size, by).delivery.envelope.length <= bytes;
  if (!isWithin(1)) return undefined;
  let low = 1;
  let high = bytes;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isWithin(middle)) low = middle;
    else high = middle;
  }
  return seriesEnvelope(dimension, low, by);
}

/** One of each kind of key, and of each algorithm that it may be for. */
export function algorithmSigners(): readonly Signer[] {
  const one = signerOf(authorP256);
  return [
    one,
    { ...one, algorithm: -7 },
    { ...author, algorithm: -8 },
    signerOf(authorHmac),
    signerOf(authorHss),
  ];
}

/** The plain update once under each algorithm. */
export function algorithmEnvelopes(): readonly ExampleEnvelope[] {
  const signers: Readonly<Record<string, Signer>> = {
    'algorithm-es256': { ...signerOf(authorP256), algorithm: -7 },
    'algorithm-ed25519': author,
    'algorithm-hmac': signerOf(authorHmac),
    'algorithm-hss-lms': signerOf(authorHss),
  };
  return Object.entries(signers).map(([name, signer]) => envelopeOf(name, { signers: [signer] }));
}

const vendor = new Uint8Array(16).fill(0x11);
const classOf = new Uint8Array(16).fill(0x22);

/** Signed by the last signer as the recipient wants it. */
export function envelopeOf(name: string, made: Made): ExampleEnvelope {
  const count = made.components ?? 1;
  const signers = made.signers ?? [author];
  const manifest: Manifest = {
    version: 1n,
    sequenceNumber: 2n,
    components: times(count, identifier),
    // A few items whatever the count: all components have the same ids.
    sharedSequence: [
      { kind: 'setComponentIndex', index: true },
      set({ vendorId: vendor, classId: classOf }),
      ...checkIds,
      ...(count === 1 ? [] : [select(0)]),
    ],
    install: checkIds,
    ...made.manifest,
  };
  return {
    name,
    recipient: recipientFor(count === 1 ? 1 : mostComponents, signers.at(-1) ?? author),
    delivery: {
      event: 'update',
      envelope: encode(release(manifest, signers, { payloads: made.integrated ?? [] })),
      payloads: made.payloads ?? [],
    },
  };
}

function recipientFor(count: number, { key, algorithm }: Signer): Recipient {
  return {
    anchors: [{ key, algorithms: [algorithm], roles: ['author'] }],
    policy: { kind: 'any' },
    components: times(count, component),
    clock: { kind: 'none' },
    capabilities: {
      commands: commands.map((one) => one.code),
      parameters: Object.values(parameterKey),
      digests: [-16],
      schemes: ['http'],
    },
    deviceClass: 1,
  };
}

function component(index: number): Component {
  return {
    identifier: [Uint8Array.of(index)],
    vendorIds: [vendor],
    classIds: [classOf],
    deviceIds: [],
    capacity: 512 * 1024,
    storage: 'variable',
    current: 0,
    slots: [{ kind: 'empty' }, { kind: 'empty' }],
  };
}

/** The same device whatever the manifest's size; the manifest lists its components in an order of its own. */
const mostComponents = 32;
const stride = 11;

function identifier(index: number): readonly Uint8Array[] {
  return [Uint8Array.of((index * stride) % mostComponents)];
}

const everyReport = 15;

function condition(number: number): Command {
  return { kind: 'condition', code: number, policy: everyReport };
}

const checkIds: readonly Command[] = [condition(code.vendorIdentifier), condition(code.classIdentifier)];

function select(index: number): Command {
  return { kind: 'setComponentIndex', index };
}

function set(parameters: Parameters): Command {
  return { kind: 'overrideParameters', parameters };
}

function nested(depth: number): readonly Command[] {
  let inner: readonly Command[] = checkIds;
  for (let i = 0; i < depth; i++) inner = [{ kind: 'runSequence', commands: inner }];
  return inner;
}

/** All but the last fail at once. */
function failingBranches(count: number): readonly (readonly Command[])[] {
  return times(count, (i) => (i === count - 1 ? checkIds : [condition(code.abort)]));
}

const textDescription = 3;

function language(tag: string, text: string): TextMap[number] {
  return { language: tag, texts: [[textDescription, text]], components: [] };
}

/** Language tags of private use (RFC 5646 §2.2.7), in the order of their encodings. */
function languages(count: number): TextMap {
  return times(count, (i) => language(`x-${String(i).padStart(4, '0')}`, 'text'));
}

function payloadOf(bytes: Uint8Array): Made {
  const uri = 'http://example.com/payload';
  return { manifest: { install: installFrom(uri, bytes) }, payloads: [{ uri, kind: 'bytes', bytes }] };
}

/** Fetched from there, and matched. */
export function installFrom(uri: string, bytes: Uint8Array): readonly Command[] {
  const digest = digestOf(sha256, bytes) ?? new Uint8Array(0);
  return [
    set({ uri, imageDigest: { algorithm: sha256, bytes: digest }, imageSize: BigInt(bytes.length) }),
    { kind: 'directive', code: code.fetch, policy: everyReport },
    condition(code.imageMatch),
  ];
}

function times<T>(count: number, of: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => of(i));
}
