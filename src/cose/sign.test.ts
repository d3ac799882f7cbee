import { describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { fromHex, toHex } from '../cbor/hex.ts';
import { type CoseKey, publicOf } from './key.ts';
import { nobleCrypto } from './noble-crypto.ts';
import { nodeCrypto } from './node-crypto.ts';
import { signatureOf } from './sign.ts';
import { authorEd25519, authorHmac, authorP256, authorP384, authorP521, testKeys } from './test-keys.ts';

const sample = new TextEncoder().encode('sample');

function ec(crv: 'P-256' | 'P-384', d: string, x: string, y: string): CoseKey {
  return { kty: 'EC2', crv, d: fromHex(d), x: fromHex(x), y: fromHex(y) };
}

describe('signatureOf', () => {
  it('is RFC 6979 A.2.5, with its s above n/2', () => {
    const key = ec(
      'P-256',
      'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721',
      '60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6',
      '7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299',
    );
    const signature = signatureOf(-9, key, sample);
    expect(toHex(signature).toUpperCase()).toBe(
      'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716' +
        'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    );
    expect(nodeCrypto.verify(-9, key, sample, signature)).toBe('valid');
  });

  it('is RFC 6979 A.2.6 for P-384 with SHA-256', () => {
    const d =
      '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5';
    expect(toHex(signatureOf(-7, ec('P-384', d, '', ''), sample)).toUpperCase()).toBe(
      '21B13D1E013C7FA1392D03C5F99AF8B30C570C6F98D4EA8E354B63A21D3DAA33BDE1E888E63355D92FA2B3C36D8FB2CD' +
        'F3AA443FB107745BF4BD77CB3891674632068A10CA67E3D45DB2266FA7D1FEEBEFDC63ECCD1AC42EC0CB8668A4FA0AB0',
    );
  });

  // RFC 8032 §7.1, TEST 1 to 3.
  it.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ])('is RFC 8032 §7.1 for %s', (d, x, message, expected) => {
    const key: CoseKey = { kty: 'OKP', crv: 'Ed25519', d: fromHex(d), x: fromHex(x) };
    const signature = signatureOf(-19, key, fromHex(message));
    expect(toHex(signature)).toBe(expected);
    for (const crypto of [nodeCrypto, nobleCrypto]) {
      expect(crypto.verify(-19, publicOf(key), fromHex(message), signature)).toBe('valid');
    }
  });

  it('gives the same bytes each time', () => {
    const usual = { EC2: -7, OKP: -19, 'HSS-LMS': -46, Symmetric: 5 } as const;
    for (const key of testKeys) {
      expect(signatureOf(usual[key.kty], key, sample)).toEqual(signatureOf(usual[key.kty], key, sample));
    }
  });

  it('has the length of the curve or tag', () => {
    expect(signatureOf(-7, authorP384, sample)).toHaveLength(96);
    expect(signatureOf(-9, authorP521, sample)).toHaveLength(132);
    expect(signatureOf(5, authorHmac, sample)).toHaveLength(32);
    expect(signatureOf(4, authorHmac, sample)).toEqual(signatureOf(5, authorHmac, sample).subarray(0, 8));
  });

  it('refuses a key of another type, an unknown algorithm and a public key', () => {
    const refused: [number, CoseKey][] = [
      [-9, authorEd25519],
      [5, authorP256],
      [-19, authorHmac],
      [-35, authorP384],
      [-9, publicOf(authorP256)],
      [-19, publicOf(authorEd25519)],
    ];
    for (const [algorithm, key] of refused)
      expect(() => signatureOf(algorithm, key, sample)).toThrow(BenchError);
  });
});
