import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, fromHex, toHex } from './hex.ts';

describe('hex', () => {
  it('goes there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it('reads both cases and spaced text', () => {
    expect(fromHex(' AB cd\n01 ')).toEqual(Uint8Array.of(0xab, 0xcd, 1));
  });

  it.each(['0', 'abc', '0g', '0x01', '+1'])('refuses %j', (text) => {
    expect(() => fromHex(text)).toThrow(RangeError);
  });

  it('prints only the view, not the buffer below it', () => {
    expect(toHex(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))).toBe('0203');
  });
});

describe('equalBytes', () => {
  it('compares length and content', () => {
    expect(equalBytes(fromHex('0102'), fromHex('0102'))).toBe(true);
    expect(equalBytes(fromHex('0102'), fromHex('0103'))).toBe(false);
    expect(equalBytes(fromHex('0102'), fromHex('010200'))).toBe(false);
    expect(equalBytes(fromHex('010200'), fromHex('0102'))).toBe(false);
  });
});

describe('concat', () => {
  it('joins in order', () => {
    expect(concat(fromHex('01'), new Uint8Array(), fromHex('0203'))).toEqual(fromHex('010203'));
    expect(concat()).toEqual(new Uint8Array());
  });
});
