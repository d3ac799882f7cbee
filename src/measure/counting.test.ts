import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { array, bstr, int, map, tag, tstr } from '../cbor/item.ts';
import { countingCrypto, countingRead, emptyCounts, hashBlocksOf, itemsIn } from './counting.ts';

describe('hashBlocksOf', () => {
  it('counts the padding', () => {
    // FIPS 180-4: 55 bytes are the most of one block of SHA-256, 111 of SHA-512.
    expect([0, 55, 56, 64, 119, 120].map((n) => hashBlocksOf(-16, n))).toEqual([1, 1, 2, 2, 2, 3]);
    expect([111, 112].map((n) => hashBlocksOf(-44, n))).toEqual([1, 2]);
    // FIPS 202: rate 168 and 136, at least one byte of padding.
    expect([167, 168].map((n) => hashBlocksOf(-18, n))).toEqual([1, 2]);
    expect([135, 136].map((n) => hashBlocksOf(-45, n))).toEqual([1, 2]);
  });
});

describe('counting', () => {
  it('counts and changes nothing', () => {
    const counts = emptyCounts();
    const crypto = countingCrypto(counts);
    const bytes = new Uint8Array(1000);
    expect(crypto.digest(-16, bytes)).toEqual(new Uint8Array(createHash('sha256').update(bytes).digest()));
    expect(counts).toEqual({ hashBlocks: 16, signatureOperations: 0, items: 0 });
    const key = { kty: 'Symmetric', k: new Uint8Array(32) } as const;
    expect(crypto.verify(5, key, bytes, new Uint8Array(32))).toBe('invalid');
    expect(counts.signatureOperations).toBe(1);
    const read = countingRead(counts)(Uint8Array.of(0x82, 1, 0x81, 2), 0);
    expect([read.ok, counts.items]).toEqual([true, 4]);
    countingRead(counts)(Uint8Array.of(0x82), 0);
    expect(counts.items).toBe(4);
  });

  it('counts items, not what byte strings hold', () => {
    expect(
      itemsIn(map([int(1), array(tstr('a'), bstr(Uint8Array.of(0x80)))], [int(2), tag(1, int(3))])),
    ).toBe(8);
  });
});
