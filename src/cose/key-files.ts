/**
 * Keys from files: JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037) and PEM (PKCS#8, SPKI, SEC1).
 *
 * No message of an error quotes the file: it may hold a private key.
 *
 * @module
 */

import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { BenchError } from '../bench-error.ts';
import { fromHex, toHex } from '../cbor/hex.ts';
import { algorithmById, recipientAlgorithms } from './algorithms.ts';
import type { CoseKey, HssKey } from './key.ts';
import { faultOf } from './key-check.ts';

const maxFileBytes = 1024 * 1024;

/** The key in a JWK or PEM file. Throws BenchError `key-unreadable` or `key-kind`. */
export function readKeyFile(path: string): CoseKey {
  const text = readText(path)
    .replace(/^\uFEFF/, '')
    .trim();
  try {
    if (text.startsWith('{')) return keyFromJwk(parseJson(text));
    if (text.includes('-----BEGIN ')) return keyFromPem(text);
  } catch (error) {
    if (error instanceof BenchError) throw new BenchError(error.code, `key file ${path}: ${error.message}`);
    throw error;
  }
  throw unreadable(
    `key file ${path} is neither a JWK (JSON) nor PEM; convert it, for example with openssl pkey`,
  );
}

/** A JWK as it comes out of JSON.parse. */
export function keyFromJwk(json: unknown): CoseKey {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw unreadable('a JWK is a JSON object');
  const jwk = json as Readonly<Record<string, unknown>>;
  if (jwk.keys !== undefined) throw wrongKind('this is a JWK set; give each key its own file');
  const key: CoseKey = { ...materialOf(jwk), ...restrictionsOf(jwk) };
  const kty = key.alg === recipientAlgorithms.a128kw ? 'Symmetric' : algorithmById(key.alg ?? 0)?.kty;
  if (key.alg !== undefined && kty !== key.kty) {
    throw wrongKind(`algorithm ${shown(jwk.alg)} is not one for a key of type ${shown(jwk.kty)}`);
  }
  const fault = faultOf(key);
  if (fault !== undefined) throw unreadable(`the key ${fault}`);
  return key;
}

/** The one key in a PEM text. */
export function keyFromPem(text: string): CoseKey {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)];
  const keys = blocks.filter(([, label]) => label !== 'EC PARAMETERS');
  const [block, label] = keys[0] ?? [];
  if (block === undefined) throw unreadable('there is no complete PEM block in it');
  if (keys.length > 1) throw unreadable(`it holds ${keys.length} PEM blocks; give each key its own file`);
  if (label === 'ENCRYPTED PRIVATE KEY' || /Proc-Type:.*ENCRYPTED/.test(block)) {
    throw wrongKind('the key is encrypted; decrypt it first (openssl pkey -in … -out …)');
  }
  if (label === undefined || !pemLabels.includes(label)) {
    throw wrongKind(`a PEM block "${label}" is not a key of a supported kind; ${supported}`);
  }
  return keyFromJwk(jwkOfPem(block, { isPublic: label === 'PUBLIC KEY' }));
}

/** The key as a JWK, its public members only unless the private ones are asked for; a symmetric key is all private. */
export function keyToJwk(
  key: CoseKey,
  options: { readonly private?: boolean } = {},
): Record<string, unknown> {
  if (key.kty === 'Symmetric' && options.private !== true) {
    throw new BenchError('key-private', 'a symmetric key has no public members', { blame: 'bench' });
  }
  if (key.kty === 'HSS-LMS')
    throw new BenchError('key-kind', 'no JSON Web Key is defined for HSS-LMS', { blame: 'bench' });
  return {
    ...membersOf(key, options.private === true),
    ...(key.kid && kidMember(key.kid)),
    ...(key.alg !== undefined && { alg: nameOfAlgorithm(key.alg) }),
    ...(key.keyOps && { key_ops: key.keyOps.map((operation) => nameOfOperation(operation)) }),
  };
}

/** Some kinds of key, and some algorithms that one may be bound to, have no name there. */
export function hasJwk({ kty, alg }: CoseKey): boolean {
  return kty !== 'HSS-LMS' && (alg === undefined || joseAlgorithms.some(([, id]) => id === alg));
}

const supported = 'supported are EC P-256, P-384 and P-521, Ed25519, and symmetric keys';
const pemLabels: readonly string[] = ['PRIVATE KEY', 'PUBLIC KEY', 'EC PRIVATE KEY'];

/** JOSE names of COSE algorithms: https://www.iana.org/assignments/jose/jose.xhtml */
const joseAlgorithms: readonly (readonly [name: string, id: number])[] = [
  ['ES256', -7],
  ['ESP256', -9],
  ['EdDSA', -8],
  ['Ed25519', -19],
  ['HS256', 5],
  ['A128KW', -3],
];

/** COSE key operations (RFC 9052 table 5). JOSE calls making and checking a MAC sign and verify (RFC 7517 §4.3). */
const operations: readonly (readonly [name: string, id: number, macId?: number])[] = [
  ['sign', 1, 9],
  ['verify', 2, 10],
  ['encrypt', 3],
  ['decrypt', 4],
  ['wrapKey', 5],
  ['unwrapKey', 6],
  ['deriveKey', 7],
  ['deriveBits', 8],
];

function readText(path: string): string {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw unreadable(`key file ${path} is a directory`);
    if (!stats.isFile()) throw unreadable(`key file ${path} is not a regular file`);
    if (stats.size === 0) throw unreadable(`key file ${path} is empty`);
    if (stats.size > maxFileBytes) throw unreadable(`key file ${path} is larger than 1 MiB, which no key is`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof BenchError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EACCES'
          ? 'may not be read'
          : `cannot be read (${code})`;
    throw new BenchError('key-unreadable', `key file ${path} ${why}`, { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, hence neither it nor a cause.
    throw unreadable('it is not valid JSON');
  }
}

function jwkOfPem(block: string, { isPublic }: { isPublic: boolean }): JsonWebKey {
  let key: KeyObject;
  try {
    key = isPublic ? createPublicKey(block) : createPrivateKey(block);
  } catch {
    throw unreadable('its PEM block does not hold a well-formed key');
  }
  try {
    return key.export({ format: 'jwk' });
  } catch {
    throw wrongKind(`a ${key.asymmetricKeyType} key on this curve is not supported; ${supported}`);
  }
}

type Jwk = Readonly<Record<string, unknown>>;

function materialOf(jwk: Jwk): CoseKey {
  const { kty, crv } = jwk;
  const d = jwk.d === undefined ? {} : { d: bytesAt(jwk, 'd') };
  if (kty === 'EC') {
    if (crv !== 'P-256' && crv !== 'P-384' && crv !== 'P-521')
      throw wrongKind(`EC curve ${shown(crv)}; ${supported}`);
    return { kty: 'EC2', crv, x: bytesAt(jwk, 'x'), y: bytesAt(jwk, 'y'), ...d };
  }
  if (kty === 'OKP') {
    if (crv !== 'Ed25519') throw wrongKind(`OKP curve ${shown(crv)}; ${supported}`);
    return { kty: 'OKP', crv, x: bytesAt(jwk, 'x'), ...d };
  }
  if (kty === 'oct') return { kty: 'Symmetric', k: bytesAt(jwk, 'k') };
  if (kty === undefined) throw unreadable('the JWK has no "kty"');
  throw wrongKind(`key type ${shown(kty)}; ${supported}`);
}

function restrictionsOf(jwk: Jwk): { alg?: number; keyOps?: readonly number[]; kid?: Uint8Array } {
  if (jwk.use !== undefined && jwk.use !== 'sig') throw wrongKind('the JWK\'s "use" is not "sig"');
  return {
    ...(jwk.alg !== undefined && { alg: algorithmAt(jwk) }),
    ...(jwk.key_ops !== undefined && { keyOps: operationsAt(jwk) }),
    ...kidAt(jwk),
  };
}

function algorithmAt(jwk: Jwk): number {
  const found = joseAlgorithms.find(([name]) => name === jwk.alg);
  if (found !== undefined) return found[1];
  const names = joseAlgorithms.map(([name]) => name).join(', ');
  throw wrongKind(`algorithm ${shown(jwk.alg)} is not supported; supported are ${names}`);
}

function operationsAt(jwk: Jwk): readonly number[] {
  if (!Array.isArray(jwk.key_ops)) throw unreadable('the JWK\'s "key_ops" is not an array');
  return jwk.key_ops.map((wanted: unknown) => {
    const [, id, macId] = operations.find(([name]) => name === wanted) ?? [];
    if (id === undefined) throw unreadable('the JWK\'s "key_ops" names an unknown operation');
    return jwk.kty === 'oct' && macId !== undefined ? macId : id;
  });
}

function kidAt(jwk: Jwk): { kid?: Uint8Array } {
  if (typeof jwk.kid_hex === 'string' && /^([0-9a-f]{2})*$/i.test(jwk.kid_hex))
    return { kid: fromHex(jwk.kid_hex) };
  if (jwk.kid === undefined) return {};
  if (typeof jwk.kid !== 'string') throw unreadable('the JWK\'s "kid" is not a string');
  return { kid: new TextEncoder().encode(jwk.kid) };
}

/** A kid is text in JOSE and bytes in COSE; bytes that are not text go into a member of our own, `kid_hex`. */
function kidMember(kid: Uint8Array): Record<string, string> {
  try {
    return { kid: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(kid) };
  } catch {
    return { kid_hex: toHex(kid) };
  }
}

function membersOf(key: Exclude<CoseKey, HssKey>, withPrivate: boolean): Record<string, string> {
  if (key.kty === 'Symmetric') return { kty: 'oct', k: base64url(key.k) };
  const d: Record<string, string> = withPrivate && key.d ? { d: base64url(key.d) } : {};
  return key.kty === 'EC2'
    ? { kty: 'EC', crv: key.crv, x: base64url(key.x), y: base64url(key.y), ...d }
    : { kty: 'OKP', crv: key.crv, x: base64url(key.x), ...d };
}

function nameOfAlgorithm(id: number): string {
  const found = joseAlgorithms.find(([, other]) => other === id);
  if (found === undefined)
    throw new BenchError('key-kind', `COSE algorithm ${id} has no JOSE name`, { blame: 'bench' });
  return found[0];
}

function nameOfOperation(id: number): string {
  const found = operations.find(([, plain, mac]) => plain === id || mac === id);
  if (found === undefined)
    throw new BenchError('key-kind', `unknown key operation ${id}`, { blame: 'bench' });
  return found[0];
}

function bytesAt(jwk: Jwk, name: string): Uint8Array {
  const text = jwk[name];
  if (typeof text !== 'string') throw unreadable(`the JWK has no "${name}"`);
  // RFC 7515 §2: base64url without padding.
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1)
    throw unreadable(`the JWK's "${name}" is not base64url`);
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** A short name out of the file, safe to print. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^[\w.+-]{1,24}$/.test(value) ? `"${value}"` : 'of no known name';
}

function unreadable(message: string): BenchError {
  return new BenchError('key-unreadable', message);
}

function wrongKind(message: string): BenchError {
  return new BenchError('key-kind', message);
}
