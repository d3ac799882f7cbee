/**
 * The two header maps that stand before each signature, MAC and recipient, read in place (RFC 9052 §3).
 *
 * @module
 */

import type { Reason } from '../../suit/stage.ts';
import { areUnderstood, readHeaders } from './headers.ts';
import type { Run } from './run.ts';
import type { Stretch } from './to-be-signed.ts';
import { checkItem, goTo, isDefinite, major, nextHead, skipItem } from './walk.ts';

/** Where a header pair stands: the content of the protected string, the head of the unprotected map. */
export interface HeaderStretches {
  readonly protectedHeader: Stretch;
  readonly unprotectedAt: number;
}

/** Records of both maps (`headers.ts`), in words of the arena. */
export interface HeaderPair {
  readonly protectedHeaders: number;
  readonly unprotectedHeaders: number;
}

/** Reads over both header maps; undefined after a refusal. */
export function readHeaderStretches(run: Run): HeaderStretches | undefined {
  const { parser } = run;
  if (!readString(run)) return undefined;
  const protectedHeader: Stretch = { start: parser.contentStart, end: parser.contentEnd };
  const unprotectedAt = parser.position;
  return skipItem(run) ? { protectedHeader, unprotectedAt } : undefined;
}

/** The records, once both maps are found to be good; else why the block proves nothing. */
export function readHeaderPair(
  run: Run,
  { protectedHeader: { start, end }, unprotectedAt }: HeaderStretches,
): HeaderPair | 'refused' | Reason {
  const isEmpty = start === end;
  if (!isEmpty && !checkItem(run, start, end, 'auth-malformed')) return 'refused';
  const protectedHeaders = readHeaders(run, isEmpty ? 0 : start);
  if (protectedHeaders < 0) return 'refused';
  const unprotectedHeaders = readHeaders(run, unprotectedAt);
  if (unprotectedHeaders < 0) return 'refused';
  const isGood = areUnderstood(run, protectedHeaders, unprotectedHeaders);
  return isGood ? { protectedHeaders, unprotectedHeaders } : 'cose-unsupported';
}

/** The next item must be a byte string of definite length. */
export function readString(run: Run): boolean {
  return nextHead(run) && isDefinite(run, major.bstr, 'auth-malformed');
}

/** The content of the byte string at this byte; undefined after a refusal. */
export function stringAt(run: Run, at: number): Stretch | undefined {
  goTo(run, at);
  return readString(run) ? { start: run.parser.contentStart, end: run.parser.contentEnd } : undefined;
}

/** The integer at this byte, if it is one of at most 32 bits; undefined too after a refusal. */
export function smallIntegerAt(run: Run, at: number): number | undefined {
  goTo(run, at);
  if (!nextHead(run)) return undefined;
  const { major: type, argumentHigh, argumentLow } = run.parser;
  const isInteger = type === major.uint || type === major.nint;
  if (!isInteger || argumentHigh !== 0) return undefined;
  return type === major.uint ? argumentLow : -1 - argumentLow;
}
