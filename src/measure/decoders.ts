/**
 * CBOR decoders on the same bytes: an envelope and every item inside its byte strings, decoded and walked.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import type { Codec } from '../cbor/codec.ts';
import type { Item } from '../cbor/item.ts';
import { PullParser } from '../cbor/pull.ts';
import { stateWords, word } from '../cbor/pull-state.ts';
import { readItem } from '../cbor/read.ts';
import { codecs } from '../verifiers/library/panel.ts';
import { itemsIn } from './counting.ts';
import { opened } from './mutate.ts';

/** `reader` and `pull` are ours: the lossless reader, and the parser of the bounded verifier. */
export const decoderNames: readonly string[] = [...Object.keys(codecs), 'reader', 'pull'];

export interface Document {
  readonly bytes: Uint8Array;
  /** Where items stand in it: the whole, then those inside byte strings. */
  readonly spans: readonly Stretch[];
}

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface Decoder {
  readonly name: string;
  /** Makes a pass over the document: decodes and walks every span; what it counted. Throws where it refuses. */
  prepare(document: Document): () => number;
  /** Decodes the one item that the bytes are. Throws where it refuses. */
  decode(bytes: Uint8Array): unknown;
}

export async function decoderNamed(name: string): Promise<Decoder> {
  if (name === 'pull') return pullDecoder;
  if (name === 'reader') return reader;
  const load = Object.hasOwn(codecs, name) ? codecs[name] : undefined;
  if (load === undefined)
    throw new BenchError(
      'decoder-unknown',
      `there is no decoder ${name}; there are ${decoderNames.join(', ')}`,
    );
  return ofPackage(await load());
}

/** The envelope with the places of all items inside its byte strings. */
export function documentOf(bytes: Uint8Array): Document {
  const read = readItem(bytes);
  return {
    bytes,
    spans: [{ start: 0, end: bytes.length }, ...(read.ok ? insideOf(read.item, bytes, 0) : [])],
  };
}

function insideOf(item: Item, bytes: Uint8Array, base: number): readonly Stretch[] {
  const children: readonly Item[] =
    item.kind === 'array'
      ? item.items
      : item.kind === 'map'
        ? item.entries.flat()
        : item.kind === 'tag'
          ? [item.item]
          : [];
  if (item.kind !== 'bstr' || item.end === undefined || opened(item).kind !== 'wrapped')
    return children.flatMap((child) => insideOf(child, bytes, base));
  const end = base + item.end;
  const start = end - item.bytes.length;
  const read = readItem(bytes.subarray(start, end));
  return [{ start, end }, ...(read.ok ? insideOf(read.item, bytes, start) : [])];
}

const nesting = 32;

const pullDecoder: Decoder = {
  name: 'pull',
  prepare({ bytes, spans }) {
    const parser = new PullParser(bytes, new Int32Array(stateWords(nesting)));
    return () => {
      parser.state[word.steps] = 0;
      // By index: an iterator would be garbage.
      for (let i = 0; i < spans.length; i++) {
        const { start, end } = spans[i] as Stretch;
        parser.restart(start, end);
        parser.skip();
        if (parser.finish() !== 0) throw new BenchError('pull', `error ${parser.error}`);
      }
      return parser.steps;
    };
  },
  decode: (bytes) => {
    const parser = new PullParser(bytes, new Int32Array(stateWords(nesting)));
    parser.skip();
    if (parser.finish() !== 0) throw new BenchError('pull', `error ${parser.error}`);
    return parser.steps;
  },
};

const reader: Decoder = {
  name: 'reader',
  prepare: ({ bytes, spans }) => {
    const parts = spans.map(({ start, end }) => bytes.subarray(start, end));
    return () => parts.reduce((sum, part) => sum + itemsIn(readWhole(part)), 0);
  },
  decode: readWhole,
};

function readWhole(bytes: Uint8Array): Item {
  const read = readItem(bytes);
  if (read.ok) return read.item;
  throw new BenchError('reader', read.error.message);
}

function ofPackage({ name, decode, kept, tagOf }: Codec): Decoder {
  const decoding = kept ?? decode;
  return {
    name,
    prepare: ({ bytes, spans }) => {
      const parts = spans.map(({ start, end }) => bytes.slice(start, end));
      return () => parts.reduce((sum, part) => sum + valuesIn(decoding(part), tagOf), 0);
    },
    decode,
  };
}

/** The value and all inside it. */
function valuesIn(value: unknown, tagOf: Codec['tagOf']): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 1;
  let count = 1;
  if (Array.isArray(value)) {
    for (const one of value) count += valuesIn(one, tagOf);
    return count;
  }
  if (value instanceof Map) {
    for (const [key, one] of value) count += valuesIn(key, tagOf) + valuesIn(one, tagOf);
    return count;
  }
  const tagged = tagOf(value);
  return tagged === undefined ? count : count + valuesIn(tagged[1], tagOf);
}
