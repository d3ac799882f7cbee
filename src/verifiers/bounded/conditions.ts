/**
 * Conditions: does the recipient's component have what its parameters say (draft §8.4.9)?
 *
 * @module
 */

import type { AssumedContent, Component } from '../../device/recipient.ts';
import { commandCode, parameterKey } from '../../suit/registry.ts';
import type { Reason } from '../../suit/stage.ts';
import { parameterOf, recipientIndex } from './components.ts';
import { customFailure } from './custom.ts';
import { equalsDigest, isOffered, readDigest } from './digest.ts';
import { markChecked } from './marks.ts';
import { charge, field, type Run, refuse, set } from './run.ts';
import { goTo, major, nextHead, readUint, spanEquals } from './walk.ts';

/**
 * Why the condition fails for this component; undefined: it holds, or `run` has been refused. Moves the parser.
 * draft §8.4.9: without its parameter a condition fails.
 */
export function failureOf(run: Run, code: number, component: number): Reason | undefined {
  if (code === commandCode.abort) return 'abort';
  if (code < 0) return customFailure(run, code, component);
  const at = parameterOf(run, component, consumedBy(code));
  if (at === 0) return 'param-missing';
  goTo(run, at);
  if (!nextHead(run)) return undefined;
  const reason = compare(run, code, component);
  if (reason === undefined && run.reason === undefined) noteHeld(run, code, component);
  return reason;
}

function consumedBy(code: number): number {
  switch (code) {
    case commandCode.vendorIdentifier:
      return parameterKey.vendorIdentifier;
    case commandCode.classIdentifier:
      return parameterKey.classIdentifier;
    case commandCode.deviceIdentifier:
      return parameterKey.deviceIdentifier;
    case commandCode.componentSlot:
      return parameterKey.componentSlot;
    case commandCode.imageMatch:
      return parameterKey.imageDigest;
    default:
      return parameterKey.content;
  }
}

/** The head of the parameter's value was read last. */
function compare(run: Run, code: number, component: number): Reason | undefined {
  const own = recipientIndex(run, component);
  const target = run.recipient.components[own]!;
  switch (code) {
    case commandCode.vendorIdentifier:
      return isVendor(run, target) ? undefined : 'vendor-mismatch';
    case commandCode.classIdentifier:
      return isAmong(run, target.classIds) ? undefined : 'class-mismatch';
    case commandCode.deviceIdentifier:
      return isAmong(run, target.deviceIds) ? undefined : 'device-mismatch';
    case commandCode.componentSlot:
      return isSlot(run, target) ? undefined : 'slot-mismatch';
    case commandCode.imageMatch:
      return imageFailure(run, component, own);
    default:
      return isContent(run, own) ? undefined : 'content-mismatch';
  }
}

function noteHeld(run: Run, code: number, component: number): void {
  // The shared sequence comes first, and is refused without these.
  if (code === commandCode.vendorIdentifier) set(run, field.vendorHeld, 1);
  if (code === commandCode.classIdentifier) set(run, field.classHeld, 1);
  if (code === commandCode.imageMatch || code === commandCode.checkContent) markChecked(run, component);
}

function isVendor(run: Run, { vendorIds, pens }: Component): boolean {
  if (run.parser.major !== major.tag) return isAmong(run, vendorIds);
  return nextHead(run) && isAmong(run, pens ?? []);
}

/** All of the identifier, against all that the component has: draft §8.4.9.1. */
function isAmong(run: Run, identifiers: readonly Uint8Array[]): boolean {
  const { contentStart, contentEnd } = run.parser;
  for (let i = 0; i < identifiers.length; i++) {
    if (spanEquals(run, contentStart, contentEnd, identifiers[i]!)) return true;
  }
  return false;
}

function isSlot({ parser }: Run, { current }: Component): boolean {
  return parser.argumentHigh === 0 && parser.argumentLow === current;
}

/**
 * draft §8.4.9.2. A slot of fixed size does not know where its image ends: that is its first image-size bytes, where that
 * is given, and what follows must be erased (RFC 9124 §4.3.15).
 */
function imageFailure(run: Run, component: number, own: number): Reason | undefined {
  const digestAt = run.parser.contentStart;
  const sizeAt = parameterOf(run, component, parameterKey.imageSize);
  const size = sizeAt === 0 ? undefined : readUint(run, sizeAt);
  const algorithm = readDigest(run, digestAt);
  if (algorithm === undefined) return undefined;
  if (!isOffered(run, algorithm)) {
    // draft §6.1: no mismatch; the manifest asks for what the recipient does not have.
    refuse(run, 'digest-alg-unsupported', digestAt);
    return undefined;
  }
  const content = run.storage.current(own);
  if (content.kind === 'assumed') return assumedFailure(run, algorithm, size, content);
  // Nothing there is not an image of no bytes.
  if (content.kind === 'empty') return 'image-mismatch';
  const { bytes } = content;
  const isFixed = run.recipient.components[own]!.storage === 'fixed';
  const isSized = size === undefined || size === bytes.length || (isFixed && isErasedFrom(bytes, size));
  if (!isSized) return 'size-mismatch';
  return equalsDigest(run, algorithm, bytes.subarray(0, size)) === true ? undefined : 'image-mismatch';
}

const erased = 0xff;

/** Is there more, and all of it erased? */
function isErasedFrom(bytes: Uint8Array, start: number): boolean {
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] !== erased) return false;
  }
  return start < bytes.length;
}

function assumedFailure(
  run: Run,
  algorithm: number,
  size: number | undefined,
  content: AssumedContent,
): Reason | undefined {
  const { contentStart, contentEnd } = run.parser;
  const isSameAlgorithm = content.digest.algorithm === algorithm;
  if (!isSameAlgorithm || !spanEquals(run, contentStart, contentEnd, content.digest.bytes)) {
    return 'image-mismatch';
  }
  const isSized = size === undefined || content.size === undefined || BigInt(size) === content.size;
  return isSized ? undefined : 'size-mismatch';
}

/** draft §8.4.9.3: as long as each other, and no early exit. Of assumed content only the digest can be compared. */
function isContent(run: Run, own: number): boolean {
  const { contentStart, contentEnd } = run.parser;
  const content = run.storage.current(own);
  if (!charge(run, contentEnd - contentStart)) return false;
  if (content.kind !== 'assumed') {
    return spanEquals(run, contentStart, contentEnd, content.kind === 'bytes' ? content.bytes : noBytes);
  }
  const { algorithm, bytes } = content.digest;
  const actual = run.crypto.digest(algorithm, run.bytes.subarray(contentStart, contentEnd));
  return actual?.length === bytes.length && bytes.every((byte, i) => byte === actual[i]);
}

const noBytes = new Uint8Array(0);
