/**
 * What a verifier asks of a cryptographic library; two libraries stand behind it, as each other's second opinion.
 *
 * @module
 */

import type { CoseKey } from './key.ts';

/** `error`: it cannot be evaluated, the key is no key or not one that the algorithm is for. */
export type Verification = 'valid' | 'invalid' | 'error';

/**
 * The arithmetic alone: whether the key may be used so (its `alg`, `keyOps`, its role) is the verifier's rule.
 *
 * Both implementations agree on every signature that an attacker without the private key can make. Ed25519 is
 * checked with the cofactor in noble and without it in OpenSSL (RFC 8032 §5.1.7 permits both): the holder of a
 * private key can craft a signature on which they differ.
 */
export interface Crypto {
  readonly name: string;
  /**
   * Checks a signature, or for a MAC algorithm the whole tag in constant time. Never throws. A signature of the
   * wrong length, or with r or s out of range, is invalid.
   */
  verify(algorithm: number, key: CoseKey, message: Uint8Array, signature: Uint8Array): Verification;
  /** The full HMAC-SHA-256 tag, 32 bytes. Throws BenchError if the key is not symmetric. */
  mac(key: CoseKey, message: Uint8Array): Uint8Array;
  /** A128KW (RFC 3394): the wrapped key; undefined where the key is no AES-128 key or the integrity check fails. */
  unwrapKey(key: CoseKey, wrapped: Uint8Array): Uint8Array | undefined;
  /** The digest; undefined if the algorithm is not supported. */
  digest(algorithm: number, bytes: Uint8Array): Uint8Array | undefined;
}
