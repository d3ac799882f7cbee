import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../cbor/hex.ts';
import { curves } from './curves.ts';
import { type CoseKey, type Ec2Key, type OkpKey, publicOf } from './key.ts';
import { nobleCrypto, nobleVerifyByKey } from './noble-crypto.ts';
import { nodeCrypto, nodeVerifyByKey } from './node-crypto.ts';
import { signatureOf } from './sign.ts';
import {
  authorEd25519,
  authorHmac,
  authorP256,
  authorP384,
  authorP521,
  secondP256,
  strangerEd25519,
  strangerHmac,
  strangerP256,
} from './test-keys.ts';

const message = new TextEncoder().encode('suit-gauntlet');
const cases: readonly (readonly [algorithm: number, key: CoseKey, stranger: CoseKey])[] = [
  [-7, authorP256, strangerP256],
  [-9, authorP256, secondP256],
  [-8, authorEd25519, strangerEd25519],
  [-19, authorEd25519, strangerEd25519],
  [5, authorHmac, strangerHmac],
];

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function bytesOf(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, '0'));
}

/** The signature's two halves, big-endian numbers, changed. */
function withHalves(signature: Uint8Array, change: (r: bigint, s: bigint) => [bigint, bigint]): Uint8Array {
  const half = signature.length / 2;
  const changed = change(numberOf(signature.subarray(0, half)), numberOf(signature.subarray(half)));
  return concat(...changed.map((value) => bytesOf(value, half)));
}

describe.each([nodeCrypto, nobleCrypto])('$name', (crypto) => {
  const verify = (algorithm: number, key: CoseKey, signature: Uint8Array, over: Uint8Array = message) =>
    crypto.verify(algorithm, key, over, signature);

  it.each(cases)(
    'algorithm %i: what the signer signs is valid, for this key and message only',
    (algorithm, key, stranger) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          const signature = signatureOf(algorithm, key, bytes);
          expect(verify(algorithm, publicOf(key), signature, bytes)).toBe('valid');
          expect(verify(algorithm, stranger, signature, bytes)).toBe('invalid');
          expect(verify(algorithm, key, signature, concat(bytes, Uint8Array.of(0)))).toBe('invalid');
        }),
        { numRuns: 5, seed: 1 },
      );
    },
  );

  it.each(cases)('algorithm %i: a signature of another length is invalid', (algorithm, key) => {
    const signature = signatureOf(algorithm, key, message);
    for (const other of [
      fromHex(''),
      signature.subarray(0, 8),
      signature.subarray(0, -1),
      signature.subarray(1),
      concat(signature, Uint8Array.of(0)),
      concat(signature, signature),
    ]) {
      expect(verify(algorithm, key, other)).toBe('invalid');
    }
  });

  it('ECDSA: r or s out of 1..n-1 is invalid', () => {
    const n = curves['P-256'].order;
    const good = signatureOf(-9, authorP256, message);
    const changes: ((r: bigint, s: bigint) => [bigint, bigint])[] = [
      (_, s) => [0n, s],
      (r) => [r, 0n],
      () => [0n, 0n],
      () => [0n, 1n],
      () => [1n, 0n],
      (_, s) => [n, s],
      (r) => [r, n],
      () => [n, n],
      () => [n - 1n, n - 1n],
      () => [1n, 1n],
      () => [2n ** 256n - 1n, 2n ** 256n - 1n],
      (r, s) => [s, r],
      (r, s) => [n - r, s],
    ];
    for (const change of changes) expect(verify(-9, authorP256, withHalves(good, change))).toBe('invalid');
    expect(
      verify(
        -9,
        authorP256,
        withHalves(good, (r, s) => [r, s]),
      ),
    ).toBe('valid');
  });

  it('ECDSA: both s and n - s are valid', () => {
    const n = curves['P-256'].order;
    const good = signatureOf(-9, authorP256, message);
    const other = withHalves(good, (r, s) => [r, n - s]);
    expect(other).not.toEqual(good);
    expect(verify(-9, authorP256, other)).toBe('valid');
  });

  it('ECDSA: the DER form is invalid', () => {
    const good = signatureOf(-7, authorP256, message);
    const integer = (bytes: Uint8Array) => {
      const body = concat(Uint8Array.of(0), bytes);
      return concat(Uint8Array.of(2, body.length), body);
    };
    const body = concat(integer(good.subarray(0, 32)), integer(good.subarray(32)));
    expect(verify(-7, authorP256, concat(Uint8Array.of(0x30, body.length), body))).toBe('invalid');
  });

  it('Ed25519: S + L is invalid, and so are all zeros', () => {
    const good = signatureOf(-19, authorEd25519, message);
    const s = numberOf(good.slice(32).reverse());
    const bad = concat(good.subarray(0, 32), bytesOf(s + curves.Ed25519.order, 32).reverse());
    expect(verify(-19, authorEd25519, bad)).toBe('invalid');
    expect(verify(-19, authorEd25519, new Uint8Array(64))).toBe('invalid');
    expect(verify(-19, authorEd25519, concat(Uint8Array.of(1), new Uint8Array(63)))).toBe('invalid');
  });

  it('Ed25519: R must be encoded canonically, even by the holder of the key', () => {
    const { x, d } = authorEd25519 as Required<OkpKey>;
    const { order } = curves.Ed25519;
    const sha512 = (bytes: Uint8Array) => new Uint8Array(createHash('sha512').update(bytes).digest());
    const hashed = sha512(d).slice(0, 32);
    hashed[0]! &= 0xf8;
    hashed[31] = (hashed[31]! & 0x7f) | 0x40;
    // Nonce 0: R is the identity, y = 1, and S = k a.
    const signedWith = (y: bigint) => {
      const encoded = bytesOf(y, 32).reverse();
      const k = numberOf(sha512(concat(encoded, x, message)).reverse());
      return concat(encoded, bytesOf((k * numberOf(hashed.slice().reverse())) % order, 32).reverse());
    };
    expect(verify(-19, authorEd25519, signedWith(1n))).toBe('valid');
    expect(verify(-19, authorEd25519, signedWith(2n ** 255n - 18n))).toBe('invalid');
  });

  it('is an error where the algorithm is unknown, unsupported or not for this key', () => {
    const pairs: [number, CoseKey][] = [
      [-9, authorEd25519],
      [-19, authorP256],
      [5, authorP256],
      [-7, authorHmac],
      [-9, authorP384],
      [-7, authorP384],
      [-7, authorP521],
      [4, authorHmac],
      [0, authorP256],
      [-35, authorP384],
    ];
    for (const [algorithm, key] of pairs) expect(verify(algorithm, key, new Uint8Array(64))).toBe('error');
  });

  it('is an error where the EC key is no point of its curve', () => {
    const good = authorP256 as Ec2Key;
    const signature = signatureOf(-9, authorP256, message);
    const bad: Ec2Key[] = [
      { ...good, y: good.x },
      { ...good, x: new Uint8Array(32), y: new Uint8Array(32) },
      { ...good, x: good.x.subarray(1) },
      { ...good, y: concat(Uint8Array.of(0), good.y) },
      { ...good, x: bytesOf(2n ** 256n - 1n, 32) },
      { ...good, crv: 'P-384' },
    ];
    for (const key of bad) expect(verify(-9, key, signature)).toBe('error');
  });

  it('is an error where the Ed25519 key is no point, not canonical, or of small order', () => {
    const p = 2n ** 255n - 19n;
    const sign = 2n ** 255n;
    const y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
    const encodings = [2n, 7n, p, p + 1n, p + 2n, sign - 1n, 0n, 1n, p - 1n, 1n + sign, p - 1n + sign];
    for (const y of [...encodings, sign, y8, p - y8, y8 + sign, p - y8 + sign]) {
      const key: CoseKey = { kty: 'OKP', crv: 'Ed25519', x: bytesOf(y, 32).reverse() };
      // R = identity, S = 0 holds for every message under the identity as key.
      const forged = concat(Uint8Array.of(1), new Uint8Array(63));
      expect([y, verify(-19, key, forged)]).toEqual([y, 'error']);
    }
    for (const x of [fromHex(''), new Uint8Array(31).fill(9), new Uint8Array(33).fill(9)]) {
      expect(verify(-19, { kty: 'OKP', crv: 'Ed25519', x }, new Uint8Array(64))).toBe('error');
    }
  });

  it('makes the HMAC-SHA-256 tags of RFC 4231 §4', () => {
    const tag = (key: string, data: string) =>
      toHex(crypto.mac({ kty: 'Symmetric', k: fromHex(key) }, new TextEncoder().encode(data)));
    expect(tag('0b'.repeat(20), 'Hi There')).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
    expect(tag(Buffer.from('Jefe').toString('hex'), 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    expect(tag('aa'.repeat(131), 'Test Using Larger Than Block-Size Key - Hash Key First')).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    );
  });

  it('refuses to make a MAC with a key that is not symmetric', () => {
    expect(() => crypto.mac(authorP256, message)).toThrow(/EC2 key cannot make a MAC/);
  });
});

describe('node and noble', () => {
  it('agree on every mutated signature', () => {
    const signed = cases.map(([algorithm, key]) => ({
      algorithm,
      key,
      signature: signatureOf(algorithm, key, message),
    }));
    const edit = fc.record({
      which: fc.nat(signed.length - 1),
      at: fc.nat(63),
      xor: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(edit, ({ which, at, xor }) => {
        const { algorithm, key, signature } = signed[which]!;
        const mutated = Uint8Array.from(signature);
        mutated[at % mutated.length]! ^= xor;
        expect(nodeCrypto.verify(algorithm, key, message, mutated)).toBe('invalid');
        expect(nobleCrypto.verify(algorithm, key, message, mutated)).toBe('invalid');
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it.each([authorP384, authorP521])('by the key alone: verify SHA-256 with a larger curve', (key) => {
    const signature = signatureOf(-7, key, message);
    const { order, bytes } = curves[(key as Ec2Key).crv];
    expect(signature).toHaveLength(2 * bytes);
    for (const verifyByKey of [nodeVerifyByKey, nobleVerifyByKey]) {
      expect(verifyByKey(key, message, signature)).toBe('valid');
      expect(
        verifyByKey(
          key,
          message,
          withHalves(signature, (r, s) => [r, order - s]),
        ),
      ).toBe('valid');
      expect(verifyByKey(key, message.subarray(1), signature)).toBe('invalid');
      expect(verifyByKey(key, message, signature.subarray(0, 64))).toBe('invalid');
    }
  });

  it('by the key alone: reject r + n and s + n, which fit into the bytes of P-521', () => {
    const n = curves['P-521'].order;
    const signature = signatureOf(-7, authorP521, message);
    for (const verifyByKey of [nodeVerifyByKey, nobleVerifyByKey]) {
      expect(
        verifyByKey(
          authorP521,
          message,
          withHalves(signature, (r, s) => [r + n, s]),
        ),
      ).toBe('invalid');
      expect(
        verifyByKey(
          authorP521,
          message,
          withHalves(signature, (r, s) => [r, s + n]),
        ),
      ).toBe('invalid');
    }
  });
});
