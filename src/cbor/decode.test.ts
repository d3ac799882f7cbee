import { describe, expect, it } from 'vitest';
import { decodeWithCborX, encodeWithCborX } from './decode.ts';
import { fromHex, toHex } from './hex.ts';
import { notation } from './notation.ts';
import { readItem } from './read.ts';

function decode(hex: string): string {
  const result = decodeWithCborX(fromHex(hex));
  return result.ok ? notation(result.item) : `refused: ${result.message}`;
}

describe('decodeWithCborX', () => {
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
    expect(decode('d81c81d81d00')).toMatch(/shared, cyclic/);
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
