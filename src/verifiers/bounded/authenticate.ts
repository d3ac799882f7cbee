/**
 * Authenticates the SUIT_Digest by the blocks beside it, before anything in the manifest is read (draft §6.2, §8.3).
 *
 * @module
 */

import type { Reason } from '../../suit/stage.ts';
import { hasRights, isAuthorized } from './anchors.ts';
import { checkBlock } from './block.ts';
import { allocate, field, get, type Run, refuse, set } from './run.ts';
import { compareSpans, enterAt, isDefinite, major, nextHead, open } from './walk.ts';

/** Blocks that one wrapper may hold. */
const maxBlocks = 8;

export function authenticate(run: Run): boolean {
  const count = openWrapper(run);
  if (count < 0) return false;
  const mark = run.arena.top;
  const bitWords = Math.ceil(run.recipient.anchors.length / 32);
  const bits = allocate(run, bitWords * 4);
  if (bits < 0) return false;
  const { words } = run.arena;
  words.fill(0, bits / 4, bits / 4 + bitWords);
  const kept = run.arena.top;
  const blocks = noteBlocks(run, count);
  if (blocks < 0) return false;
  let failure: Reason | undefined;
  let isVerified = false;
  for (let i = 0; i < count; i++) {
    const before = run.arena.top;
    const result = checkBlock(run, words[blocks + i]!, bits / 4);
    if (result === 'refused') return false;
    if (result === 'verified') isVerified = true;
    else failure ??= result;
    run.arena.release(before);
  }
  if (!isVerified) return refuse(run, failure ?? 'auth-missing', words[blocks]!);
  if (!isAuthorized(run.recipient, words, bits / 4)) return refuse(run, 'threshold-unmet');
  // Who signed is asked for again where rights are limited: the bits are the first thing behind the fields.
  run.arena.release(hasRights(run.recipient) ? kept : mark);
  return true;
}

/** Goes into the wrapper and past the digest; the number of blocks, -1 after a refusal. */
function openWrapper(run: Run): number {
  if (!enterAt(run, get(run, field.wrapper), 'auth-malformed')) return -1;
  const count = open(run, major.array, 'auth-malformed');
  if (count < 0) return -1;
  if (count === 0) return refused(run, 'auth-malformed');
  if (!nextHead(run) || !isDefinite(run, major.bstr, 'auth-malformed')) return -1;
  set(run, field.digestStart, run.parser.contentStart);
  set(run, field.digestEnd, run.parser.contentEnd);
  // draft §8.3: a manifest without a block is authenticated by nobody.
  if (count === 1) return refused(run, 'auth-missing');
  return count - 1 > maxBlocks ? refused(run, 'limit-count') : count - 1;
}

/** Writes the blocks' offsets into the arena; where, in words. Two identical blocks are refused (draft §8.3). */
function noteBlocks(run: Run, count: number): number {
  const table = allocate(run, count * 4);
  if (table < 0) return -1;
  const { parser, bytes, arena } = run;
  for (let i = 0; i < count; i++) {
    if (!nextHead(run) || !isDefinite(run, major.bstr, 'auth-malformed')) return -1;
    const { headStart, contentEnd } = parser;
    for (let j = 0; j < i; j++) {
      const other = arena.words[table / 4 + j]!;
      const otherEnd = other + contentEnd - headStart;
      if (otherEnd <= headStart && compareSpans(bytes, other, otherEnd, headStart, contentEnd) === 0) {
        return refused(run, 'auth-malformed');
      }
    }
    arena.words[table / 4 + i] = headStart;
  }
  return table / 4;
}

function refused(run: Run, reason: Reason): -1 {
  refuse(run, reason);
  return -1;
}
