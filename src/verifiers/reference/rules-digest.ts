/**
 * Rules for SUIT_Digest: what is hashed, how, and what the comparison means (draft §8.3, §8.4.12, §10).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import { bstr, type Item } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { digestAlgorithmById } from '../../cose/algorithms.ts';
import type { Crypto } from '../../cose/crypto.ts';
import type { Digest } from '../../suit/model.ts';
import type { Reason } from '../../suit/stage.ts';
import type { Ok } from './rules-encoding.ts';

export const digestRules = {
  /** Draft §8.3, §8.4.12: the digest covers the whole byte string, its head as delivered included. */
  digestInput(member: Item & { kind: 'bstr' }, delivery: Uint8Array): Uint8Array {
    if (member.start === undefined) return write(bstr(member.bytes));
    return delivery.subarray(member.start, member.end);
  },

  /** Draft §10: an algorithm the recipient has, no other. */
  offers(algorithm: number, supported: readonly number[]): Ok {
    const isKnown = digestAlgorithmById(algorithm)?.hash !== undefined;
    return isKnown && supported.includes(algorithm) ? true : 'digest-alg-unsupported';
  },

  /** Draft §10: by that algorithm. */
  hash(
    crypto: Crypto,
    algorithm: number,
    bytes: Uint8Array,
    supported: readonly number[],
  ): Uint8Array | Reason {
    const offered = digestRules.offers(algorithm, supported);
    return offered === true ? (crypto.digest(algorithm, bytes) ?? 'digest-alg-unsupported') : offered;
  },

  /** Draft §10: equal in every byte, and in length. */
  digestMatches(expected: Uint8Array, actual: Uint8Array): boolean {
    return equalBytes(expected, actual);
  },

  /** Draft §8.3: the authenticated digest is that of the manifest delivered. */
  bound(matches: boolean): Ok {
    return matches ? true : 'manifest-digest-mismatch';
  },

  /** RFC 9054: a digest is as long as its algorithm makes it. */
  digestLength(digest: Digest): Ok {
    const length = digestAlgorithmById(digest.algorithm)?.bytes;
    return length === undefined || length === digest.bytes.length ? true : 'digest-malformed';
  },
};
