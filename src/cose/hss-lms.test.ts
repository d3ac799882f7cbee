import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../cbor/hex.ts';
import { fitsKey } from './algorithms.ts';
import { readHssKey, verifyHss } from './hss-lms.ts';
import {
  nodeLmsHash,
  otsParameters,
  otsSignatureBytes,
  treeHashes,
  treeParameters,
} from './hss-lms-parameters.ts';
import { hssPublicKey, makeTree, signHss, signWithTree, signWithTrees, treeKey } from './hss-lms-sign.ts';
import { type CoseKey, type HssKey, publicOf } from './key.ts';
import { faultOf } from './key-check.ts';
import { nobleCrypto } from './noble-crypto.ts';
import { nodeCrypto } from './node-crypto.ts';
import { signatureOf } from './sign.ts';
import { authorHss, secondHss, strangerHss } from './test-keys.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const counting = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => from + i);
const text = (of: string) => new TextEncoder().encode(of);
const u32 = (of: number) => Uint8Array.of(0, 0, 0, of);

describe('parameters', () => {
  it('are those of RFC 8554 tables 1 and 2, and of RFC 9858', () => {
    const sets = [1, 2, 3, 4, 5, 6, 7, 8].map((type) => {
      const { n, w, p, shift } = otsParameters(type)!;
      return [n, w, p, shift];
    });
    expect(sets).toEqual([
      [32, 1, 265, 7],
      [32, 2, 133, 6],
      [32, 4, 67, 4],
      [32, 8, 34, 0],
      [24, 1, 200, 8],
      [24, 2, 101, 6],
      [24, 4, 51, 4],
      [24, 8, 26, 0],
    ]);
    expect([5, 6, 7, 8, 9, 13].map((type) => treeParameters(type)?.h)).toEqual([5, 10, 15, 20, 25, 20]);
    expect([0, 17].map(otsParameters)).toEqual([undefined, undefined]);
    expect([4, 25].map(treeParameters)).toEqual([undefined, undefined]);
    // RFC 8554 table 1.
    expect([1, 2, 3, 4].map((type) => otsSignatureBytes(otsParameters(type)!))).toEqual([
      8516, 4292, 2180, 1124,
    ]);
  });
});

// Published values, made by others: RFC 8554 appendix F, RFC 9858 appendix A, and the hash-sigs implementation as
// Botan's tests list it. Signatures by their SHA-256.
describe('other implementations', () => {
  const message = text(
    'The enumeration in the Constitution, of certain rights, shall not be construed to deny or disparage others retained by the people.\n',
  );

  it('RFC 8554 test case 2: both keys, and the signature over two levels', () => {
    const top = makeTree(
      [6, 3],
      fromHex('d08fabd4a2091ff0a8cb4ed834e74534'),
      fromHex('558b8966c48ae9cb898b423c83443aae014a72f1b1ab5cc85cf1d892903b5439'),
    );
    const low = makeTree(
      [5, 4],
      fromHex('215f83b7ccb9acbcd08db97b0d04dc2b'),
      fromHex('a1c4696e2608035a886100d05cd99945eb3370731884a8235e2fb3d4d71f2547'),
    );
    expect(toHex(treeKey(low))).toBe(
      '0000000500000004215f83b7ccb9acbcd08db97b0d04dc2ba1cd035833e0e90059603f26e07ad2aad152338e7a5e5984bcd5f7bb4eba40b7',
    );
    const key = concat(u32(2), treeKey(top));
    expect(toHex(key)).toBe(
      '000000020000000600000003d08fabd4a2091ff0a8cb4ed834e7453432a58885cd9ba0431235466bff9651c6c92124404d45fa53cf161c28f1ad5a8e',
    );
    expect(sha256(signWithTree(low, 4, message))).toBe(
      '987a83f7670a93837c484888fde579ca3653db8b66c9339b3c03b1e9b949d771',
    );
    const signature = signWithTrees([top, low], [3, 4], message);
    expect(signature).toHaveLength(3860);
    expect(sha256(signature)).toBe('43a0d60189e52faf20ef094fd4902d0d5a9d42ed8e286b4104bffe70480bc730');
    const read = readHssKey(key)!;
    expect(verifyHss(read, message, signature, nodeLmsHash)).toBe(true);
    expect(verifyHss(read, message.subarray(1), signature, nodeLmsHash)).toBe(false);
    // The signature by the top tree alone: another number of levels.
    const bare = signWithTrees([top], [3], treeKey(low));
    expect(verifyHss(read, treeKey(low), bare, nodeLmsHash)).toBe(false);
    expect(verifyHss({ ...read, levels: 1 }, treeKey(low), bare, nodeLmsHash)).toBe(true);
  });

  it.each([
    [
      'RFC 9858 A.1, SHA-256/192',
      ...([[10, 8], 0x20, 0, 24, 5, 'Test message for SHA256-192\n'] as const),
      '2c571450aed99cfb4f4ac285da14882796618314508b12d2'.slice(2),
      '95b9e6732d5401bb4d0c9989cb6e507ced458bc9da9bf45d8764f91903bd8bbb',
    ],
    [
      'RFC 9858 A.2, SHAKE256/192',
      ...([[20, 16], 0x50, 0x30, 24, 6, 'Test message for SHAKE256-192\n'] as const),
      'db54a4509901051c01e26d9990e550347986da87924ff0b1',
      'efeb4409c4af9ada25d9ad13f035f0cbcbdf000a1fea0a17add1c6fbc76e8daf',
    ],
    [
      'RFC 9858 A.3, SHAKE256/256',
      ...([[15, 12], 0x80, 0x60, 32, 7, 'Test mesage for SHAKE256-256\n'] as const),
      '9bb7faee411cae806c16a466c3191a8b65d0ac31932bbf0c2d07c7a4a36379fe',
      '5137b847026f68e399fca1f6cc8b8c4e7a309e2d3babf05078d4393e43c099f7',
    ],
  ])('%s', (_name, types, identifier, seed, bytes, q, said, root, signatureHash) => {
    const tree = makeTree([types[0], types[1]], counting(identifier, 16), counting(seed, bytes));
    expect(toHex(tree.nodes[1]!).endsWith(root)).toBe(true);
    const signature = signWithTrees([tree], [q], text(said));
    expect(sha256(signature)).toBe(signatureHash);
    const key = readHssKey(concat(u32(1), treeKey(tree)))!;
    expect(verifyHss(key, text(said), signature, nodeLmsHash)).toBe(true);
  });

  it.each([
    [1, 'b27b082f57aa5155a33936c14541f864366b5e7eef6925cf571fb4c9ddf4d0a4'],
    [2, '78ec03decc4eaed2d31db9df5ce0f14b7614d11e9d230f651291d71d2a1e4a27'],
    [3, 'a2cc303e27f17c386f939d90bb93a7799dce6835c9f3197ae88746695ab288d8'],
    [4, '51f5845f2b0d9f2614d1e4af250e397d889e5634803d71b3e4f956ae06e63b2b'],
  ])('hash-sigs: the one-time public key of typecode %i', (type, expected) => {
    const { w, p, ...rest } = otsParameters(type)!;
    const hashes = treeHashes(rest, fromHex('010a'.repeat(8)), nodeLmsHash);
    const seed = fromHex('020b'.repeat(16));
    const ends = Array.from({ length: p }, (_, i) =>
      hashes.chain(12, i, 0, 2 ** w - 1, hashes.secret(12, i, seed)),
    );
    expect(toHex(hashes.otsKey(12, ends))).toBe(expected);
  });

  it('hash-sigs: a tree of W1', () => {
    const seed = fromHex('67c6697351ff4aec29cdbaabf2fbe3467cc254f81be8e78d765a2e63339fc99a');
    const tree = makeTree([5, 1], fromHex('66320db73158a35a255d051758e95ed4'), seed);
    expect(toHex(tree.nodes[1]!)).toBe('a5c8d702b44ff9b23bcae0963e9f757cb974bfaf29bbf07fa68191b53a85c264');
    expect(sha256(signWithTree(tree, 5, fromHex('deadbeef')))).toBe(
      '355e718eeea6fa765c395273c86b628752887e8d8737edc8bafa82ca231b2628',
    );
  });
});

const message = text('message');
const cryptos = [nodeCrypto, nobleCrypto];

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  return Uint8Array.from(bytes).fill(value, at, at + 1);
}

describe('COSE algorithm -46', () => {
  it.each([authorHss, secondHss])('signs, and verifies by either library', (key) => {
    const signature = signatureOf(-46, key, message);
    expect(signatureOf(-46, key, message)).toEqual(signature);
    for (const crypto of cryptos) {
      expect(crypto.verify(-46, publicOf(key), message, signature)).toBe('valid');
      expect(crypto.verify(-46, strangerHss, message, signature)).toBe('invalid');
      expect(crypto.verify(-46, key, text('other'), signature)).toBe('invalid');
      expect(crypto.verify(-9, key, message, signature)).toBe('error');
    }
  });

  it('any other bytes are invalid, and none makes it throw', () => {
    const signature = signatureOf(-46, secondHss, message);
    fc.assert(
      fc.property(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }), (at, xor) => {
        const flipped = changed(signature, at, signature[at]! ^ xor);
        expect(nodeCrypto.verify(-46, secondHss, message, flipped)).toBe('invalid');
      }),
      { numRuns: 60, seed: 4 },
    );
    for (const length of [0, 3, 4, 8, 12, 100, signature.length - 1]) {
      expect(nodeCrypto.verify(-46, secondHss, message, signature.subarray(0, length))).toBe('invalid');
    }
    const longer = concat(signature, Uint8Array.of(0));
    expect(nodeCrypto.verify(-46, secondHss, message, longer)).toBe('invalid');
  });

  it('refuses a leaf, a typecode or a number of levels that is not the key’s', () => {
    const signature = signatureOf(-46, authorHss, message);
    // u32 levels, u32 leaf, u32 one-time type …, u32 tree type before the path of 5 nodes.
    const places = [3, 7, 11, signature.length - 5 * 32 - 1];
    for (const at of places) {
      for (const value of [0, 1, 2, 4, 6, 32, 255]) {
        if (signature[at] === value) continue;
        const bad = changed(signature, at, value);
        expect(nodeCrypto.verify(-46, authorHss, message, bad)).toBe('invalid');
      }
    }
    expect(nodeCrypto.verify(-46, authorHss, message, changed(signature, 4, 1))).toBe('invalid');
  });

  it('is an error where the key is none', () => {
    const { pub } = authorHss as HssKey;
    const keys = [
      pub.subarray(1),
      concat(pub, Uint8Array.of(0)),
      new Uint8Array(0),
      changed(pub, 3, 0),
      changed(pub, 3, 9),
      changed(pub, 7, 4),
      changed(pub, 7, 10),
      changed(pub, 11, 0),
      changed(pub, 11, 9),
    ];
    for (const bytes of keys) {
      const key: CoseKey = { kty: 'HSS-LMS', pub: bytes };
      for (const crypto of cryptos) expect(crypto.verify(-46, key, message, new Uint8Array(0))).toBe('error');
      expect(faultOf(key)).toMatch(/HSS public key/);
    }
    expect(fitsKey(-46, authorHss)).toBe(true);
    expect(fitsKey(-19, authorHss)).toBe(false);
  });

  it('signs by the seed of the key alone', () => {
    const { pub, d } = authorHss as Required<HssKey>;
    const { d: other } = strangerHss as Required<HssKey>;
    expect(hssPublicKey(1, [5, 3], d)).toEqual(pub);
    expect(() => signHss(pub, other, message)).toThrow(/seed is not/);
    expect(() => signHss(pub.subarray(1), d, message)).toThrow(/not an HSS public key/);
    expect(() => makeTree([5, 99], pub, d)).toThrow(/parameters 5, 99/);
    expect(() => signatureOf(-46, publicOf(authorHss), message)).toThrow(/public key/);
    expect(faultOf({ kty: 'HSS-LMS', pub, d: other })).toMatch(/does not belong/);
  });
});
