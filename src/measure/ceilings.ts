/**
 * How little memory is enough: the smallest arena in which the bounded verifier still accepts, and the device classes
 * of RFC 7228 whose RAM has room for it.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import type { Decision } from '../device/decision.ts';
import type { Delivery } from '../device/delivery.ts';
import type { Recipient } from '../device/recipient.ts';
import { boundedVerifier } from '../verifiers/bounded/bounded.ts';
import type { Session } from '../verifiers/verifier.ts';

export interface Ceiling {
  /** Working memory at its high-water mark. */
  readonly highWaterBytes: number;
  /** Found by trying, not taken from the high-water mark. */
  readonly smallestArenaBytes: number;
  readonly envelopeBytes: number;
  readonly steps: number;
}

/** `undefined`: the bounded verifier does not accept the delivery, however much room it has. */
export function ceilingOf(recipient: Recipient, delivery: Delivery): Ceiling | undefined {
  const answer = (arenaBytes: number) => {
    const session = boundedVerifier({ arenaBytes }).open(recipient) as Session;
    return session.deliver(delivery) as Decision;
  };
  const roomy = answer(largestArena);
  if (roomy.kind !== 'accepted') return undefined;
  const { highWaterBytes, steps } = roomy.cost ?? {};
  if (highWaterBytes === undefined || steps === undefined) {
    throw new BenchError('ceiling', 'the bounded verifier did not report its cost', { blame: 'bench' });
  }
  return {
    highWaterBytes,
    smallestArenaBytes: smallest(largestArena, (bytes) => answer(bytes).kind === 'accepted'),
    envelopeBytes: (delivery.envelope ?? recipient.installed)?.length ?? 0,
    steps,
  };
}

const largestArena = 1 << 20;

/** The smallest number up to `most` that is enough, where more than enough is enough. */
export function smallest(most: number, isEnough: (bytes: number) => boolean): number {
  let tooLittle = -1;
  let enough = most;
  while (enough - tooLittle > 1) {
    const middle = Math.floor((tooLittle + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooLittle = middle;
  }
  return enough;
}
