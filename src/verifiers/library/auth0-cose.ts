/**
 * `library:auth0-cose`: COSE_Sign1, COSE_Mac0 and COSE_Sign by @auth0/cose, with the list of allowed algorithms and the
 * detached payload that it takes; for COSE_Sign the digest is put in the place of nil.
 *
 * @module
 */
import { COSEKey, errors, Mac0, Sign, Sign1 } from '@auth0/cose';
import type { Verifier } from '../verifier.ts';
import { attached, type CosePackage, type ForeignBlock, packageVerifier } from './cose-package.ts';

type Key = Awaited<ReturnType<COSEKey['toKeyLike']>>;

const auth0Cose: CosePackage<Key> = {
  name: 'auth0-cose',
  algorithms: [-7, -8, 5],
  structures: ['sign1', 'mac0', 'sign'],
  importKey: (jwk) => COSEKey.fromJWK(jwk).toKeyLike(),
  async verify(block, payload, key, algorithms) {
    try {
      await verify(block, payload, key, [...algorithms]);
      return true;
    } catch (thrown) {
      if (thrown instanceof errors.COSESignatureVerificationFailed) return false;
      throw thrown;
    }
  },
};

function verify(
  block: ForeignBlock,
  detachedPayload: Uint8Array,
  key: Key,
  algorithms: number[],
): Promise<void> {
  switch (block.structure) {
    case 'sign1':
      return Sign1.decode(block.bytes).verify(key, { detachedPayload, algorithms });
    case 'mac0':
      return Mac0.decode(block.bytes).verify(key, { detachedPayload, algorithms });
    case 'sign':
      return Sign.decode(attached(block, detachedPayload)).verify(key, { algorithms });
  }
}

export function auth0CoseVerifier(): Verifier {
  return packageVerifier(auth0Cose);
}
