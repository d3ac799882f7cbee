/**
 * cborg: maps as `Map`, since SUIT's keys are integers; otherwise its defaults, which are not strict about widths,
 * indefinite lengths and duplicate keys. It refuses every tag that it was not told of.
 *
 * @module
 */
import { decode, Tagged } from 'cborg';
import type { Codec } from '../../cbor/codec.ts';

/** Of COSE (RFC 9052 table 1: Mac0, Sign1, Mac, Sign), SUIT (envelope, manifest) and CBOR PEN (RFC 9090 §3). */
const tags = [17, 18, 97, 98, 107, 1070, 112];

export const cborg: Codec = {
  name: 'cborg',
  decode: (bytes) => decode(bytes, { useMaps: true, tags: Tagged.preserve(...tags) }),
  tagOf: (value) => (value instanceof Tagged ? [value.tag, value.value] : undefined),
};
