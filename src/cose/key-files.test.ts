import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { fromHex } from '../cbor/hex.ts';
import { isPrivate, publicOf } from './key.ts';
import { keyFromJwk, keyFromPem, keyToJwk, readKeyFile } from './key-files.ts';
import { nodeCrypto } from './node-crypto.ts';
import { signatureOf } from './sign.ts';
import {
  authorEd25519,
  authorHmac,
  authorHss,
  authorP256,
  secondP256,
  strangerEd25519,
  testKeys,
} from './test-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The BenchError thrown, with everything of it that could reach a log. */
function failure(run: () => unknown): { code: string; message: string; text: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof BenchError) {
      return { code: error.code, message: error.message, text: `${error.stack} ${String(error.cause)}` };
    }
    throw error;
  }
  throw new Error('nothing was thrown');
}

const jwk = keyToJwk(authorP256, { private: true });

describe('keyFromJwk and keyToJwk', () => {
  it('round-trip every test key', () => {
    const withJwk = testKeys.filter(({ kty }) => kty !== 'HSS-LMS');
    for (const key of withJwk) expect(keyFromJwk(keyToJwk(key, { private: true }))).toEqual(key);
  });

  it('give only public members unless asked', () => {
    expect(keyToJwk(authorP256)).not.toHaveProperty('d');
    expect(keyFromJwk(keyToJwk(authorEd25519))).toEqual(publicOf(authorEd25519));
    expect(() => keyToJwk(authorHmac)).toThrow(/no public members/);
    expect(() => keyToJwk(authorHss, { private: true })).toThrow(/HSS-LMS/);
  });

  it('carry algorithm, operations and a kid that is not text', () => {
    const bound = { ...authorP256, alg: -9, keyOps: [1, 2], kid: fromHex('ff00') };
    expect(keyToJwk(bound)).toMatchObject({ alg: 'ESP256', key_ops: ['sign', 'verify'], kid_hex: 'ff00' });
    expect(keyFromJwk(keyToJwk(bound, { private: true }))).toEqual(bound);
    const mac = keyFromJwk({ kty: 'oct', k: 'AAAA', alg: 'HS256', key_ops: ['sign', 'verify'] });
    expect(mac).toEqual({ kty: 'Symmetric', k: new Uint8Array(3), alg: 5, keyOps: [9, 10] });
  });

  it.each([
    ['ES256', -7],
    ['ESP256', -9],
  ])('read %s as %i', (alg, id) => {
    expect(keyFromJwk({ ...jwk, alg }).alg).toBe(id);
  });

  it.each([
    ['EdDSA', -8],
    ['Ed25519', -19],
  ])('read %s as %i', (alg, id) => {
    expect(keyFromJwk({ ...keyToJwk(authorEd25519), alg }).alg).toBe(id);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['a string', 'key', 'key-unreadable', /JSON object/],
    ['an array', [jwk], 'key-unreadable', /JSON object/],
    ['nothing', {}, 'key-unreadable', /no "kty"/],
    ['a set', { keys: [jwk] }, 'key-kind', /JWK set/],
    ['RSA', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }, 'key-kind', /"RSA".*supported are/],
    ['secp256k1', { ...jwk, crv: 'secp256k1' }, 'key-kind', /"secp256k1"/],
    ['Ed448', { kty: 'OKP', crv: 'Ed448', x: 'AAAA' }, 'key-kind', /"Ed448"/],
    ['X25519', { kty: 'OKP', crv: 'X25519', x: 'AAAA' }, 'key-kind', /"X25519"/],
    ['no x', { ...jwk, x: undefined }, 'key-unreadable', /no "x"/],
    ['padded base64', { ...jwk, x: `${jwk.x}=` }, 'key-unreadable', /"x" is not base64url/],
    ['a short coordinate', { ...jwk, y: 'AAAA' }, 'key-unreadable', /32 bytes/],
    ['a point off the curve', { ...jwk, y: jwk.x }, 'key-unreadable', /not a valid point of P-256/],
    ['another curve', { ...jwk, crv: 'P-384' }, 'key-unreadable', /48 bytes/],
    [
      'an Ed25519 x off the curve',
      { kty: 'OKP', crv: 'Ed25519', x: `Ag${'A'.repeat(41)}` },
      'key-unreadable',
      /point/,
    ],
    ['private zero', { ...jwk, d: 'A'.repeat(43) }, 'key-unreadable', /no scalar/],
    ['private beyond the order', { ...jwk, d: `${'_'.repeat(42)}8` }, 'key-unreadable', /no scalar/],
    [
      'an EC private part of another key',
      { ...jwk, d: keyToJwk(secondP256, { private: true }).d },
      'key-unreadable',
      /does not belong/,
    ],
    [
      'an Ed25519 private part of another key',
      { ...keyToJwk(authorEd25519), d: keyToJwk(strangerEd25519, { private: true }).d },
      'key-unreadable',
      /does not belong/,
    ],
    ['an empty secret', { kty: 'oct', k: '' }, 'key-unreadable', /empty/],
    ['an unsupported algorithm', { ...jwk, alg: 'ES384' }, 'key-kind', /"ES384".*ESP256/],
    ['an algorithm of another type', { ...jwk, alg: 'EdDSA' }, 'key-kind', /"EdDSA" is not one for/],
    ['unknown operations', { ...jwk, key_ops: ['bless'] }, 'key-unreadable', /unknown operation/],
    ['operations that are no list', { ...jwk, key_ops: 'sign' }, 'key-unreadable', /not an array/],
    ['a key for encryption', { ...jwk, use: 'enc' }, 'key-kind', /"use"/],
    ['a numeric kid', { ...jwk, kid: 7 }, 'key-unreadable', /"kid"/],
  ])('refuse %s', (_, json, code, message) => {
    const error = failure(() => keyFromJwk(json));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});

describe('keyFromPem', () => {
  it.each(['P-256', 'P-384', 'P-521'])('reads PKCS#8, SEC1 and SPKI of %s', (namedCurve) => {
    const pair = generateKeyPairSync('ec', { namedCurve });
    const pkcs8 = keyFromPem(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    const sec1 = keyFromPem(pair.privateKey.export({ format: 'pem', type: 'sec1' }).toString());
    const spki = keyFromPem(pair.publicKey.export({ format: 'pem', type: 'spki' }).toString());
    expect(pkcs8).toMatchObject({ kty: 'EC2', crv: namedCurve });
    expect(sec1).toEqual(pkcs8);
    expect(spki).toEqual(publicOf(pkcs8));
  });

  it('reads Ed25519, and what it reads signs and verifies', () => {
    const pair = generateKeyPairSync('ed25519');
    const secret = keyFromPem(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    const open = keyFromPem(pair.publicKey.export({ format: 'pem', type: 'spki' }).toString());
    expect([isPrivate(secret), isPrivate(open)]).toEqual([true, false]);
    const message = fromHex('00');
    expect(nodeCrypto.verify(-19, open, message, signatureOf(-19, secret, message))).toBe('valid');
  });

  it('reads an openssl file with a parameter block before the key', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    const sec1 = pair.privateKey.export({ format: 'pem', type: 'sec1' }).toString();
    expect(keyFromPem(parameters + sec1)).toEqual(keyFromPem(sec1));
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cipher = { format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' } as const;
  const plain = p256.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

  it.each<[string, string, string, RegExp]>([
    ['RSA', rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'key-kind', /"RSA"/],
    [
      'RSA, PKCS#1',
      rsa.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
      'key-kind',
      /RSA PRIVATE KEY/,
    ],
    [
      'secp256k1',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
        .publicKey.export({ format: 'pem', type: 'spki' })
        .toString(),
      'key-kind',
      /"secp256k1"/,
    ],
    [
      'X25519',
      generateKeyPairSync('x25519').publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      'key-kind',
      /"X25519"/,
    ],
    [
      'a curve without a JOSE name',
      generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' })
        .publicKey.export({ format: 'pem', type: 'spki' })
        .toString(),
      'key-kind',
      /not supported/,
    ],
    [
      'encrypted PKCS#8',
      p256.privateKey.export({ ...cipher, type: 'pkcs8' }).toString(),
      'key-kind',
      /encrypted/,
    ],
    [
      'encrypted SEC1',
      p256.privateKey.export({ ...cipher, type: 'sec1' }).toString(),
      'key-kind',
      /encrypted/,
    ],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'key-kind',
      /CERTIFICATE/,
    ],
    ['two keys', plain + plain, 'key-unreadable', /2 PEM blocks/],
    ['a cut file', plain.slice(0, 90), 'key-unreadable', /no complete PEM block/],
    ['a spoilt body', plain.replace(/\nM[A-Za-z0-9]{20}/, '\nAAAA'), 'key-unreadable', /well-formed/],
  ])('refuses %s', (_, text, code, message) => {
    const error = failure(() => keyFromPem(text));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});

describe('readKeyFile', () => {
  it('reads a JWK, also after a byte order mark, and a PEM', () => {
    expect(readKeyFile(file('a.jwk', JSON.stringify(jwk)))).toEqual(authorP256);
    expect(readKeyFile(file('b.jwk', `\uFEFF\n${JSON.stringify(jwk)}`))).toEqual(authorP256);
    const pair = generateKeyPairSync('ed25519');
    const pem = pair.publicKey.export({ format: 'pem', type: 'spki' });
    expect(readKeyFile(file('c.pem', `comment\n${pem}`))).toMatchObject({ kty: 'OKP', crv: 'Ed25519' });
  });

  it.each<[string, () => string, RegExp]>([
    ['missing', () => join(folder, 'none'), /does not exist/],
    ['a directory', () => folder, /is a directory/],
    ['a device', () => '/dev/null', /not a regular file/],
    ['empty', () => file('empty', ''), /is empty/],
    ['white space', () => file('blank', ' \n'), /neither/],
    ['too large', () => file('large', new Uint8Array(1024 * 1024 + 1)), /larger than 1 MiB/],
    ['of neither form', () => file('noise', fromHex('a10102')), /neither a JWK \(JSON\) nor PEM/],
    ['broken JSON', () => file('broken', '{"kty":'), /not valid JSON/],
  ])('says that the file is %s, and names it', (_, path, message) => {
    const wanted = path();
    const error = failure(() => readKeyFile(wanted));
    expect(error.code).toBe('key-unreadable');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(wanted);
  });

  it.skipIf(process.getuid?.() === 0)('says that the file may not be read', () => {
    const path = file('closed', 'x');
    chmodSync(path, 0);
    expect(failure(() => readKeyFile(path)).message).toMatch(/may not be read/);
  });

  it('never quotes the file', () => {
    const secret = String(jwk.d);
    const spoilt = [
      `{"kty":"EC","d":"${secret}`,
      `{"d":${secret}}`,
      JSON.stringify({ ...jwk, y: jwk.x }),
      JSON.stringify({ ...jwk, crv: secret }),
      JSON.stringify({ ...jwk, alg: secret }),
      `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
      secret,
    ];
    for (const content of spoilt) {
      expect(failure(() => readKeyFile(file('spoilt', content))).text).not.toContain(secret.slice(0, 8));
    }
  });
});
