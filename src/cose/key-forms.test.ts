import { describe, expect, it } from 'vitest';
import { toHex } from '../cbor/hex.ts';
import { publicOf, sameKey } from './key.ts';
import { keyFromJwk, keyFromPem } from './key-files.ts';
import { keyForms, keyInForm } from './key-forms.ts';
import { authorEd25519, authorHmac, authorHss, authorP256 } from './test-keys.ts';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe('the forms of a key', () => {
  it.each([authorP256, authorEd25519])(
    '$kty comes back from PEM and JWK, its name and algorithm from the JWK',
    (key) => {
      const bound = { ...publicOf(key), alg: key.kty === 'OKP' ? -8 : -7, keyOps: [2] };
      expect(sameKey(keyFromPem(text(keyInForm(bound, 'pem'))), publicOf(key))).toBe(true);
      expect(keyFromJwk(JSON.parse(text(keyInForm(bound, 'jwk'))))).toEqual(bound);
    },
  );

  it('a COSE_Key has kty, kid, alg, curve and coordinates', () => {
    const { x } = authorEd25519 as { readonly x: Uint8Array };
    const key = { kty: 'OKP', crv: 'Ed25519', x, alg: -8, kid: Uint8Array.of(7) } as const;
    expect(toHex(keyInForm(key, 'cose') as Uint8Array)).toBe(`a50101024107032720062158${'20'}${toHex(x)}`);
  });

  it('no form has a private scalar', () => {
    for (const key of [authorP256, authorEd25519, authorHss])
      for (const form of keyForms) {
        const bytes = keyInForm(key, form);
        const { d } = key as { readonly d: Uint8Array };
        expect(toHex(bytes ?? new Uint8Array()).includes(toHex(d))).toBe(false);
        expect(text(bytes)).not.toContain(Buffer.from(d).toString('base64url'));
      }
  });

  it('a key that is bound to an algorithm without a JOSE name has no JWK', () => {
    const bound = { ...publicOf(authorP256), alg: -47 };
    expect(keyInForm(bound, 'jwk')).toBeUndefined();
    expect(keyInForm(bound, 'cose')).toBeDefined();
  });

  it('a symmetric key has no PEM, an HSS key neither PEM nor JWK', () => {
    expect(keyInForm(authorHmac, 'pem')).toBeUndefined();
    expect(keyInForm(authorHmac, 'raw')).toEqual((authorHmac as { readonly k: Uint8Array }).k);
    expect([keyInForm(authorHss, 'pem'), keyInForm(authorHss, 'jwk')]).toEqual([undefined, undefined]);
  });
});
