/**
 * SUIT_Digest in place: its shape, and whether it is the digest of other bytes in place (draft §10, §8.4.12).
 *
 * @module
 */

import { type DigestAlgorithm, digestAlgorithmById } from '../../cose/algorithms.ts';
import type { Reason } from '../../suit/stage.ts';
import { allocate, charge, type Run, refuse } from './run.ts';
import { goTo, isDefinite, major, nextHead, open } from './walk.ts';

/**
 * Reads the digest's array at `at`, which is well-formed, to its end. Afterwards the parser's head is that of the
 * digest's bytes. The algorithm, or undefined after a refusal; `isOffered` says whether the recipient has it.
 */
export function readDigest(run: Run, at: number): number | undefined {
  goTo(run, at);
  const count = open(run, major.array, 'digest-malformed');
  if (count < 0) return undefined;
  if (count < 2) return undefinedAfter(refuse(run, 'digest-malformed'));
  if (!nextHead(run)) return undefined;
  const { parser } = run;
  const isInteger = parser.major === major.uint || parser.major === major.nint;
  if (!isInteger) return undefinedAfter(refuse(run, 'digest-malformed'));
  if (parser.argumentHigh !== 0) return undefinedAfter(refuse(run, 'digest-alg-unsupported'));
  const id = parser.major === major.uint ? parser.argumentLow : -1 - parser.argumentLow;
  if (!nextHead(run) || !isDefinite(run, major.bstr, 'digest-malformed')) return undefined;
  const known = digestAlgorithmById(id);
  const isRightLength = known === undefined || known.bytes === parser.contentEnd - parser.contentStart;
  return isRightLength ? id : undefinedAfter(refuse(run, 'digest-malformed'));
}

export function isOffered(run: Run, algorithm: number): boolean {
  return supported(algorithm) !== undefined && run.recipient.capabilities.digests.includes(algorithm);
}

/** Is the SUIT_Digest at `at` that of the bytes from `start` to `end`? */
export function isDigestOf(run: Run, at: number, bytes: Uint8Array, mismatch: Reason): boolean {
  const algorithm = readDigest(run, at);
  if (algorithm === undefined) return false;
  if (!isOffered(run, algorithm)) return refuse(run, 'digest-alg-unsupported');
  return equalsDigest(run, algorithm, bytes) ?? refuse(run, mismatch);
}

/**
 * Compares the byte string whose head was read last with the digest of `bytes`; undefined: they differ, false: no
 * room. The library's own working memory is not counted, its result is copied to the arena.
 */
export function equalsDigest(run: Run, algorithm: number, bytes: Uint8Array): boolean | undefined {
  const { contentStart, contentEnd } = run.parser;
  const mark = run.arena.top;
  const buffer = allocate(run, contentEnd - contentStart);
  if (buffer < 0 || !charge(run, bytes.length)) return false;
  const actual = run.crypto.digest(algorithm, bytes);
  let difference = actual?.length === contentEnd - contentStart ? 0 : 1;
  if (actual !== undefined && difference === 0) {
    run.arena.bytes.set(actual, buffer);
    for (let i = 0; i < actual.length; i++) {
      difference |= run.arena.bytes[buffer + i]! ^ run.bytes[contentStart + i]!;
    }
  }
  run.arena.release(mark);
  return difference === 0 ? true : undefined;
}

function supported(id: number): DigestAlgorithm | undefined {
  const known = digestAlgorithmById(id);
  return known?.hash === undefined ? undefined : known;
}

function undefinedAfter(_refused: false): undefined {
  return undefined;
}
