/**
 * Verification by node:crypto (OpenSSL), and the Ed25519 signer.
 *
 * Importing a key costs as much as using it, so a key's imported form is kept: for as long as the `CoseKey` object
 * lives, and for copies of it, as they come from another thread, by its bytes.
 *
 * @module
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { BenchError } from '../bench-error.ts';
import { digestOf, fitsKey } from './algorithms.ts';
import type { Crypto, Verification } from './crypto.ts';
import { curves } from './curves.ts';
import { isEd25519PublicKey } from './ed25519-point.ts';
import { type HssPublicKey, readHssKey, verifyHss } from './hss-lms.ts';
import { type LmsHash, nodeLmsHash } from './hss-lms-parameters.ts';
import type { CoseKey, Ec2Key, HssKey, OkpKey } from './key.ts';

export const nodeCrypto: Crypto = {
  name: 'node',
  verify(algorithm, key, message, signature) {
    return fitsKey(algorithm, key) ? nodeVerifyByKey(key, message, signature) : 'error';
  },
  mac,
  unwrapKey,
  digest: digestOf,
};

/**
 * Verifies by the key's own type and curve, whatever algorithm the message names: ECDSA with SHA-256 on any curve,
 * Ed25519, HSS/LMS, HMAC-SHA-256. For a verifier that does not compare the two (catalogue row C18).
 */
export function nodeVerifyByKey(key: CoseKey, message: Uint8Array, signature: Uint8Array): Verification {
  if (key.kty === 'Symmetric') {
    const tag = mac(key, message);
    return tag.length === signature.length && timingSafeEqual(tag, signature) ? 'valid' : 'invalid';
  }
  if (key.kty === 'HSS-LMS') return verifyHssByKey(key, message, signature, nodeLmsHash);
  const imported = publicKeyOf(key);
  if (imported === undefined) return 'error';
  if (signature.length !== 2 * curves[key.crv].bytes) return 'invalid';
  const valid =
    key.kty === 'OKP'
      ? verify(null, message, imported, signature)
      : verify('sha256', message, { key: imported, dsaEncoding: 'ieee-p1363' }, signature);
  return valid ? 'valid' : 'invalid';
}

/** An Ed25519 signature; the private part must be there. */
export function signEd25519(key: OkpKey, message: Uint8Array): Uint8Array {
  let imported = privateKeys.get(key);
  if (imported === undefined) {
    if (key.d === undefined)
      throw new BenchError('key-private', 'cannot sign with a public key', { blame: 'bench' });
    imported = createPrivateKey({ key: { ...jwkOf(key), d: base64url(key.d) }, format: 'jwk' });
    privateKeys.set(key, imported);
  }
  return new Uint8Array(sign(null, message, imported));
}

/** The one verification of HSS/LMS that there is, by the hash function of either library. */
export function verifyHssByKey(
  key: HssKey,
  message: Uint8Array,
  signature: Uint8Array,
  hash: LmsHash,
): Verification {
  let read = hssKeys.get(key);
  if (read === undefined) {
    read = readHssKey(key.pub) ?? null;
    hssKeys.set(key, read);
  }
  if (read === null) return 'error';
  return verifyHss(read, message, signature, hash) ? 'valid' : 'invalid';
}

/** A128KW (RFC 3394). Throws BenchError where the key is no AES-128 key. */
export function wrapKey(key: CoseKey, secret: Uint8Array): Uint8Array {
  if (!isAes128(key)) throw new BenchError('key-kind', 'A128KW takes an AES-128 key', { blame: 'bench' });
  const cipher = createCipheriv(a128kw, key.k, wrapIv);
  return new Uint8Array(Buffer.concat([cipher.update(secret), cipher.final()]));
}

/** A128KW; OpenSSL's, as there is no second library at hand. */
export function unwrapKey(key: CoseKey, wrapped: Uint8Array): Uint8Array | undefined {
  // RFC 3394 §2.2.2: whole blocks of 64 bits, two of content at least.
  if (!isAes128(key) || wrapped.length % 8 !== 0 || wrapped.length < 24) return undefined;
  const decipher = createDecipheriv(a128kw, key.k, wrapIv);
  try {
    return new Uint8Array(Buffer.concat([decipher.update(wrapped), decipher.final()]));
  } catch {
    return undefined;
  }
}

const a128kw = 'id-aes128-wrap';
/** The default initial value (RFC 3394 §2.2.3.1). */
const wrapIv = new Uint8Array(8).fill(0xa6);

function isAes128(key: CoseKey): key is CoseKey & { kty: 'Symmetric' } {
  return key.kty === 'Symmetric' && key.k.length === 16;
}

const hssKeys = new WeakMap<HssKey, HssPublicKey | null>();
const publicKeys = new WeakMap<Ec2Key | OkpKey, KeyObject | null>();
/** By curve and coordinates; emptied when full, so that keys made up by attacks do not pile up. */
const publicKeysByBytes = new Map<string, KeyObject | null>();
const publicKeysAtMost = 256;
const privateKeys = new WeakMap<OkpKey, KeyObject>();

function mac(key: CoseKey, message: Uint8Array): Uint8Array {
  if (key.kty !== 'Symmetric')
    throw new BenchError('key-kind', `a ${key.kty} key cannot make a MAC`, { blame: 'bench' });
  return new Uint8Array(createHmac('sha256', key.k).update(message).digest());
}

function publicKeyOf(key: Ec2Key | OkpKey): KeyObject | undefined {
  let imported = publicKeys.get(key);
  if (imported === undefined) {
    imported = importedCopy(key);
    publicKeys.set(key, imported);
  }
  return imported ?? undefined;
}

function importedCopy(key: Ec2Key | OkpKey): KeyObject | null {
  const { crv, x } = key;
  const bytes = `${crv} ${base64url(x)} ${key.kty === 'EC2' ? base64url(key.y) : ''}`;
  const known = publicKeysByBytes.get(bytes);
  if (known !== undefined) return known;
  if (publicKeysByBytes.size >= publicKeysAtMost) publicKeysByBytes.clear();
  const imported = importPublicKey(key);
  publicKeysByBytes.set(bytes, imported);
  return imported;
}

function importPublicKey(key: Ec2Key | OkpKey): KeyObject | null {
  // OpenSSL checks that an EC point is on its curve, but not that a coordinate has the curve's length (RFC 9053
  // §7.1.1), and it takes any 32 bytes for an Ed25519 key.
  const { bytes } = curves[key.crv];
  if (key.kty === 'EC2' ? key.x.length !== bytes || key.y.length !== bytes : !isEd25519PublicKey(key.x))
    return null;
  try {
    return createPublicKey({ key: jwkOf(key), format: 'jwk' });
  } catch {
    return null;
  }
}

function jwkOf(key: Ec2Key | OkpKey): Record<string, string> {
  const { crv, x } = key;
  return key.kty === 'EC2'
    ? { kty: 'EC', crv, x: base64url(x), y: base64url(key.y) }
    : { kty: 'OKP', crv, x: base64url(x) };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
