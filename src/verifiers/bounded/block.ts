/**
 * Checks one authentication block: COSE_Sign1, COSE_Sign, COSE_Mac0 or COSE_Mac over the detached SUIT_Digest
 * (RFC 9052 §4, §6).
 *
 * @module
 */

import { algorithmById } from '../../cose/algorithms.ts';
import type { Structure } from '../../cose/structures.ts';
import type { Reason } from '../../suit/stage.ts';
import { type BlockResult, type Candidate, further, tryAnchors } from './candidate.ts';
import {
  type HeaderStretches,
  readHeaderPair,
  readHeaderStretches,
  readString,
  smallIntegerAt,
  stringAt,
} from './header-pair.ts';
import { algOf, kidOf } from './headers.ts';
import { tryRecipients } from './mac-recipients.ts';
import { field, get, type Run, refuse } from './run.ts';
import { type Stretch, toBeSigned } from './to-be-signed.ts';
import { enterAt, goTo, major, nextHead, open } from './walk.ts';

const tags: readonly (readonly [tag: number, structure: Structure])[] = [
  [18, 'sign1'],
  [98, 'sign'],
  [17, 'mac0'],
  [97, 'mac'],
];

const nil = 22;

/** Signatures that one COSE_Sign may hold. */
const maxSignatures = 8;

/** `at`: the head of the byte string around the block; `bits`: one bit an anchor, in words. */
export function checkBlock(run: Run, at: number, bits: number): BlockResult {
  if (!enterAt(run, at, 'auth-malformed') || !nextHead(run)) return 'refused';
  const { parser } = run;
  const [, structure] =
    tags.find(
      ([tag]) => parser.major === major.tag && parser.argumentHigh === 0 && parser.argumentLow === tag,
    ) ?? [];
  if (structure === undefined) return 'cose-unsupported';
  if (open(run, major.array, 'auth-malformed') !== (structure === 'mac' ? 5 : 4)) return fail(run);
  const headers = readHeaderStretches(run);
  if (headers === undefined || !nextHead(run)) return 'refused';
  // draft §8.3: the payload is detached.
  const isDetached = parser.major === major.simple && parser.info === nil;
  if (!isDetached) return fail(run);
  if (structure === 'sign') return checkSignatures(run, headers, bits);
  if (!readString(run)) return 'refused';
  return checkSignature(run, structure, headers, undefined, bits);
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
  const after = parser.position;
  const pair = readHeaderPair(run, headers);
  if (typeof pair === 'string') return pair;
  const algorithm = readAlgorithm(run, algOf(run, pair.protectedHeaders), structure);
  if (typeof algorithm !== 'number') return algorithm;
  const kidAt = kidOf(run, pair.protectedHeaders) || kidOf(run, pair.unprotectedHeaders);
  const kid = kidAt === 0 ? undefined : stringAt(run, kidAt);
  if (kidAt !== 0 && kid === undefined) return 'refused';
  const payload = { start: get(run, field.digestStart), end: get(run, field.digestEnd) };
  const protectedStrings = body ? [body, headers.protectedHeader] : [headers.protectedHeader];
  const message = toBeSigned(run, structure, protectedStrings, payload);
  if (message === undefined) return 'refused';
  const candidate: Candidate = { algorithm, message, signature, bits };
  // The key of a COSE_Mac is named by its recipients (RFC 9052 §6.1).
  if (structure === 'mac') return tryRecipients(run, after, candidate);
  return tryAnchors(run, kid === undefined ? candidate : { ...candidate, kid });
}

function fail(run: Run): 'refused' {
  refuse(run, 'auth-malformed');
  return 'refused';
}

/** The algorithm's number, or why there is none that fits the structure. Only the protected bucket counts. */
function readAlgorithm(run: Run, at: number, structure: Structure): number | Reason | 'refused' {
  if (at === 0) return 'alg-disallowed';
  const id = smallIntegerAt(run, at);
  if (run.reason !== undefined) return 'refused';
  const known = id === undefined ? undefined : algorithmById(id);
  if (known?.supported !== true) return 'alg-unsupported';
  const wanted = structure === 'mac' || structure === 'mac0' ? 'mac' : 'signature';
  return known.kind === wanted ? known.id : 'alg-disallowed';
}
