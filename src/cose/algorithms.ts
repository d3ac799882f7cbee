/**
 * The COSE algorithms the bench knows (RFC 9053, RFC 9054, RFC 9864).
 *
 * Numbers: https://www.iana.org/assignments/cose/cose.xhtml#algorithms
 *
 * @module
 */

import { createHash, hash } from 'node:crypto';
import type { Curve } from './curves.ts';
import type { CoseKey } from './key.ts';

/** An algorithm that authenticates, and the keys it is for. */
export interface Algorithm {
  readonly id: number;
  readonly name: string;
  readonly kind: 'signature' | 'mac';
  /** The hash applied to the message first; Ed25519 and HSS-LMS hash inside. */
  readonly hash: 'SHA-256' | 'none';
  readonly kty: CoseKey['kty'];
  readonly curves?: readonly Curve[];
  /** Length of the signature or tag; 0: it depends on the key. */
  readonly signatureBytes: number;
  /** False: listed so that it can be named, but no verifier of ours accepts it. */
  readonly supported: boolean;
}

/**
 * Signature and MAC algorithms.
 *
 * ES256 (-7) names a hash and no curve: RFC 9053 §2.1 lets it be used with P-384 and P-521 too. Here it is
 * held to P-256 as ESP256 (-9) is by definition (RFC 9864 §2.1); whether a verifier takes -7 with a trusted
 * P-384 key is policy (catalogue row C18). `signatureOf` can make such a signature.
 */
export const algorithms: readonly Algorithm[] = [
  {
    id: -7,
    name: 'ES256',
    kind: 'signature',
    hash: 'SHA-256',
    kty: 'EC2',
    curves: ['P-256'],
    signatureBytes: 64,
    supported: true,
  },
  {
    id: -9,
    name: 'ESP256',
    kind: 'signature',
    hash: 'SHA-256',
    kty: 'EC2',
    curves: ['P-256'],
    signatureBytes: 64,
    supported: true,
  },
  {
    id: -8,
    name: 'EdDSA',
    kind: 'signature',
    hash: 'none',
    kty: 'OKP',
    curves: ['Ed25519'],
    signatureBytes: 64,
    supported: true,
  },
  {
    id: -19,
    name: 'Ed25519',
    kind: 'signature',
    hash: 'none',
    kty: 'OKP',
    curves: ['Ed25519'],
    signatureBytes: 64,
    supported: true,
  },
  {
    id: -46,
    name: 'HSS-LMS',
    kind: 'signature',
    hash: 'none',
    kty: 'HSS-LMS',
    signatureBytes: 0,
    supported: true,
  },
  {
    id: 5,
    name: 'HMAC 256/256',
    kind: 'mac',
    hash: 'SHA-256',
    kty: 'Symmetric',
    signatureBytes: 32,
    supported: true,
  },
  {
    id: 4,
    name: 'HMAC 256/64',
    kind: 'mac',
    hash: 'SHA-256',
    kty: 'Symmetric',
    signatureBytes: 8,
    supported: false,
  },
];

export function algorithmById(id: number): Algorithm | undefined {
  return algorithms.find((algorithm) => algorithm.id === id);
}

/** Is the algorithm supported, and the key of the type and on a curve that it is for? (RFC 9053 §2, §3.1) */
export function fitsKey(id: number, key: CoseKey): boolean {
  const algorithm = algorithmById(id);
  if (!algorithm?.supported || algorithm.kty !== key.kty) return false;
  return !('crv' in key) || (algorithm.curves?.includes(key.crv) ?? true);
}

/** How a recipient of a COSE_Mac comes to its key (RFC 9053 §6.1.1, §6.2.1). */
export const recipientAlgorithms = { direct: -6, a128kw: -3 } as const;

/** A hash algorithm of RFC 9054; without `hash` it is known but not supported. */
export interface DigestAlgorithm {
  readonly id: number;
  readonly name: string;
  /** Length of the digest. */
  readonly bytes: number;
  /** OpenSSL's name of it. */
  readonly hash?: 'sha256' | 'sha384' | 'sha512' | 'shake128' | 'shake256';
}

/** The five algorithms a SUIT_Digest may name (draft §10), then others of the registry, none of them offered. */
export const digestAlgorithms: readonly DigestAlgorithm[] = [
  { id: -16, name: 'SHA-256', bytes: 32, hash: 'sha256' },
  { id: -43, name: 'SHA-384', bytes: 48, hash: 'sha384' },
  { id: -44, name: 'SHA-512', bytes: 64, hash: 'sha512' },
  { id: -18, name: 'SHAKE128', bytes: 32, hash: 'shake128' },
  { id: -45, name: 'SHAKE256', bytes: 64, hash: 'shake256' },
  { id: -14, name: 'SHA-1', bytes: 20 },
  { id: -15, name: 'SHA-256/64', bytes: 8 },
  { id: -17, name: 'SHA-512/256', bytes: 32 },
];

export function digestAlgorithmById(id: number): DigestAlgorithm | undefined {
  return digestAlgorithms.find((algorithm) => algorithm.id === id);
}

/** The digest of the bytes; undefined if the algorithm is unknown or not supported. */
export function digestOf(algorithm: number, bytes: Uint8Array): Uint8Array | undefined {
  const known = digestAlgorithmById(algorithm);
  if (known?.hash === undefined) return undefined;
  const extendable = known.hash === 'shake128' || known.hash === 'shake256';
  // The one-shot function costs half as much, but takes no length of output.
  const digest = extendable
    ? createHash(known.hash, { outputLength: known.bytes }).update(bytes).digest()
    : hash(known.hash, bytes, 'buffer');
  return new Uint8Array(digest);
}
