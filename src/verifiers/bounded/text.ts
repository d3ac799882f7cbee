/**
 * The text map's keys (draft §8.4.4): in canonical order, none twice, of no component that is not listed. The text
 * itself is for people.
 *
 * @module
 */

import { isListed } from './components.ts';
import { type Run, refuse } from './run.ts';
import { compareSpans, goTo, major, open, skipItem } from './walk.ts';

/** The parser stands at the map, whose content is well-formed and of valid text. */
export function checkText(run: Run): boolean {
  return checkEntries(run, checkLanguage);
}

/** Fields under integers, and under component identifiers maps of further fields. */
function checkLanguage(run: Run): boolean {
  return checkEntries(run, checkField);
}

function checkField(run: Run, key: number): boolean {
  const { parser, bytes } = run;
  if (bytes[key]! >> 5 !== major.array) return skipItem(run);
  const value = parser.position;
  if (!isListed(run, key)) return false;
  goTo(run, value);
  return checkEntries(run, skipItem);
}

/** draft §8.1: bytewise order of the encoded keys, whatever they are. */
function checkEntries(run: Run, checkValue: (run: Run, key: number) => boolean): boolean {
  const { parser, bytes } = run;
  const count = open(run, major.map, 'type-mismatch');
  let previous = 0;
  let previousEnd = 0;
  for (let i = 0; i < count; i++) {
    const key = parser.position;
    if (!skipItem(run)) return false;
    const keyEnd = parser.position;
    const order = previous === 0 ? -1 : compareSpans(bytes, previous, previousEnd, key, keyEnd);
    if (order >= 0) return refuse(run, order === 0 ? 'cbor-invalid' : 'non-deterministic', key);
    previous = key;
    previousEnd = keyEnd;
    if (!checkValue(run, key)) return false;
  }
  return count >= 0;
}
