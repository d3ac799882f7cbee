/**
 * Keys in the forms that other programs read: PEM, JWK, COSE_Key and raw bytes, without a private scalar.
 *
 * A symmetric key is a secret in any form: it is written for the verifier that shares it, and for nobody else.
 *
 * @module
 */
import { createPublicKey } from 'node:crypto';
import { concat } from '../cbor/hex.ts';
import { bstr, type CborMap, int, map } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { type CoseKey, publicOf } from './key.ts';
import { hasJwk, keyToJwk } from './key-files.ts';

export const keyForms = ['pem', 'jwk', 'cose', 'raw'] as const;

export type KeyForm = (typeof keyForms)[number];

/** The bytes of a key file; undefined: keys of this kind do not come in this form. */
export function keyInForm(key: CoseKey, form: KeyForm): Uint8Array | undefined {
  switch (form) {
    case 'pem':
      return pemOf(key);
    case 'jwk':
      return !hasJwk(key) ? undefined : textBytes(`${JSON.stringify(jwkOf(key))}\n`);
    case 'cose':
      return write(wholeCoseKey(key));
    case 'raw':
      return rawOf(key);
  }
}

/** COSE_Key of the public part (RFC 9052 §7, RFC 9053 §7). */
export function coseKeyItem(key: CoseKey): CborMap {
  if (key.kty === 'Symmetric') return map([int(1), int(4)]);
  if (key.kty === 'OKP') return map([int(1), int(1)], [int(-1), int(6)], [int(-2), bstr(key.x)]);
  if (key.kty === 'HSS-LMS') return map([int(1), int(5)], [int(-1), bstr(key.pub)]);
  const crv = { 'P-256': 1, 'P-384': 2, 'P-521': 3 }[key.crv];
  return map([int(1), int(2)], [int(-1), int(crv)], [int(-2), bstr(key.x)], [int(-3), bstr(key.y)]);
}

/** With its name and the algorithm it is bound to; of a symmetric key the secret too. */
function wholeCoseKey(key: CoseKey): CborMap {
  const { entries } = coseKeyItem(key);
  const [kty, ...material] = entries;
  return map(
    ...(kty ? [kty] : []),
    ...(key.kid ? [[int(2), bstr(key.kid)] as const] : []),
    ...(key.alg !== undefined ? [[int(3), int(key.alg)] as const] : []),
    ...material,
    ...(key.kty === 'Symmetric' ? [[int(-1), bstr(key.k)] as const] : []),
  );
}

function jwkOf(key: CoseKey): Record<string, unknown> {
  return keyToJwk(publicOf(key), { private: key.kty === 'Symmetric' });
}

function pemOf(key: CoseKey): Uint8Array | undefined {
  if (key.kty === 'Symmetric' || key.kty === 'HSS-LMS') return undefined;
  const { keyOps: _operations, alg: _algorithm, kid: _name, ...material } = key;
  const pem = createPublicKey({ key: jwkOf(material), format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  return textBytes(String(pem));
}

/** An elliptic curve's point as SEC 1 has it, uncompressed; of the others the key as their specification has it. */
function rawOf(key: CoseKey): Uint8Array {
  switch (key.kty) {
    case 'EC2':
      return concat(Uint8Array.of(4), key.x, key.y);
    case 'OKP':
      return key.x;
    case 'HSS-LMS':
      return key.pub;
    case 'Symmetric':
      return key.k;
  }
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
