/**
 * Group A: attacks on the encoding.
 *
 * @module
 */
import type { AnyAttack } from './attack.ts';
import { addTag, breakUtf8, retypeCore } from './encoding-content.ts';
import { loosen, malform, rewrapHead } from './encoding-form.ts';
import { deliverJunk, flipBits, trailOuter, trailWrapped } from './encoding-junk.ts';
import { claimTooLong, countTooMany, straddleEnd, truncate, truncateInner } from './encoding-length.ts';
import { orderByRule, permuteKeys, repeatEnvelopeKey, repeatSignedKey } from './encoding-map.ts';
import { swapType } from './encoding-type.ts';

export const encodingAttacks: readonly AnyAttack[] = [
  truncate,
  truncateInner,
  claimTooLong,
  straddleEnd,
  countTooMany,
  malform,
  loosen,
  rewrapHead,
  permuteKeys,
  orderByRule,
  repeatSignedKey,
  repeatEnvelopeKey,
  breakUtf8,
  swapType,
  retypeCore,
  addTag,
  trailOuter,
  trailWrapped,
  deliverJunk,
  flipBits,
];
