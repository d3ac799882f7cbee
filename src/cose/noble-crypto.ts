/**
 * The second opinion: verification by @noble/curves, which shares no code with OpenSSL, and the deterministic
 * ECDSA signer (RFC 6979). SHAKE128, SHAKE256 and A128KW still come from OpenSSL; for HSS/LMS the hashes alone are
 * noble's, the rest is the same code.
 *
 * @module
 */

import { ecdsa } from '@noble/curves/abstract/weierstrass.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p256_hasher, p384, p384_hasher, p521, p521_hasher } from '@noble/curves/nist.js';
import { BenchError } from '../bench-error.ts';
import { concat } from '../cbor/hex.ts';
import { digestOf, fitsKey } from './algorithms.ts';
import type { Crypto, Verification } from './crypto.ts';
import { curves } from './curves.ts';
import { nodeLmsHash } from './hss-lms-parameters.ts';
import type { CoseKey, Ec2Key, OkpKey } from './key.ts';
import { unwrapKey, verifyHssByKey } from './node-crypto.ts';

export const nobleCrypto: Crypto = {
  name: 'noble',
  verify(algorithm, key, message, signature) {
    return fitsKey(algorithm, key) ? nobleVerifyByKey(key, message, signature) : 'error';
  },
  mac,
  unwrapKey,
  digest(algorithm, bytes) {
    const hash = hashes.get(algorithm);
    return hash === undefined ? digestOf(algorithm, bytes) : hash(bytes);
  },
};

/** As `nodeVerifyByKey`, by noble. */
export function nobleVerifyByKey(key: CoseKey, message: Uint8Array, signature: Uint8Array): Verification {
  if (key.kty === 'Symmetric') return equalInConstantTime(mac(key, message), signature) ? 'valid' : 'invalid';
  if (key.kty === 'HSS-LMS') return verifyHssByKey(key, message, signature, lmsHash);
  const point = publicPointOf(key);
  if (point === undefined) return 'error';
  if (signature.length !== 2 * curves[key.crv].bytes) return 'invalid';
  const valid =
    key.kty === 'OKP'
      ? ed25519.verify(signature, message, point, { zip215: false })
      : withSha256[key.crv].verify(signature, message, point, { lowS: false });
  return valid ? 'valid' : 'invalid';
}

/** An ECDSA signature with SHA-256 on any of the three curves, its nonce by RFC 6979; s is left as it falls. */
export function signEcdsa(key: Ec2Key, message: Uint8Array): Uint8Array {
  if (key.d === undefined)
    throw new BenchError('key-private', 'cannot sign with a public key', { blame: 'bench' });
  return withSha256[key.crv].sign(message, key.d, { lowS: false, extraEntropy: false });
}

// The hashes by way of the curve package's typed surface, so that no second package is needed.
const sha256 = p256_hasher.defaults.hash;

/** noble binds P-384 to SHA-384 and P-521 to SHA-512; ES256 is SHA-256 on any curve. */
const withSha256 = {
  'P-256': p256,
  'P-384': ecdsa(p384.Point, sha256),
  'P-521': ecdsa(p521.Point, sha256),
};

const lmsHash: typeof nodeLmsHash = (name, bytes, length) =>
  name === 'sha256' ? sha256(bytes).subarray(0, length) : nodeLmsHash(name, bytes, length);

const hashes: ReadonlyMap<number, (bytes: Uint8Array) => Uint8Array> = new Map([
  [-16, sha256],
  [-43, p384_hasher.defaults.hash],
  [-44, p521_hasher.defaults.hash],
]);

const points = new WeakMap<Ec2Key | OkpKey, Uint8Array | null>();

/** The encoded public point, undefined if it is none; checked once a key. */
function publicPointOf(key: Ec2Key | OkpKey): Uint8Array | undefined {
  let point = points.get(key);
  if (point === undefined) {
    point = key.kty === 'EC2' ? ec2Point(key) : ed25519Point(key);
    points.set(key, point);
  }
  return point ?? undefined;
}

function ec2Point(key: Ec2Key): Uint8Array | null {
  const { bytes } = curves[key.crv];
  if (key.x.length !== bytes || key.y.length !== bytes) return null;
  const point = concat(Uint8Array.of(4), key.x, key.y);
  return withSha256[key.crv].utils.isValidPublicKey(point, false) ? point : null;
}

function ed25519Point(key: OkpKey): Uint8Array | null {
  try {
    return ed25519.Point.fromBytes(key.x, false).isSmallOrder() ? null : key.x;
  } catch {
    return null;
  }
}

/** HMAC (RFC 2104) over noble's SHA-256. */
function mac(key: CoseKey, message: Uint8Array): Uint8Array {
  if (key.kty !== 'Symmetric')
    throw new BenchError('key-kind', `a ${key.kty} key cannot make a MAC`, { blame: 'bench' });
  const block = new Uint8Array(64);
  block.set(key.k.length > block.length ? sha256(key.k) : key.k);
  const inner = sha256(
    concat(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  );
  return sha256(
    concat(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
}

function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
