import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryItem } from './arbitrary.ts';
import { fromHex, toHex } from './hex.ts';
import { array, bstr, type Item, int, map, tag, tstr, type Width, wrapped } from './item.ts';
import { readItem } from './read.ts';
import { contentOf, shortestWidth, write, writeHead } from './write.ts';

const hexOf = (item: Item) => toHex(write(item));

describe('writeHead', () => {
  it.each<[number, bigint, Width | undefined, string]>([
    [0, 23n, undefined, '17'],
    [0, 24n, undefined, '1818'],
    [2, 255n, undefined, '58ff'],
    [2, 256n, undefined, '590100'],
    [3, 65535n, undefined, '79ffff'],
    [4, 65536n, undefined, '9a00010000'],
    [5, 4294967295n, undefined, 'baffffffff'],
    [6, 4294967296n, undefined, 'db0000000100000000'],
    [0, 1n, 1, '1801'],
    [0, 1n, 2, '190001'],
    [1, 1n, 4, '3a00000001'],
    [1, 2n ** 64n - 1n, 8, '3bffffffffffffffff'],
  ])('major %i, argument %i, width %s', (major, argument, width, hex) => {
    expect(toHex(writeHead(major, argument, width))).toBe(hex);
  });

  it('takes the shortest width by itself', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (argument) => {
        const width = shortestWidth(argument);
        expect(writeHead(0, argument)).toEqual(writeHead(0, argument, width));
        if (width > 0) expect(() => writeHead(0, argument, (width >> 1) as Width)).toThrow(/does not fit/);
      }),
    );
  });
});

describe('write', () => {
  it('throws a bench error where the width is too small', () => {
    const tooSmall = expect.objectContaining({ code: 'width-too-small', blame: 'bench' });
    expect(() => write({ kind: 'uint', value: 24n, width: 0 })).toThrow(tooSmall);
    expect(() => write({ kind: 'bstr', bytes: new Uint8Array(256), width: 1 })).toThrow(tooSmall);
    expect(() => write({ kind: 'uint', value: 2n ** 64n })).toThrow(tooSmall);
    expect(() => write({ kind: 'nint', value: 0n })).toThrow(tooSmall);
    expect(() => write({ kind: 'simple', value: 256 })).toThrow(tooSmall);
    expect(() => write({ kind: 'float', bits: 0x1_0000n, width: 2 })).toThrow(tooSmall);
  });

  it('puts claims in the head and the real content after it', () => {
    expect(hexOf({ kind: 'bstr', bytes: fromHex('0102'), claims: 2n ** 63n })).toBe('5b80000000000000000102');
    expect(hexOf({ kind: 'tstr', bytes: fromHex('61'), claims: 0n, width: 2 })).toBe('79000061');
    expect(hexOf({ kind: 'array', items: [int(1)], claims: 3n })).toBe('8301');
    expect(hexOf({ kind: 'map', entries: [[int(1), int(2)]], claims: 0n })).toBe('a00102');
    expect(hexOf({ ...wrapped(int(1)), claims: 5n })).toBe('4501');
  });

  it('wraps encoded items in a byte string', () => {
    expect(hexOf(wrapped(array(int(1), wrapped(tstr('a')))))).toBe('458201426161');
    expect(hexOf({ ...wrapped(int(1), int(2)), width: 4 })).toBe('5a000000020102');
    expect(toHex(contentOf(wrapped(int(1), int(2))))).toBe('0102');
    expect(hexOf(wrapped())).toBe('40');
  });

  it('writes raw bytes as they are, anywhere', () => {
    const raw: Item = { kind: 'raw', bytes: fromHex('1cff') };
    expect(hexOf(array(int(0), raw, int(1)))).toBe('83001cff01');
    expect(hexOf(tag(1, raw))).toBe('c11cff');
    expect(hexOf(map([raw, raw]))).toBe('a11cff1cff');
  });

  it('writes indefinite lengths and chunks', () => {
    expect(hexOf({ ...array(int(1)), indefinite: true })).toBe('9f01ff');
    expect(hexOf({ ...map([int(1), array()]), indefinite: true })).toBe('bf0180ff');
    const chunks = [{ bytes: fromHex('01') }, { bytes: fromHex('02'), width: 1 as const }];
    expect(hexOf({ ...bstr(fromHex('0102')), chunks })).toBe('5f4101580102ff');
  });

  it('writes a simple value in the two bytes that are not well-formed, if told to', () => {
    expect(hexOf({ kind: 'simple', value: 20, width: 1 })).toBe('f814');
    expect(hexOf({ kind: 'simple', value: 24 })).toBe('f818');
    expect(readItem(fromHex('f818')).ok).toBe(false);
  });

  it('writes an array of 200,000 items', () => {
    const many = { kind: 'array' as const, items: Array.from({ length: 200_000 }, () => int(0)) };
    expect(write(many)).toHaveLength(200_005);
  });

  it('gives what it wrote a buffer of its own, however large', () => {
    const large = write(wrapped(wrapped(bstr(new Uint8Array(100_000).fill(7)), int(1)), int(2)));
    const small = write(int(3));
    expect(toHex(large.subarray(0, 16))).toBe('5a000186ac5a000186a65a000186a007');
    expect(toHex(large.subarray(-3))).toBe('070102');
    expect(large.buffer.byteLength).toBe(large.length);
    expect(small.buffer.byteLength).toBe(1);
  });

  it('begins anew after it has thrown', () => {
    expect(() => write(array(int(1), { kind: 'uint', value: 24n, width: 0 }, tstr('left')))).toThrow();
    expect(hexOf(array(int(1)))).toBe('8101');
  });

  it('leaves the item alone', () => {
    fc.assert(
      fc.property(arbitraryItem(), (item) => {
        const before = structuredClone(item);
        write(item);
        expect(item).toEqual(before);
      }),
    );
  });
});
