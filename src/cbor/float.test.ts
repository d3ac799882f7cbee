import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { double, floatValue, shortestFloatWidth } from './float.ts';

describe('floatValue', () => {
  it.each([
    [0x0000n, 0],
    [0x0001n, 2 ** -24],
    [0x03ffn, 1023 * 2 ** -24],
    [0x0400n, 2 ** -14],
    [0x3c00n, 1],
    [0xc400n, -4],
    [0x7bffn, 65504],
    [0xfc00n, -Infinity],
  ])('reads the half %i', (bits, value) => {
    expect(floatValue({ kind: 'float', bits, width: 2 })).toBe(value);
  });

  it('keeps the sign of zero', () => {
    expect(floatValue({ kind: 'float', bits: 0x8000n, width: 2 })).toBe(-0);
  });

  it('undoes double()', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(floatValue(double(value))).toBe(value);
      }),
    );
  });
});

describe('shortestFloatWidth', () => {
  it('is 2 for the double of every half', () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x1_0000; bits++) {
      const value = floatValue({ kind: 'float', bits: BigInt(bits), width: 2 });
      if (!Number.isNaN(value) && shortestFloatWidth(double(value)) !== 2) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    [65505, 4],
    [65520, 4],
    [1 + 2 ** -11, 4],
    [2 ** -25, 4],
    [1.5 * 2 ** -24, 4],
    [1.1, 8],
    [2 ** -150, 8],
  ])('of %f is %i', (value, width) => {
    expect(shortestFloatWidth(double(value))).toBe(width);
  });

  it('keeps the payload of a NaN', () => {
    expect(shortestFloatWidth({ kind: 'float', bits: 0x7fc0_0000n, width: 4 })).toBe(2);
    expect(shortestFloatWidth({ kind: 'float', bits: 0x7fc0_0001n, width: 4 })).toBe(4);
    expect(shortestFloatWidth({ kind: 'float', bits: 0x7ff8_0000_2000_0000n, width: 8 })).toBe(4);
    expect(shortestFloatWidth({ kind: 'float', bits: 0x7ff8_0000_0000_0001n, width: 8 })).toBe(8);
  });
});
