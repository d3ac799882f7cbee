/**
 * cbor2: maps as `Map`, since SUIT's keys are integers; otherwise its defaults, none of its strict profiles.
 *
 * @module
 */
import { decode, Simple, Tag } from 'cbor2';
import type { Codec } from '../../cbor/codec.ts';

export const cbor2: Codec = {
  name: 'cbor2',
  decode: (bytes) => decode(bytes, { preferMap: true }),
  tagOf: (value) => (value instanceof Tag ? [numberOf(value.tag), value.contents] : undefined),
  simpleOf: (value) => (value instanceof Simple ? value.value : undefined),
};

function numberOf(tag: Tag['tag']): bigint | number {
  return typeof tag === 'bigint' ? tag : Number(tag);
}
