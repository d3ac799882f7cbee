/**
 * Conditions: does the recipient's component have what its parameters say (draft §8.4.9)?
 *
 * @module
 */

import type { Component, Content } from '../../device/recipient.ts';
import { commandCode, parameterKey } from '../../suit/registry.ts';
import type { Reason } from '../../suit/stage.ts';
import { parameterOf, recipientIndex } from './components.ts';
import { equalsDigest, isOffered, readDigest } from './digest.ts';
import type { Run } from './run.ts';
import { goTo, major, nextHead, spanEquals } from './walk.ts';

/**
 * Why the condition fails for this component; undefined: it holds, or `run` has been refused. Moves the parser.
 * draft §8.4.9: without its parameter a condition fails.
 */
export function failureOf(run: Run, code: number, component: number): Reason | undefined {
  if (code === commandCode.abort) return 'abort';
  const at = parameterOf(run, component, consumedBy(code));
  if (at === 0) return 'param-missing';
  goTo(run, at);
  if (!nextHead(run)) return undefined;
  const target = run.recipient.components[recipientIndex(run, component)]!;
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
      return isImage(run, component, target) ? undefined : 'image-mismatch';
    default:
      return isContent(run, target) ? undefined : 'content-mismatch';
  }
}

/** The parameter that a command reads, of the conditions and directives that read one. */
export function consumedBy(code: number): number {
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
    case commandCode.fetch:
      return parameterKey.uri;
    case commandCode.copy:
    case commandCode.swap:
      return parameterKey.sourceComponent;
    default:
      return parameterKey.content;
  }
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

/** draft §8.4.9.2. In a slot of fixed size the image is its first image-size bytes, where that is given. */
function isImage(run: Run, component: number, target: Component): boolean {
  const digestAt = run.parser.contentStart;
  const sizeAt = parameterOf(run, component, parameterKey.imageSize);
  const size = sizeAt === 0 ? undefined : readUint(run, sizeAt);
  const algorithm = readDigest(run, digestAt);
  if (algorithm === undefined || !isOffered(run, algorithm)) return false;

  const content = contentOf(target);
  if (content.kind === 'assumed') {
    const { contentStart, contentEnd } = run.parser;
    const isSameSize = size === undefined || content.size === undefined || BigInt(size) === content.size;
    const isSameAlgorithm = content.digest.algorithm === algorithm;
    return isSameSize && isSameAlgorithm && spanEquals(run, contentStart, contentEnd, content.digest.bytes);
  }
  const bytes = content.kind === 'bytes' ? content.bytes : noBytes;
  if (size !== undefined && size > bytes.length) return false;
  if (size !== undefined && target.storage === 'variable' && size !== bytes.length) return false;
  return equalsDigest(run, algorithm, bytes.subarray(0, size)) === true;
}

/** draft §8.4.9.3: as long as each other, and no early exit. Assumed content has no bytes to compare. */
function isContent(run: Run, target: Component): boolean {
  const { contentStart, contentEnd } = run.parser;
  const content = contentOf(target);
  if (content.kind === 'assumed') return false;
  return spanEquals(run, contentStart, contentEnd, content.kind === 'bytes' ? content.bytes : noBytes);
}

const noBytes = new Uint8Array(0);
const empty: Content = { kind: 'empty' };

function contentOf({ slots, current }: Component): Content {
  return slots[current] ?? empty;
}

/** Exact up to 2^53, and beyond that still more than any image has. */
function readUint(run: Run, at: number): number {
  goTo(run, at);
  return nextHead(run) ? run.parser.argumentHigh * 2 ** 32 + run.parser.argumentLow : 0;
}
