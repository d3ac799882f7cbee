/**
 * The deterministic signer: the same key and message always give the same bytes.
 *
 * @module
 */

import { channel } from 'node:diagnostics_channel';
import { BenchError } from '../bench-error.ts';
import { algorithmById } from './algorithms.ts';
import { signHss } from './hss-lms-sign.ts';
import type { CoseKey } from './key.ts';
import { signEcdsa } from './noble-crypto.ts';
import { nodeCrypto, signEd25519 } from './node-crypto.ts';

/** What is published of each signature made, for `npm run bench -- throughput`. */
export interface Signing {
  readonly algorithm: number;
  readonly key: CoseKey;
  readonly message: Uint8Array;
}

export const signings = channel('suit-gauntlet.signings');

/**
 * A signature or tag under the algorithm. The key must be of its type; its curve may be another than the table
 * allows (ES256 with a P-384 key gives 96 bytes), and HMAC 256/64, which no verifier of ours accepts, can be made
 * too: attacks need both.
 */
export function signatureOf(algorithm: number, key: CoseKey, message: Uint8Array): Uint8Array {
  if (signings.hasSubscribers) signings.publish({ algorithm, key, message } satisfies Signing);
  const known = algorithmById(algorithm);
  if (known === undefined || known.kty !== key.kty) {
    throw new BenchError(
      'key-kind',
      `a ${key.kty} key cannot sign with ${known?.name ?? `algorithm ${algorithm}`}`,
      {
        blame: 'bench',
      },
    );
  }
  switch (key.kty) {
    // node:crypto draws the ECDSA nonce at random, so noble signs; Ed25519 is deterministic by definition.
    case 'EC2':
      return signEcdsa(key, message);
    case 'OKP':
      return signEd25519(key, message);
    case 'HSS-LMS':
      if (key.d === undefined)
        throw new BenchError('key-private', 'cannot sign with a public key', { blame: 'bench' });
      return signHss(key.pub, key.d, message);
    case 'Symmetric':
      return nodeCrypto.mac(key, message).subarray(0, known.signatureBytes);
  }
}
