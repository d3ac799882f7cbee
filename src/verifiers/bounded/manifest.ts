/**
 * Binds the manifest to its digest, then its version, sequence number and members (draft §8.3, §8.4, §6.1).
 *
 * @module
 */

import { commonKey, manifestKey } from '../../suit/registry.ts';
import { isDigestOf } from './digest.ts';
import { type Field, field, get, type Run, refuse, set } from './run.ts';
import { checkItem, enterAt, followsKey, goTo, isMajor, major, nextHead, open, skipItem } from './walk.ts';

const supportedVersion = 1;

/** draft §8.3: the digest covers the byte string around the manifest, its head included. */
export function bindManifest(run: Run): boolean {
  const start = get(run, field.digestStart);
  if (!checkItem(run, start, get(run, field.digestEnd))) return false;
  const manifest = stringAt(run, get(run, field.manifest));
  if (!isDigestOf(run, start, manifest, 'manifest-digest-mismatch')) return false;
  run.effects.push({ kind: 'authenticated' });
  return true;
}

/** The whole byte string whose head is at this byte. */
export function stringAt(run: Run, at: number): Uint8Array {
  goTo(run, at);
  return run.bytes.subarray(at, nextHead(run) ? run.parser.contentEnd : at);
}

export function readManifest(run: Run): boolean {
  if (!enterAt(run, get(run, field.manifest), 'envelope-structure')) return false;
  const unknownAt = readMembers(run, memberOf);
  if (unknownAt < 0) return false;
  // draft §6.1: the version first; what else it may hold depends on it.
  if (!checkVersion(run) || !checkSequenceNumber(run)) return false;
  return unknownAt === 0 || refuse(run, 'unknown-critical-key', unknownAt);
}

/** SUIT_Common (draft §8.4.5): where the component list and the shared sequence are. */
export function readCommon(run: Run): boolean {
  const common = get(run, field.common);
  if (common === 0) return refuse(run, 'manifest-structure', get(run, field.manifest));
  if (!enterAt(run, common, 'manifest-structure')) return false;
  const unknownAt = readMembers(run, commonMemberOf);
  if (unknownAt < 0) return false;
  return unknownAt === 0 || refuse(run, 'unknown-critical-key', unknownAt);
}

/**
 * Notes where the values of a map with integer keys stand, and that the keys ascend (draft §8.1). The first key that
 * is no known one, 0 if there is none, -1 after a refusal.
 */
function readMembers(run: Run, fieldOf: (key: number) => Field | undefined): number {
  const count = open(run, major.map, 'manifest-structure');
  if (count < 0) return -1;
  let previous = 0;
  let previousEnd = 0;
  let unknownAt = 0;
  for (let i = 0; i < count; i++) {
    if (!nextHead(run)) return -1;
    const { parser } = run;
    if (parser.major !== major.nint && !isMajor(run, major.uint, 'type-mismatch')) return -1;
    if (!followsKey(run, previous, previousEnd)) return -1;
    previous = parser.headStart;
    previousEnd = parser.contentEnd;
    const isSmall = parser.major === major.uint && parser.argumentHigh === 0;
    const known = isSmall ? fieldOf(parser.argumentLow) : undefined;
    if (known !== undefined) set(run, known, parser.position);
    else if (unknownAt === 0) unknownAt = previous;
    if (!skipItem(run)) return -1;
  }
  return unknownAt;
}

function memberOf(key: number): Field | undefined {
  switch (key) {
    case manifestKey.version:
      return field.version;
    case manifestKey.sequenceNumber:
      return field.sequenceNumber;
    case manifestKey.common:
      return field.common;
    case manifestKey.referenceUri:
      return field.referenceUri;
    case manifestKey.validate:
      return field.validate;
    case manifestKey.load:
      return field.load;
    case manifestKey.invoke:
      return field.invoke;
    case manifestKey.payloadFetch:
      return field.payloadFetch;
    case manifestKey.install:
      return field.install;
    case manifestKey.text:
      return field.text;
    default:
      return undefined;
  }
}

function commonMemberOf(key: number): Field | undefined {
  if (key === commonKey.components) return field.components;
  return key === commonKey.sharedSequence ? field.shared : undefined;
}

/** draft §8.4.1 */
function checkVersion(run: Run): boolean {
  const at = get(run, field.version);
  if (at === 0) return refuse(run, 'version-missing');
  goTo(run, at);
  if (!nextHead(run) || !isMajor(run, major.uint, 'version-unsupported')) return false;
  const { argumentHigh, argumentLow } = run.parser;
  return (argumentHigh === 0 && argumentLow === supportedVersion) || refuse(run, 'version-unsupported');
}

/** draft §8.4.2: not lower than the current one; all 64 bits count. */
function checkSequenceNumber(run: Run): boolean {
  const at = get(run, field.sequenceNumber);
  if (at === 0) return refuse(run, 'sequence-missing');
  goTo(run, at);
  if (!nextHead(run) || !isMajor(run, major.uint, 'type-mismatch')) return false;
  const { argumentHigh, argumentLow } = run.parser;
  set(run, field.numberHigh, argumentHigh);
  set(run, field.numberLow, argumentLow);
  const current = run.recipient.sequenceNumber;
  if (current === undefined) return true;
  const currentHigh = Number(current >> 32n);
  const currentLow = Number(current & 0xffff_ffffn);
  const isLower = argumentHigh < currentHigh || (argumentHigh === currentHigh && argumentLow < currentLow);
  return !isLower || refuse(run, 'sequence-rollback');
}

/** The manifest's number, which has been checked. */
export function sequenceNumberOf(run: Run): bigint {
  const half = (which: Field) => BigInt(get(run, which) >>> 0);
  return (half(field.numberHigh) << 32n) | half(field.numberLow);
}
