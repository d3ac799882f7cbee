/**
 * COSE keys as plain data (RFC 9052 §7, RFC 9053 §7).
 *
 * @module
 */

import { equalBytes } from '../cbor/hex.ts';

export interface Ec2Key {
  readonly kty: 'EC2';
  readonly crv: 'P-256' | 'P-384' | 'P-521';
  readonly x: Uint8Array;
  readonly y: Uint8Array;
  /** The private scalar; absent in a public key. */
  readonly d?: Uint8Array;
}

export interface OkpKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: Uint8Array;
  readonly d?: Uint8Array;
}

export interface SymmetricKey {
  readonly kty: 'Symmetric';
  readonly k: Uint8Array;
}

/** RFC 8778 §3. */
export interface HssKey {
  readonly kty: 'HSS-LMS';
  /** The HSS public key (RFC 8554 §6.1), COSE_Key parameter -1. */
  readonly pub: Uint8Array;
  /** The seed of the bench's own test keys; absent in a public key. */
  readonly d?: Uint8Array;
}

export type CoseKey = (Ec2Key | OkpKey | SymmetricKey | HssKey) & {
  /** The one algorithm this key may be used with, if it is bound to one (RFC 9052 §7.1). */
  readonly alg?: number;
  /** COSE key operations this key may serve: 1 sign, 2 verify, 4 decrypt, 6 unwrap key, 9 MAC create, 10 MAC verify. */
  readonly keyOps?: readonly number[];
  readonly kid?: Uint8Array;
};

export function isPrivate(key: CoseKey): boolean {
  return key.kty === 'Symmetric' || key.d !== undefined;
}

/** The same public key, or the same secret; names and restrictions aside. */
export function sameKey(a: CoseKey, b: CoseKey): boolean {
  if (a.kty === 'EC2') {
    return b.kty === 'EC2' && a.crv === b.crv && equalBytes(a.x, b.x) && equalBytes(a.y, b.y);
  }
  return a.kty === b.kty && equalBytes(material(a), material(b));
}

function material(key: CoseKey): Uint8Array {
  switch (key.kty) {
    case 'Symmetric':
      return key.k;
    case 'HSS-LMS':
      return key.pub;
    case 'OKP':
    case 'EC2':
      return key.x;
  }
}

/** The key without its private part; a symmetric key is returned as it is. */
export function publicOf(key: CoseKey): CoseKey {
  if (key.kty === 'Symmetric' || key.d === undefined) return key;
  const { d: _secret, ...rest } = key;
  return rest as CoseKey;
}
