/**
 * Are a key's numbers what they claim to be: a point of the curve, and the private part that belongs to it?
 *
 * @module
 */

import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { concat, equalBytes, fromHex } from '../cbor/hex.ts';
import { curves } from './curves.ts';
import { isEd25519PublicKey } from './ed25519-point.ts';
import { readHssKey } from './hss-lms.ts';
import { hssPublicKey } from './hss-lms-sign.ts';
import type { CoseKey, Ec2Key, HssKey, OkpKey } from './key.ts';

/** What is wrong with the key, as the end of a sentence that begins with "the key"; undefined if nothing is. */
export function faultOf(key: CoseKey): string | undefined {
  if (key.kty === 'Symmetric') return key.k.length === 0 ? 'is empty' : undefined;
  if (key.kty === 'HSS-LMS') return faultOfHss(key);
  const { bytes } = curves[key.crv];
  const parts = [key.x, ...(key.kty === 'EC2' ? [key.y] : []), ...(key.d ? [key.d] : [])];
  if (parts.some((part) => part.length !== bytes))
    return `has a part that is not ${bytes} bytes long (${key.crv})`;
  if (!isOnCurve(key)) return `is not a valid point of ${key.crv}`;
  if (key.d === undefined) return undefined;
  const derived = key.kty === 'EC2' ? ecPointOf(key.crv, key.d) : ed25519PointOf(key.d);
  if (derived === undefined) return `has a private part that is no scalar of ${key.crv}`;
  const claimed = key.kty === 'EC2' ? concat(Uint8Array.of(4), key.x, key.y) : key.x;
  return equalBytes(derived, claimed)
    ? undefined
    : 'has a private part that does not belong to its public part';
}

function faultOfHss({ pub, d }: HssKey): string | undefined {
  const read = readHssKey(pub);
  if (read === undefined) return 'is not an HSS public key of known parameters';
  const { tree, ots } = read.top;
  const belongs = d === undefined || equalBytes(hssPublicKey(read.levels, [tree.type, ots.type], d), pub);
  return belongs ? undefined : 'has a private part that does not belong to its public part';
}

function isOnCurve(key: Ec2Key | OkpKey): boolean {
  if (key.kty === 'OKP') return isEd25519PublicKey(key.x);
  const [x, y] = [key.x, key.y].map((part) => Buffer.from(part).toString('base64url')) as [string, string];
  try {
    createPublicKey({ key: { kty: 'EC', crv: key.crv, x, y }, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

const openSslNames = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' } as const;

function ecPointOf(crv: Ec2Key['crv'], d: Uint8Array): Uint8Array | undefined {
  const pair = createECDH(openSslNames[crv]);
  try {
    pair.setPrivateKey(d);
    return pair.getPublicKey();
  } catch {
    return undefined;
  }
}

/** PrivateKeyInfo (RFC 8410 §7) up to the 32 bytes of the seed. */
const pkcs8Head = fromHex('302e020100300506032b657004220420');

function ed25519PointOf(d: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(concat(pkcs8Head, d)), format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x!, 'base64url');
}
