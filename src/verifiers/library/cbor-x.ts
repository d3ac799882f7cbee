/**
 * `library:cbor-x`: the panel's first member under its own name, cbor-x with node:crypto.
 *
 * @module
 */
import { cborX } from '../../cbor/decode.ts';
import { nodeCrypto } from '../../cose/node-crypto.ts';
import type { Verifier } from '../verifier.ts';
import { libraryVerifier } from './library-verifier.ts';

export function cborXVerifier(): Verifier {
  return libraryVerifier('library:cbor-x', cborX, nodeCrypto);
}
