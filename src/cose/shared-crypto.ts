/**
 * One verification for many verifiers: the same delivery to a hundred animals has the same signatures.
 *
 * @module
 */
import type { Crypto, Verification } from './crypto.ts';
import type { CoseKey } from './key.ts';

/** Verifications kept for each key; the sequence moves on, and older ones are of no more use. */
const most = 256;

/** As `crypto`, with the last verifications remembered. */
export function sharedCrypto(crypto: Crypto): Crypto {
  const known = new WeakMap<CoseKey, Map<string, Verification>>();
  return {
    ...crypto,
    verify(algorithm, key, message, signature) {
      const ofKey = known.get(key) ?? new Map<string, Verification>();
      known.set(key, ofKey);
      const question = `${algorithm} ${message.length} ${latin1(message)}${latin1(signature)}`;
      const answer = ofKey.get(question) ?? crypto.verify(algorithm, key, message, signature);
      if (ofKey.size >= most) ofKey.clear();
      ofKey.set(question, answer);
      return answer;
    },
  };
}

/** A character a byte. */
function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
