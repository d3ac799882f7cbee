/**
 * `library:auth0-cose`: COSE_Sign1 and COSE_Mac0 by @auth0/cose, with the list of allowed algorithms and the detached
 * payload that it takes.
 *
 * @module
 */
import { COSEKey, errors, Mac0, Sign1 } from '@auth0/cose';
import type { Verifier } from '../verifier.ts';
import { type CosePackage, packageVerifier } from './cose-package.ts';

type Key = Awaited<ReturnType<COSEKey['toKeyLike']>>;

const auth0Cose: CosePackage<Key> = {
  name: 'auth0-cose',
  algorithms: [-7, -8, 5],
  structures: ['sign1', 'mac0'],
  importKey: (jwk) => COSEKey.fromJWK(jwk).toKeyLike(),
  async verify({ structure, bytes }, detachedPayload, key, algorithms) {
    const block = structure === 'sign1' ? Sign1.decode(bytes) : Mac0.decode(bytes);
    try {
      await block.verify(key, { detachedPayload, algorithms: [...algorithms] });
      return true;
    } catch (thrown) {
      if (thrown instanceof errors.COSESignatureVerificationFailed) return false;
      throw thrown;
    }
  },
};

export function auth0CoseVerifier(): Verifier {
  return packageVerifier(auth0Cose);
}
