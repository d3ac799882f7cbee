/**
 * cbor (node-cbor): maps as `Map`, since SUIT's keys are integers, and a finite depth, which its documentation asks for
 * with untrusted input; otherwise its defaults.
 *
 * @module
 */
import cbor from 'cbor';
import { type Codec, maxDepth } from '../../cbor/codec.ts';

const { decodeFirstSync, Simple, Tagged } = cbor;

export const nodeCbor: Codec = {
  name: 'cbor',
  decode: (bytes): unknown => decodeFirstSync(bytes, { preferMap: true, max_depth: maxDepth }),
  tagOf: (value) => (value instanceof Tagged ? [value.tag, value.value] : undefined),
  simpleOf: (value) => (value instanceof Simple ? value.value : undefined),
};
