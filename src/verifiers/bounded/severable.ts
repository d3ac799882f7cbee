/**
 * Severable elements and the other members of the manifest: which copy counts, and is it whole (draft §8.6, §8.4.12)?
 *
 * @module
 */

import type { Reason } from '../../suit/stage.ts';
import { isDigestOf, readDigest } from './digest.ts';
import { stringAt } from './manifest.ts';
import { type Field, field, get, type Run, refuse } from './run.ts';
import { checkText } from './text.ts';
import { enterAt, goTo, isDefinite, major, nextHead } from './walk.ts';

const severable: readonly (readonly [inManifest: Field, inEnvelope: Field])[] = [
  [field.payloadFetch, field.envelopePayloadFetch],
  [field.install, field.envelopeInstall],
  [field.text, field.envelopeText],
];

/** Every severed element that the envelope has is the one its digest names; those the event needs are there. */
export function matchSevered(run: Run): boolean {
  for (const [inManifest, inEnvelope] of severable) {
    const element = get(run, inEnvelope);
    const place = get(run, inManifest);
    if (!isSevered(run, place)) {
      // Nothing signed vouches for it.
      if (element !== 0) return refuse(run, 'severed-unlisted', element);
    } else if (element !== 0) {
      if (!isDigestOf(run, place, stringAt(run, element), 'severed-mismatch')) return false;
    } else if (readDigest(run, place) === undefined) {
      return false;
    } else if (run.event === 'update' && inManifest !== field.text) {
      return refuse(run, 'severed-missing', place);
    }
  }
  return true;
}

/** Where the element's byte string is, in the manifest or the envelope; 0: nowhere. */
export function elementAt(run: Run, which: Field): number {
  const place = get(run, which);
  if (!isSevered(run, place)) return place;
  for (const [inManifest, inEnvelope] of severable) {
    if (inManifest === which) return get(run, inEnvelope);
  }
  return 0;
}

/** The types of the members that hold no command sequence. */
export function checkPlainMembers(run: Run): boolean {
  const uri = get(run, field.referenceUri);
  if (uri !== 0) {
    goTo(run, uri);
    if (!nextHead(run) || !isDefinite(run, major.tstr, 'type-mismatch')) return false;
  }
  const text = elementAt(run, field.text);
  if (text === 0) return true;
  return enterAt(run, text, 'type-mismatch') && checkText(run);
}

/** What is wrong with a command sequence that is no byte string: a digest there would sever what cannot be severed. */
export function notWrapped(run: Run, at: number): Reason {
  return isSevered(run, at) ? 'manifest-structure' : 'type-mismatch';
}

/** draft §8.4: an element in place is a byte string, a severed one leaves its digest, an array. */
function isSevered(run: Run, place: number): boolean {
  return place !== 0 && run.bytes[place]! >> 5 === major.array;
}
