/**
 * May this trust anchor check a block, and have enough authorities signed (RFC 9052 §7.1, RFC 9124 §4.3.11)?
 *
 * @module
 */

import { fitsKey, recipientAlgorithms } from '../../cose/algorithms.ts';
import { type CoseKey, sameKey } from '../../cose/key.ts';
import type { AuthorityPolicy, Recipient, Role, TrustAnchor } from '../../device/recipient.ts';
import type { Reason } from '../../suit/stage.ts';

const verifyOperation = 2;
const macVerifyOperation = 10;
/** Key operations (RFC 9052 table 5) that allow unwrapping. */
const decryptOperation = 4;
const unwrapOperation = 6;

/** Why it may not; undefined: it may. */
export function objection(
  { key, algorithms, roles }: TrustAnchor,
  algorithm: number,
  policy: AuthorityPolicy,
): Reason | undefined {
  if (!roles.some((role) => isEntitled(role, policy))) return 'key-unknown';
  if (!algorithms.includes(algorithm)) return 'alg-disallowed';
  if (!fitsKey(algorithm, key)) return 'key-usage';
  if (key.alg !== undefined && key.alg !== algorithm) return 'key-usage';
  const operation = key.kty === 'Symmetric' ? macVerifyOperation : verifyOperation;
  if (key.keyOps !== undefined && !key.keyOps.includes(operation)) return 'key-usage';
  return undefined;
}

/** Why it may not unwrap the key of a MAC with this algorithm; undefined: it may. It does nothing else then. */
export function wrapObjection(
  { key, algorithms, roles }: TrustAnchor,
  algorithm: number,
  policy: AuthorityPolicy,
): Reason | undefined {
  const { a128kw } = recipientAlgorithms;
  if (!roles.some((role) => isEntitled(role, policy))) return 'key-unknown';
  if (key.kty !== 'Symmetric') return 'key-usage';
  if (!algorithms.includes(a128kw) || !algorithms.includes(algorithm)) return 'alg-disallowed';
  if (key.alg !== undefined && key.alg !== a128kw) return 'key-usage';
  const mayUnwrap = ({ keyOps }: CoseKey) =>
    keyOps === undefined || keyOps.includes(decryptOperation) || keyOps.includes(unwrapOperation);
  return mayUnwrap(key) ? undefined : 'key-usage';
}

/** RFC 9124 §4.3.11: a single authority must be an author; where several are asked for, a qualifier counts too. */
function isEntitled(role: Role, policy: AuthorityPolicy): boolean {
  if (policy.kind === 'roles') return policy.roles.includes(role);
  return role === 'author' || (role === 'qualifier' && policy.kind !== 'any');
}

/** From `base` there is one bit for each anchor, set where a block verified under it. */
export function isAuthorized({ policy, anchors }: Recipient, words: Int32Array, base: number): boolean {
  if (policy.kind === 'roles') {
    return policy.roles.every((role) =>
      anchors.some((anchor, i) => isSet(words, base, i) && anchor.roles.includes(role)),
    );
  }
  if (policy.kind === 'all') {
    const counts = ({ roles }: TrustAnchor) => roles.some((role) => isEntitled(role, policy));
    return anchors.some(counts) && anchors.every((anchor, i) => !counts(anchor) || isSet(words, base, i));
  }
  let count = 0;
  for (let i = 0; i < anchors.length; i++) {
    if (isSet(words, base, i) && !isKeyCounted(anchors, i, words, base)) count += 1;
  }
  return count >= (policy.kind === 'any' ? 1 : Math.max(1, policy.count));
}

/** Is there an anchor that may not do everything? */
export function hasRights({ anchors }: Recipient): boolean {
  return anchors.some(({ rights }) => rights !== undefined);
}

export function isSet(words: Int32Array, base: number, bit: number): boolean {
  return ((words[base + (bit >> 5)]! >> (bit & 31)) & 1) === 1;
}

export function setBit(words: Int32Array, base: number, bit: number): void {
  words[base + (bit >> 5)]! |= 1 << (bit & 31);
}

/** One key under several anchors is one authority. */
function isKeyCounted(anchors: readonly TrustAnchor[], at: number, words: Int32Array, base: number): boolean {
  for (let i = 0; i < at; i++) {
    if (isSet(words, base, i) && sameKey(anchors[i]!.key, anchors[at]!.key)) return true;
  }
  return false;
}
