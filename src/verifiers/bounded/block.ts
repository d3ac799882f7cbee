/**
 * Checks one authentication block: COSE_Sign1, COSE_Sign or COSE_Mac0 over the detached SUIT_Digest (RFC 9052 §4, §6.2).
 *
 * @module
 */

import { algorithmById } from '../../cose/algorithms.ts';
import type { Reason } from '../../suit/stage.ts';
import { objection, setBit } from './anchors.ts';
import { algOf, areUnderstood, kidOf, readHeaders } from './headers.ts';
import { field, get, type Run, refuse } from './run.ts';
import { type Stretch, type Structure, toBeSigned } from './to-be-signed.ts';
import { checkItem, enterAt, goTo, isDefinite, major, nextHead, open, skipItem, spanEquals } from './walk.ts';

const tags: readonly (readonly [tag: number, structure: Structure])[] = [
  [18, 'sign1'],
  [98, 'sign'],
  [17, 'mac0'],
];

const nil = 22;

/** Signatures that one COSE_Sign may hold. */
const maxSignatures = 8;

/**
 * `verified`: the block holds, and the bits of its anchors are set. `refused`: the whole delivery is, `run` says why.
 * Otherwise why this block proves nothing; another may.
 */
export type BlockResult = 'verified' | 'refused' | Reason;

/** `at`: the head of the byte string around the block; `bits`: one bit an anchor, in words. */
export function checkBlock(run: Run, at: number, bits: number): BlockResult {
  if (!enterAt(run, at, 'auth-malformed') || !nextHead(run)) return 'refused';
  const { parser } = run;
  const [, structure] =
    tags.find(
      ([tag]) => parser.major === major.tag && parser.argumentHigh === 0 && parser.argumentLow === tag,
    ) ?? [];
  if (structure === undefined) return 'cose-unsupported';
  if (open(run, major.array, 'auth-malformed') !== 4) return fail(run);
  const headers = readHeaderStretches(run);
  if (headers === undefined || !nextHead(run)) return 'refused';
  // draft §8.3: the payload is detached.
  const isDetached = parser.major === major.simple && parser.info === nil;
  if (!isDetached) return fail(run);
  if (structure === 'sign') return checkSignatures(run, headers, bits);
  if (!readString(run)) return 'refused';
  return checkSignature(run, structure, headers, undefined, bits);
}

/** Where a header pair stands: the content of the protected string, the head of the unprotected map. */
interface HeaderStretches {
  readonly protectedHeader: Stretch;
  readonly unprotectedAt: number;
}

/** Reads over both header maps; undefined after a refusal. */
function readHeaderStretches(run: Run): HeaderStretches | undefined {
  const { parser } = run;
  if (!readString(run)) return undefined;
  const protectedHeader: Stretch = { start: parser.contentStart, end: parser.contentEnd };
  const unprotectedAt = parser.position;
  return skipItem(run) ? { protectedHeader, unprotectedAt } : undefined;
}

/** RFC 9052 §4.1: each signature counts by itself; `verified` if one does. The parser stands before their array. */
function checkSignatures(run: Run, body: HeaderStretches, bits: number): BlockResult {
  const { parser, arena } = run;
  const list = parser.position;
  const bodyHeaders = readHeaderPair(run, body);
  if (typeof bodyHeaders === 'string') return bodyHeaders;
  goTo(run, list);
  const count = open(run, major.array, 'auth-malformed');
  if (count < 1) return fail(run);
  if (count > maxSignatures) {
    refuse(run, 'limit-count');
    return 'refused';
  }
  let best: Reason = 'key-unknown';
  let isVerified = false;
  let next = parser.position;
  for (let i = 0; i < count; i++) {
    goTo(run, next);
    const mark = arena.top;
    if (open(run, major.array, 'auth-malformed') !== 3) return fail(run);
    const headers = readHeaderStretches(run);
    if (headers === undefined || !readString(run)) return 'refused';
    next = parser.position;
    const result = checkSignature(run, 'sign', headers, body.protectedHeader, bits);
    if (result === 'refused') return result;
    if (result === 'verified') isVerified = true;
    else best = further(best, result);
    arena.release(mark);
  }
  return isVerified ? 'verified' : best;
}

/** The string read last is the signature or MAC; `body` is the protected header around a COSE_Sign's signature. */
function checkSignature(
  run: Run,
  structure: Structure,
  headers: HeaderStretches,
  body: Stretch | undefined,
  bits: number,
): BlockResult {
  const { parser } = run;
  const signature: Stretch = { start: parser.contentStart, end: parser.contentEnd };
  const pair = readHeaderPair(run, headers);
  if (typeof pair === 'string') return pair;
  const algorithm = readAlgorithm(run, algOf(run, pair.protectedHeaders), structure);
  if (typeof algorithm !== 'number') return algorithm;
  const kid = kidOf(run, pair.protectedHeaders) || kidOf(run, pair.unprotectedHeaders);
  if (kid !== 0) {
    goTo(run, kid);
    if (!readString(run)) return 'refused';
  }
  const kidStretch = { start: parser.contentStart, end: parser.contentEnd };
  const payload = { start: get(run, field.digestStart), end: get(run, field.digestEnd) };
  const protectedStrings = body ? [body, headers.protectedHeader] : [headers.protectedHeader];
  const message = toBeSigned(run, structure, protectedStrings, payload);
  if (message === undefined) return 'refused';
  return tryAnchors(run, { algorithm, message, signature, bits, ...(kid !== 0 && { kid: kidStretch }) });
}

/** Records of both header maps, in words of the arena, once they are found to be good. */
function readHeaderPair(
  run: Run,
  { protectedHeader: { start, end }, unprotectedAt }: HeaderStretches,
): { readonly protectedHeaders: number; readonly unprotectedHeaders: number } | 'refused' | Reason {
  const isEmpty = start === end;
  if (!isEmpty && !checkItem(run, start, end, 'auth-malformed')) return 'refused';
  const protectedHeaders = readHeaders(run, isEmpty ? 0 : start);
  if (protectedHeaders < 0) return 'refused';
  const unprotectedHeaders = readHeaders(run, unprotectedAt);
  if (unprotectedHeaders < 0) return 'refused';
  const isGood = areUnderstood(run, protectedHeaders, unprotectedHeaders);
  return isGood ? { protectedHeaders, unprotectedHeaders } : 'cose-unsupported';
}

function fail(run: Run): 'refused' {
  refuse(run, 'auth-malformed');
  return 'refused';
}

function readString(run: Run): boolean {
  return nextHead(run) && isDefinite(run, major.bstr, 'auth-malformed');
}

/** The algorithm's number, or why there is none that fits the structure. Only the protected bucket counts. */
function readAlgorithm(run: Run, at: number, structure: Structure): number | Reason | 'refused' {
  if (at === 0) return 'alg-disallowed';
  goTo(run, at);
  if (!nextHead(run)) return 'refused';
  const { major: type, argumentHigh, argumentLow } = run.parser;
  const isInteger = type === major.uint || type === major.nint;
  if (!isInteger || argumentHigh !== 0) return 'alg-unsupported';
  const id = type === major.uint ? argumentLow : -1 - argumentLow;
  const known = algorithmById(id);
  if (known?.supported !== true) return 'alg-unsupported';
  return known.kind === (structure === 'mac0' ? 'mac' : 'signature') ? id : 'alg-disallowed';
}

interface Candidate {
  readonly algorithm: number;
  readonly message: Stretch;
  readonly signature: Stretch;
  readonly bits: number;
  readonly kid?: Stretch;
}

/** The kid is a hint (RFC 9052 §3.1): anchors that carry it come first, the others after them. */
function tryAnchors(run: Run, candidate: Candidate): BlockResult {
  const { anchors, policy } = run.recipient;
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
      const reason = objection(anchor, candidate.algorithm, policy);
      if (reason !== undefined) {
        best = further(best, reason);
        continue;
      }
      if (!isSignedBy(run, i, candidate)) {
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

function isSignedBy(run: Run, index: number, { algorithm, message, signature }: Candidate): boolean {
  const { key } = run.recipient.anchors[index]!;
  const toVerify = run.arena.bytes.subarray(message.start, message.end);
  const given = run.bytes.subarray(signature.start, signature.end);
  return run.crypto.verify(algorithm, key, toVerify, given) === 'valid';
}

/** How far the block came with any anchor. */
const order: readonly Reason[] = ['key-unknown', 'alg-disallowed', 'key-usage', 'sig-invalid'];

export function further(a: Reason, b: Reason): Reason {
  return order.indexOf(b) > order.indexOf(a) ? b : a;
}
