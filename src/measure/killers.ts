/**
 * Small inputs that a CBOR decoder may die of: claims that nothing backs, depth, tags that mean work (RFC 8949 §10).
 *
 * @module
 */

export interface Killer {
  readonly input: string;
  readonly bytes: Uint8Array;
}

const large = [0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff] as const;
const huge = [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] as const;

/** 264 MB as references, 5 bytes as a claim. */
const thirtyMillion = [0x9a, 0x01, 0xc9, 0xc3, 0x80] as const;

/** At most 100,000 bytes each. */
export const killers: readonly Killer[] = [
  { input: 'a byte string of 2 GiB, claimed', bytes: Uint8Array.of(0x5b, ...large) },
  { input: 'a text of 2 GiB, claimed', bytes: Uint8Array.of(0x7b, ...large) },
  { input: 'an array of 2^31 items, claimed', bytes: Uint8Array.of(0x9b, ...large) },
  { input: 'an array of 2^63 items, claimed', bytes: Uint8Array.of(0x9b, ...huge) },
  { input: 'an array of 30 million items, claimed', bytes: Uint8Array.of(...thirtyMillion) },
  {
    input: 'arrays of a million items, claimed 1,000 deep',
    bytes: repeat([0x9a, 0x00, 0x0f, 0x42, 0x40], 1000),
  },
  { input: 'a map of 15 million entries, claimed', bytes: Uint8Array.of(0xba, 0x00, 0xe4, 0xe1, 0xc0) },
  { input: 'a map of 2^31 entries, claimed', bytes: Uint8Array.of(0xbb, ...large) },
  { input: 'arrays 90,000 deep', bytes: repeat([0x81], 90_000, [0x00]) },
  { input: 'arrays of indefinite length, 90,000 deep', bytes: repeat([0x9f], 90_000) },
  { input: 'maps 40,000 deep', bytes: repeat([0xa1, 0x00], 40_000, [0x00]) },
  { input: 'tags 90,000 deep', bytes: repeat([0xc1], 90_000, [0x00]) },
  {
    input: 'a bignum of 90,000 bytes',
    bytes: Uint8Array.of(0xc2, 0x5a, 0, 0x01, 0x5f, 0x90, ...repeat([0xff], 90_000)),
  },
  {
    input: 'a decimal fraction with the exponent 2^31',
    bytes: Uint8Array.of(0xc4, 0x82, 0x1a, 0x7f, 0xff, 0xff, 0xff, 0x01),
  },
  {
    input: 'a bigfloat with the exponent 2^31',
    bytes: Uint8Array.of(0xc5, 0x82, 0x1a, 0x7f, 0xff, 0xff, 0xff, 0x01),
  },
  {
    input: 'a regular expression that backtracks',
    bytes: Uint8Array.of(0xd8, 0x23, 0x66, ...Buffer.from('(a+)+$')),
  },
  {
    input: 'a value that contains itself (tags 28, 29)',
    bytes: Uint8Array.of(0xd8, 0x1c, 0x81, 0xd8, 0x1d, 0x00),
  },
];

function repeat(pattern: readonly number[], times: number, end: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(pattern.length * times + end.length);
  for (let i = 0; i < times; i++) bytes.set(pattern, i * pattern.length);
  bytes.set(end, pattern.length * times);
  return bytes;
}
