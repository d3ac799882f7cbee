import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryHostileBytes } from './arbitrary.ts';
import { decodeWithCborX, encodeWithCborX } from './decode.ts';
import { fromHex, toHex } from './hex.ts';
import { array, bool, bstr, type Item, int, map, nil, tstr } from './item.ts';
import { notation } from './notation.ts';
import { readItem } from './read.ts';
import { write } from './write.ts';

function decode(hex: string): string {
  const result = decodeWithCborX(fromHex(hex));
  return result.ok ? notation(result.item) : `refused: ${result.message}`;
}

/** What both sides must understand alike: definite lengths, text that is UTF-8, no key twice, no tags, no floats. */
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
    fc.array(child, { maxLength: 30 }).map((items) => array(...items)),
    entries.map((all) => map(...all.map(([k, v]) => [int(k), v] as const))),
  );
}

describe('decodeWithCborX', () => {
  it('agrees with the lossless reader on ordinary items', () => {
    fc.assert(
      fc.property(commonItem(3), (item) => {
        const bytes = write(item);
        const own = readItem(bytes);
        const theirs = decodeWithCborX(bytes);
        expect(theirs.ok && toHex(write(theirs.item))).toBe(toHex(bytes));
        expect(own.ok && theirs.ok && notation(own.item) === notation(theirs.item)).toBe(true);
      }),
    );
  });

  it.each([
    ['a201020103', '{1: 3}', 'keeps the last of two equal keys'],
    ['1800', '0', 'forgets the width'],
    ['f94000', '2', 'reads 2.0 as 2'],
    ['9f01ff', '[1]', 'forgets the indefinite length'],
    ['c249010000000000000000', "2(h'010000000000000000')", 'gives a bignum back as one'],
    ['c11a514b67b0', '1(1363896240)', 'gives a date back as one'],
    ['d26141', '18("A")', 'keeps a tag that it does not know'],
    ['d9d9f701', '1', 'drops the self-description tag'],
    ['d90102820102', '258([1, 2])', 'gives a set back as one'],
    ['61ff', '"\ufffd"', 'mends text that is not UTF-8'],
  ])('%s gives %s: %s', (hex, text) => {
    expect(decode(hex)).toBe(text);
  });

  it.each(['', '18', '8101ff', '5f4101ff', 'ff', '9b0000000100000000'])(
    'refuses %j with a message',
    (hex) => {
      expect(decode(hex)).toMatch(/^refused: ./);
    },
  );

  it('refuses a value that contains itself', () => {
    expect(decode('d81c81d81d00')).toMatch(/shared or cyclic/);
  });

  it('survives deep nesting and hostile bytes', () => {
    expect(decodeWithCborX(new Uint8Array(200_000).fill(0x81)).ok).toBe(false);
    fc.assert(
      fc.property(arbitraryHostileBytes(), (bytes) => {
        const before = toHex(bytes);
        const result = decodeWithCborX(bytes);
        if (result.ok) expect(readItem(write(result.item)).ok).toBe(true);
        expect(toHex(bytes)).toBe(before);
        expect(Object.hasOwn(bytes, 'dataView')).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('encodeWithCborX', () => {
  it('writes Maps as plain maps and Uint8Arrays as plain byte strings', () => {
    const value = new Map<unknown, unknown>([
      [1, fromHex('0102')],
      ['a', [2, -3, null, undefined, true]],
    ]);
    const result = readItem(encodeWithCborX(value));
    expect(result.ok && notation(result.item).replace(/_\d/g, '')).toBe(
      '{1: h\'0102\', "a": [2, -3, null, undefined, true]}',
    );
  });

  it('gives bytes of its own', () => {
    const first = encodeWithCborX([1, 2, 3]);
    encodeWithCborX([4, 5, 6]);
    expect(toHex(first)).toBe('83010203');
  });
});
