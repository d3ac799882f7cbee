import { describe, expect, it } from 'vitest';
import { nodeCrypto } from './node-crypto.ts';
import { sharedCrypto } from './shared-crypto.ts';
import { signatureOf } from './sign.ts';
import { authorEd25519, secondEd25519 } from './test-keys.ts';

const message = Uint8Array.of(1, 2, 3);
const signature = signatureOf(-19, authorEd25519, message);

describe('shared crypto', () => {
  it('asks once for the same key, message and signature', () => {
    let asked = 0;
    const shared = sharedCrypto({
      ...nodeCrypto,
      verify: (...question) => {
        asked++;
        return nodeCrypto.verify(...question);
      },
    });
    const verify = () => shared.verify(-19, authorEd25519, message, signature);
    expect([verify(), verify(), asked]).toEqual(['valid', 'valid', 1]);
  });

  it('tells apart what differs in one thing', () => {
    const shared = sharedCrypto(nodeCrypto);
    expect(shared.verify(-19, authorEd25519, message, signature)).toBe('valid');
    expect(shared.verify(-19, secondEd25519, message, signature)).toBe('invalid');
    expect(shared.verify(-7, authorEd25519, message, signature)).toBe('error');
    expect(shared.verify(-19, authorEd25519, Uint8Array.of(1, 2), signature)).toBe('invalid');
    // The bytes move from the one to the other; their row is the same.
    const moved = Uint8Array.from([3, ...signature]);
    expect(shared.verify(-19, authorEd25519, Uint8Array.of(1, 2), moved)).toBe('invalid');
    expect(shared.verify(-19, authorEd25519, message, signature)).toBe('valid');
  });
});
