/**
 * Ordinary decoding and encoding by cbor-x, as many devices' tool chains would do it.
 *
 * @module
 */

import { Decoder, Encoder, Tag } from 'cbor-x';
import { type Codec, type DecodeResult, decodeWith } from './codec.ts';

const options = { mapsAsObjects: false, useRecords: false };
const keptDecoder = new Decoder(options);

/** Maps as `Map`, since SUIT's keys are integers; no records, a format of its own. The rest as it comes. */
export const cborX: Codec = {
  name: 'cbor-x',
  decode: (bytes) => new Decoder(options).decode(bytes),
  kept: (bytes) => keptDecoder.decode(bytes),
  tagOf: (value) => (value instanceof Tag ? [value.tag, value.value] : undefined),
};

/** Decodes exactly one item the way cbor-x sees it; what it throws becomes the message. */
export function decodeWithCborX(bytes: Uint8Array): DecodeResult {
  return decodeWith(cborX, bytes);
}

/**
 * Encodes numbers, bigints, strings, Uint8Arrays, arrays, Maps (as plain maps), booleans, null and undefined.
 *
 * A bigint always takes eight bytes of argument: give a number where the shortest form is wanted.
 */
export function encodeWithCborX(value: unknown): Uint8Array {
  const plain = { ...options, tagUint8Array: false, useTag259ForMaps: false };
  return new Uint8Array(new Encoder(plain).encode(value));
}
