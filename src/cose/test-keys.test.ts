import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '../cbor/hex.ts';
import { faultOf } from './key-check.ts';
import * as keys from './test-keys.ts';

const { testKeys, ...named } = keys;

describe('test keys', () => {
  it.each(Object.entries(named))(
    '%s follows the published rule, and its public part belongs to it',
    (_, key) => {
      const kid = Buffer.from(key.kid!).toString();
      const hash =
        key.kty !== 'EC2'
          ? 'sha256'
          : ({ 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' } as const)[key.crv];
      const seed = createHash(hash).update(`suit-gauntlet test key: ${kid}`).digest();
      const secret = key.kty === 'Symmetric' ? key.k : key.d!;
      const made = hash === 'sha512' ? concat(new Uint8Array(2), seed) : seed;
      expect(toHex(secret)).toBe(toHex(kid.endsWith('-kek') ? made.subarray(0, 16) : made));
      expect(faultOf(key)).toBeUndefined();
    },
  );

  it('are all listed, each with a kid of its own', () => {
    expect(new Set(testKeys)).toEqual(new Set(Object.values(named)));
    expect(new Set(testKeys.map((key) => toHex(key.kid!))).size).toBe(testKeys.length);
  });
});
