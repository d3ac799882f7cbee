import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../cbor/hex.ts';
import { algorithmById, algorithms, digestAlgorithms, digestOf, fitsKey } from './algorithms.ts';
import { nobleCrypto } from './noble-crypto.ts';
import { authorEd25519, authorHmac, authorP256, authorP384, authorP521 } from './test-keys.ts';

const abc = new TextEncoder().encode('abc');

describe('digestOf', () => {
  // FIPS 180-4 and FIPS 202 example values for "abc".
  it.each([
    [-16, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [-43, 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [
      -44,
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    [-18, '5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8'],
    [
      -45,
      '483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4',
    ],
  ])('algorithm %i digests "abc"', (id, expected) => {
    expect(toHex(digestOf(id, abc)!)).toBe(expected);
    expect(toHex(nobleCrypto.digest(id, abc)!)).toBe(expected);
  });

  it('is undefined for what is known but weak, and for what is unknown', () => {
    for (const id of [-14, -15, -17, 0, 1, -999]) {
      expect(digestOf(id, abc)).toBeUndefined();
      expect(nobleCrypto.digest(id, abc)).toBeUndefined();
    }
  });

  it('gives digests of the length listed', () => {
    for (const { id, bytes, hash } of digestAlgorithms) {
      if (hash !== undefined) expect(digestOf(id, fromHex(''))).toHaveLength(bytes);
    }
  });
});

describe('algorithms', () => {
  it('lists each number once', () => {
    expect(new Set(algorithms.map(({ id }) => id)).size).toBe(algorithms.length);
    expect(algorithmById(-9)?.name).toBe('ESP256');
    expect(algorithmById(-10)).toBeUndefined();
  });

  it('fits keys by type, curve and support', () => {
    const fitting = (id: number) =>
      [authorP256, authorP384, authorP521, authorEd25519, authorHmac].map((key) => fitsKey(id, key));
    expect(fitting(-7)).toEqual([true, false, false, false, false]);
    expect(fitting(-9)).toEqual([true, false, false, false, false]);
    expect(fitting(-8)).toEqual([false, false, false, true, false]);
    expect(fitting(-19)).toEqual([false, false, false, true, false]);
    expect(fitting(5)).toEqual([false, false, false, false, true]);
    expect(fitting(4)).toEqual([false, false, false, false, false]);
    expect(fitting(-35)).toEqual([false, false, false, false, false]);
  });
});
