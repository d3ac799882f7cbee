import { createECDH, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../cbor/hex.ts';
import { curves } from './curves.ts';
import type { OkpKey } from './key.ts';
import { signatureOf } from './sign.ts';
import { authorEd25519 } from './test-keys.ts';

const littleEndian = (bytes: Uint8Array) => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
const sha512 = (...parts: Uint8Array[]) =>
  new Uint8Array(
    createHash('sha512')
      .update(concat(...parts))
      .digest(),
  );

describe('curves', () => {
  it.each([
    ['P-256', 'prime256v1'],
    ['P-384', 'secp384r1'],
    ['P-521', 'secp521r1'],
  ] as const)('%s: n - 1 gives the negative of the base point, n is no private key', (crv, name) => {
    const { bytes, order } = curves[crv];
    const pointOf = (scalar: bigint) => {
      const pair = createECDH(name);
      pair.setPrivateKey(fromHex(scalar.toString(16).padStart(2 * bytes, '0')));
      return toHex(pair.getPublicKey(null, 'compressed'));
    };
    const [base, negative] = [pointOf(1n), pointOf(order - 1n)];
    expect(negative).toHaveLength(2 + 2 * bytes);
    expect(negative.slice(2)).toBe(base.slice(2));
    expect(negative.slice(0, 2)).not.toBe(base.slice(0, 2));
    expect(() => pointOf(order)).toThrow();
  });

  it('Ed25519: S is r + k a modulo L', () => {
    const { x, d } = authorEd25519 as Required<OkpKey>;
    const { order } = curves.Ed25519;
    const message = fromHex('010203');
    const signature = signatureOf(-19, authorEd25519, message);
    const hashed = sha512(d);
    hashed[0]! &= 0xf8;
    hashed[31] = (hashed[31]! & 0x7f) | 0x40;
    const r = littleEndian(sha512(hashed.subarray(32), message));
    const k = littleEndian(sha512(signature.subarray(0, 32), x, message));
    expect(littleEndian(signature.subarray(32))).toBe((r + k * littleEndian(hashed.subarray(0, 32))) % order);
  });
});
