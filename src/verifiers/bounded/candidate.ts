/**
 * Tries the trust anchors on one signature or MAC (RFC 9052 §3.1, §4.4, §6.3).
 *
 * @module
 */

import type { CoseKey } from '../../cose/key.ts';
import type { TrustAnchor } from '../../device/recipient.ts';
import type { Reason } from '../../suit/stage.ts';
import { objection, setBit, wrapObjection } from './anchors.ts';
import type { Run } from './run.ts';
import type { Stretch } from './to-be-signed.ts';
import { spanEquals } from './walk.ts';

/**
 * `verified`: the block holds, and the bits of its anchors are set. `refused`: the whole delivery is, `run` says why.
 * Otherwise why this block proves nothing; another may.
 */
export type BlockResult = 'verified' | 'refused' | Reason;

export interface Candidate {
  readonly algorithm: number;
  /** Of the arena. */
  readonly message: Stretch;
  /** The signature or MAC, in the delivery. */
  readonly signature: Stretch;
  /** Where one bit for each anchor begins, in words. */
  readonly bits: number;
  readonly kid?: Stretch;
  /** The MAC's key is wrapped for the anchor's, in place of being it. */
  readonly wrapped?: WrappedKey;
}

/** A128KW: the wrapped key in the delivery, and the room for the unwrapped one in the arena. */
export interface WrappedKey {
  readonly from: Stretch;
  readonly to: Stretch;
}

/** The kid is a hint (RFC 9052 §3.1): anchors that carry it come first, the others after them. */
export function tryAnchors(run: Run, candidate: Candidate): BlockResult {
  const { anchors, policy } = run.recipient;
  const mayServe = candidate.wrapped ? wrapObjection : objection;
  let best: Reason = 'key-unknown';
  let isKidKnown = candidate.kid === undefined;
  let isVerified = false;
  for (const wantsKid of [true, false]) {
    for (let i = 0; i < anchors.length; i++) {
      const anchor = anchors[i]!;
      const { kid } = candidate;
      const hasKid =
        kid !== undefined && anchor.kid !== undefined && spanEquals(run, kid.start, kid.end, anchor.kid);
      if (hasKid !== wantsKid) continue;
      isKidKnown ||= hasKid;
      const reason = mayServe(anchor, candidate.algorithm, policy);
      if (reason !== undefined) {
        best = further(best, reason);
        continue;
      }
      if (!isSignedBy(run, anchor, candidate)) {
        best = further(best, 'sig-invalid');
        continue;
      }
      setBit(run.arena.words, candidate.bits, i);
      isVerified = true;
      // Only a policy that counts authorities needs to know every anchor that this key stands for.
      if (policy.kind === 'any') return 'verified';
    }
  }
  if (isVerified) return 'verified';
  return best === 'sig-invalid' && !isKidKnown ? 'key-unknown' : best;
}

function isSignedBy(run: Run, anchor: TrustAnchor, candidate: Candidate): boolean {
  const { algorithm, message, signature, wrapped } = candidate;
  const key = wrapped ? unwrap(run, anchor.key, wrapped) : anchor.key;
  if (key === undefined) return false;
  const toVerify = run.arena.bytes.subarray(message.start, message.end);
  const given = run.bytes.subarray(signature.start, signature.end);
  return run.crypto.verify(algorithm, key, toVerify, given) === 'valid';
}

/** The key inside, in its room in the arena; undefined: this is not the key that wrapped it. */
function unwrap(run: Run, key: CoseKey, { from, to }: WrappedKey): CoseKey | undefined {
  const unwrapped = run.crypto.unwrapKey(key, run.bytes.subarray(from.start, from.end));
  if (unwrapped === undefined) return undefined;
  const k = run.arena.bytes.subarray(to.start, to.end);
  k.set(unwrapped);
  return { kty: 'Symmetric', k };
}

/** How far the block came with any anchor. */
const order: readonly Reason[] = [
  'key-unknown',
  'alg-disallowed',
  'key-usage',
  'auth-malformed',
  'sig-invalid',
];

export function further(a: Reason, b: Reason): Reason {
  return order.indexOf(b) > order.indexOf(a) ? b : a;
}
