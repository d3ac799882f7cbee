/**
 * `library:cose-kit`: COSE_Sign1 and COSE_Mac0 by cose-kit.
 *
 * Its functions take the payload inside the message only, so the digest is put in the place of nil; and they take no
 * list of allowed algorithms, so what the decoded message names is compared afterwards. Its verification of COSE_Sign
 * wants the keys of all signers, in their order: a recipient that asks for one of them cannot use it.
 *
 * @module
 */
import { COSEKeyFromJWK, coseVerify, coseVerifyMAC0, importCOSEKey } from 'cose-kit';
import type { Verifier } from '../verifier.ts';
import { attached, type CosePackage, packageVerifier } from './cose-package.ts';

type Key = Awaited<ReturnType<typeof importCOSEKey>>;

const coseKit: CosePackage<Key> = {
  name: 'cose-kit',
  algorithms: [-7, -8, 5],
  structures: ['sign1', 'mac0'],
  importKey: (jwk) => importCOSEKey(COSEKeyFromJWK(jwk)),
  async verify(block, payload, key, algorithms) {
    const message = attached(block, payload);
    const verify = block.structure === 'sign1' ? coseVerify : coseVerifyMAC0;
    const { isValid, decoded } = await verify(message, key);
    return isValid && decoded.alg !== undefined && algorithms.includes(decoded.alg);
  },
};

export function coseKitVerifier(): Verifier {
  return packageVerifier(coseKit);
}
