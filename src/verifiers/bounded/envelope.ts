/**
 * Decodes the envelope's outermost map and notes where its members stand (draft-ietf-suit-manifest-37 §8.2).
 *
 * @module
 */

import { envelopeKey, suitTag } from '../../suit/registry.ts';
import { type Field, field, get, type Run, refuse, set } from './run.ts';
import { checkItem, compareSpans, isDefinite, isMajor, major, nextHead, open } from './walk.ts';

export function decodeEnvelope(run: Run): boolean {
  if (!checkItem(run, 0, run.bytes.length)) return false;
  if (!readTag(run)) return false;
  const count = open(run, major.map, 'envelope-structure');
  if (count < 0) return false;

  // The key before: an integer's value, or where a text key stands.
  let previousKey = -1;
  let previousText = 0;
  let previousTextEnd = 0;
  for (let i = 0; i < count; i++) {
    if (!nextHead(run)) return false;
    const { parser } = run;
    if (parser.major === major.tstr) {
      if (!isDefinite(run, major.tstr, 'type-mismatch')) return false;
      const { contentStart, contentEnd } = parser;
      const order = compareText(run, previousText, previousTextEnd, contentStart, contentEnd);
      if (order >= 0) return refuse(run, order === 0 ? 'cbor-invalid' : 'envelope-order');
      previousText = contentStart;
      previousTextEnd = contentEnd;
    } else {
      if (!noteMember(run, previousKey, previousText !== 0)) return false;
      previousKey = parser.argumentLow;
    }
    if (!readValue(run, previousText === 0 && previousKey === envelopeKey.authenticationWrapper))
      return false;
  }
  if (get(run, field.wrapper) === 0) return refuse(run, 'auth-missing', 0);
  return get(run, field.manifest) !== 0 || refuse(run, 'envelope-structure', 0);
}

function readTag(run: Run): boolean {
  if (!nextHead(run)) return false;
  const { parser } = run;
  const isTagOrBare = parser.major === major.tag || parser.major === major.map;
  if (!isTagOrBare) return refuse(run, 'envelope-structure');
  const isEnvelope =
    parser.major === major.tag && parser.argumentHigh === 0 && parser.argumentLow === suitTag.envelope;
  return isEnvelope || refuse(run, 'wrong-tag');
}

/** Records where the value of the key whose head was read last begins. */
function noteMember(run: Run, previousKey: number, afterText: boolean): boolean {
  const { parser } = run;
  if (parser.major !== major.uint) {
    const isNegative = parser.major === major.nint;
    return isNegative ? refuse(run, 'unknown-envelope-key') : isMajor(run, major.uint, 'type-mismatch');
  }
  const key = parser.argumentLow;
  const member = parser.argumentHigh === 0 ? memberOf(key) : undefined;
  if (member === undefined) return refuse(run, 'unknown-envelope-key');
  if (get(run, member) !== 0) return refuse(run, 'cbor-invalid');
  // draft §8.1 orders the keys; §8.3 puts the authentication wrapper before the manifest in any case.
  if (key < previousKey || afterText) return refuse(run, 'envelope-order');
  set(run, member, parser.position);
  return true;
}

function memberOf(key: number): Field | undefined {
  switch (key) {
    case envelopeKey.authenticationWrapper:
      return field.wrapper;
    case envelopeKey.manifest:
      return field.manifest;
    case envelopeKey.payloadFetch:
      return field.envelopePayloadFetch;
    case envelopeKey.install:
      return field.envelopeInstall;
    case envelopeKey.text:
      return field.envelopeText;
    default:
      return undefined;
  }
}

/** Every value is a byte string, integrated payloads too (draft §7.5). */
function readValue(run: Run, isWrapper: boolean): boolean {
  return nextHead(run) && isDefinite(run, major.bstr, isWrapper ? 'auth-malformed' : 'envelope-structure');
}

/** Shorter text first, as its encoded length does; -1 where there is no text before. */
function compareText(run: Run, a: number, aEnd: number, b: number, bEnd: number): number {
  if (a === 0) return -1;
  const byLength = aEnd - a - (bEnd - b);
  return byLength === 0 ? compareSpans(run.bytes, a, aEnd, b, bEnd) : byLength;
}
