/**
 * The recipients of a COSE_Mac, who say what its key is (RFC 9052 §5.1, §6.1; RFC 9053 §6.1.1, §6.2.1).
 *
 * @module
 */

import { recipientAlgorithms } from '../../cose/algorithms.ts';
import type { Reason } from '../../suit/stage.ts';
import { type BlockResult, type Candidate, further, tryAnchors, type WrappedKey } from './candidate.ts';
import {
  type HeaderStretches,
  readHeaderPair,
  readHeaderStretches,
  smallIntegerAt,
  stringAt,
} from './header-pair.ts';
import { algOf, kidOf } from './headers.ts';
import { allocate, type Run, refuse } from './run.ts';
import type { Stretch } from './to-be-signed.ts';
import { goTo, isDefinite, major, nextHead, open, skipItem, skipRest } from './walk.ts';

/** Recipients that one COSE_Mac may have. */
const maxRecipients = 8;

/** One COSE_recipient, read over. */
interface MacRecipient {
  readonly headers: HeaderStretches;
  /** Undefined: there is something else in its place. */
  readonly ciphertext: Stretch | undefined;
  /** It has recipients of its own: its key is agreed or derived in further steps. */
  readonly isNested: boolean;
}

/** Tries the MAC with the key that each recipient gives; their array's head is at `list`. */
export function tryRecipients(run: Run, list: number, mac: Candidate): BlockResult {
  const { arena, parser } = run;
  goTo(run, list);
  const count = open(run, major.array, 'auth-malformed');
  if (count < 1) return refused(run, 'auth-malformed');
  if (count > maxRecipients) return refused(run, 'limit-count');
  let best: Reason = 'key-unknown';
  let isVerified = false;
  let next = parser.position;
  for (let i = 0; i < count; i++) {
    goTo(run, next);
    const mark = arena.top;
    const recipient = readRecipient(run);
    if (recipient === undefined) return refused(run, 'auth-malformed');
    next = parser.position;
    const result = tryRecipient(run, recipient, { isOnly: count === 1, mac });
    // What may not be passed over in one recipient ends the block.
    if (result === 'refused' || result === 'cose-unsupported') return result;
    if (result === 'verified') isVerified = true;
    else best = further(best, result);
    arena.release(mark);
  }
  return isVerified ? 'verified' : best;
}

/** [protected, unprotected, ciphertext, ? recipients]; undefined after a refusal, or where it has another length. */
function readRecipient(run: Run): MacRecipient | undefined {
  const { parser } = run;
  const count = open(run, major.array, 'auth-malformed');
  if (count !== 3 && count !== 4) return undefined;
  const headers = readHeaderStretches(run);
  if (headers === undefined || !nextHead(run)) return undefined;
  const isString = parser.major === major.bstr;
  if (isString && !isDefinite(run, major.bstr, 'auth-malformed')) return undefined;
  const ciphertext = isString ? { start: parser.contentStart, end: parser.contentEnd } : undefined;
  if (!skipRest(run)) return undefined;
  if (count === 4 && !skipItem(run)) return undefined;
  return { headers, ciphertext, isNested: count === 4 };
}

function tryRecipient(
  run: Run,
  { headers, ciphertext, isNested }: MacRecipient,
  { isOnly, mac }: { readonly isOnly: boolean; readonly mac: Candidate },
): BlockResult {
  const pair = readHeaderPair(run, headers);
  if (typeof pair === 'string') return pair;
  const alg = algOf(run, pair.unprotectedHeaders);
  // RFC 9053 §6.1.1, §6.2.1: neither kind of recipient has anything in its protected header.
  if (alg === 0 || isNested || !isEmptyMap(run, headers.protectedHeader)) return 'key-usage';
  const how = smallIntegerAt(run, alg);
  if (how !== recipientAlgorithms.direct && how !== recipientAlgorithms.a128kw) return 'key-usage';
  if (ciphertext === undefined) return 'auth-malformed';

  const kidAt = kidOf(run, pair.unprotectedHeaders);
  const kid = kidAt === 0 ? undefined : stringAt(run, kidAt);
  if (kidAt !== 0 && kid === undefined) return 'refused';
  const named = kid === undefined ? mac : { ...mac, kid };
  if (how === recipientAlgorithms.direct) {
    // RFC 9052 §8.5.1: a direct recipient is the only one, and its ciphertext is empty.
    return isOnly && ciphertext.start === ciphertext.end ? tryAnchors(run, named) : 'auth-malformed';
  }
  const wrapped = wrappedKey(run, ciphertext);
  return wrapped === undefined ? 'refused' : tryAnchors(run, { ...named, wrapped });
}

/** RFC 3394 §2.2.1: the wrapped key is 64 bits longer than the key. Undefined after a refusal. */
function wrappedKey(run: Run, from: Stretch): WrappedKey | undefined {
  const length = Math.max(0, from.end - from.start - 8);
  const start = allocate(run, length);
  return start < 0 ? undefined : { from, to: { start, end: start + length } };
}

function isEmptyMap(run: Run, { start, end }: Stretch): boolean {
  if (start === end) return true;
  goTo(run, start);
  return open(run, major.map, 'auth-malformed') === 0;
}

function refused(run: Run, reason: 'auth-malformed' | 'limit-count'): 'refused' {
  refuse(run, reason);
  return 'refused';
}
