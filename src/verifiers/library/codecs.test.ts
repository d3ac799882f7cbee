import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryHostileBytes } from '../../cbor/arbitrary.ts';
import { type Codec, decodeWith } from '../../cbor/codec.ts';
import { cborX } from '../../cbor/decode.ts';
import { fromHex, toHex } from '../../cbor/hex.ts';
import { array, bool, bstr, type Item, int, map, nil, tag, tstr } from '../../cbor/item.ts';
import { notation } from '../../cbor/notation.ts';
import { readItem } from '../../cbor/read.ts';
import { write } from '../../cbor/write.ts';
import { nodeCbor } from './cbor.ts';
import { cbor2 } from './cbor2.ts';
import { cborg } from './cborg.ts';

const codecs: readonly Codec[] = [cborX, cborg, cbor2, nodeCbor];

function decode(codec: Codec, hex: string): string {
  const result = decodeWith(codec, fromHex(hex));
  return result.ok ? notation(result.item) : 'refused';
}

/** What both sides must understand alike: definite lengths, text that is UTF-8, no key twice, no floats; tags of SUIT and COSE. */
function commonItem(depth: number): Arbitrary<Item> {
  const integer = fc.bigInt(-(2n ** 64n), 2n ** 64n - 1n).map(int);
  const small = fc.integer({ min: -30, max: 300 }).map(int);
  const text = fc.string({ unit: 'grapheme' }).map(tstr);
  const leaf = fc.oneof(
    small,
    integer,
    fc.uint8Array().map(bstr),
    text,
    fc.boolean().map(bool),
    fc.constant(nil),
  );
  if (depth === 0) return leaf;
  const child = commonItem(depth - 1);
  const key = fc.integer({ min: -300, max: 300 });
  const entries = fc.uniqueArray(fc.tuple(key, child), { selector: ([k]) => k, maxLength: 5 });
  return fc.oneof(
    leaf,
    fc
      .tuple(fc.constantFrom(17, 18, 97, 98, 107, 112, 1070), child)
      .map(([number, inner]) => tag(number, inner)),
    fc.array(child, { maxLength: 30 }).map((items) => array(...items)),
    entries.map((all) => map(...all.map(([k, v]) => [int(k), v] as const))),
  );
}

describe.each(codecs)('$name', (codec) => {
  it('agrees with the lossless reader on ordinary items', () => {
    fc.assert(
      fc.property(commonItem(3), (item) => {
        const bytes = write(item);
        const own = readItem(bytes);
        const theirs = decodeWith(codec, bytes);
        expect(theirs.ok && toHex(write(theirs.item))).toBe(toHex(bytes));
        expect(own.ok && theirs.ok && notation(own.item) === notation(theirs.item)).toBe(true);
      }),
    );
  });

  it.each([
    ['a201020103', '{1: 3}', 'keeps the last of two equal keys'],
    ['1800', '0', 'forgets the width'],
    ['f94000', '2', 'reads 2.0 as 2'],
    ['9f01ff', '[1]', 'forgets the indefinite length of an array'],
    ['f7', 'undefined', 'knows undefined'],
    ['1b0020000000000001', '9007199254740993', 'keeps integers above 2^53'],
    ['3bffffffffffffffff', '-18446744073709551616', 'and below -2^53'],
    ['fb3ff199999999999a', '1.1', 'keeps a float that is no integer'],
    ['a0', '{}', 'keeps an empty map a map'],
    ['a1616101', '{"a": 1}', 'and one with text keys'],
  ])('%s gives %s: %s', (hex, text) => {
    expect(decode(codec, hex)).toBe(text);
  });

  it.each([
    '',
    '18',
    '0000',
    '8101ff',
    '1c',
    'ff',
    'a101',
    '5bffffffffffffffff00',
    '9bffffffffffffffff00',
    'baffffffff00',
  ])('refuses %j', (hex) => {
    expect(decode(codec, hex)).toBe('refused');
  });

  it('ends on deep and on wide input', () => {
    for (const byte of [0x81, 0x9f, 0xc6, 0xd8, 0xa1, 0xbf])
      expect(decodeWith(codec, new Uint8Array(200_000).fill(byte)).ok).toBe(false);
    // An array of 150,000 zeros.
    const wide = new Uint8Array(150_005);
    wide.set([0x9a, 0x00, 0x02, 0x49, 0xf0]);
    expect(decodeWith(codec, wide)).toMatchObject({
      ok: false,
      message: expect.stringContaining('too many'),
    });
  });

  it('takes hostile bytes without throwing, and leaves them as they are', () => {
    fc.assert(
      fc.property(arbitraryHostileBytes(), (bytes) => {
        const before = toHex(bytes);
        const result = decodeWith(codec, bytes);
        if (result.ok) expect(readItem(write(result.item)).ok).toBe(true);
        expect(toHex(bytes)).toBe(before);
        expect(Object.hasOwn(bytes, 'dataView')).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('where the decoders part', () => {
  it.each([
    ['c24105', ['5', 'refused', '5', '5'], 'a bignum that fits an integer'],
    ['61ff', ['"\ufffd"', '"\ufffd"', 'refused', 'refused'], 'text that is not UTF-8'],
    ['7f6161ff', ['refused', 'refused', '"a"', '"a"'], 'text in chunks'],
    ['d9d9f701', ['1', 'refused', '1', '55799(1)'], 'the self-description tag'],
    ['d90102820102', ['258([1, 2])', 'refused', '258([1, 2])', '258([1, 2])'], 'a set'],
    ['c11a514b67b0', ['1(1363896240)', 'refused', '1(1363896240)', '1(1363896240)'], 'a date'],
    ['d82066613a2f2f623a', ['32("a://b:")', 'refused', '32("a://b")', '32("a://b")'], 'a URI'],
    ['d823612e', ['35(".")', 'refused', '35(".")', '35(".")'], 'a regular expression'],
    ['f820', ['refused', 'refused', 'simple(32)', 'simple(32)'], 'a simple value without a meaning'],
    ['db002000000000000101', ['refused', 'refused', '9007199254740993(1)', 'refused'], 'a tag above 2^53'],
    ['d8414400010203', ['refused', 'refused', 'refused', 'refused'], 'an array of 16-bit numbers'],
  ])('%s: %j, %s', (hex, texts) => {
    expect(codecs.map((codec) => decode(codec, hex as string))).toEqual(texts);
  });
});
