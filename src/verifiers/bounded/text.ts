/**
 * The text map's keys (draft §8.4.4): in canonical order, none twice. The text itself is for people.
 *
 * @module
 */

import { type Run, refuse } from './run.ts';
import { compareSpans, major, open, skipItem } from './walk.ts';

/** The parser stands at the map, whose content is well-formed and of valid text. */
export function checkText(run: Run): boolean {
  return checkEntries(run, checkLanguage);
}

/** Fields under integers, and under component identifiers maps of further fields. */
function checkLanguage(run: Run): boolean {
  return checkEntries(run, checkField);
}

function checkField(run: Run): boolean {
  const isComponent = run.bytes[run.parser.position]! >> 5 === major.map;
  return isComponent ? checkEntries(run, skipItem) : skipItem(run);
}

/** draft §8.1: bytewise order of the encoded keys, whatever they are. */
function checkEntries(run: Run, checkValue: (run: Run) => boolean): boolean {
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
    if (!checkValue(run)) return false;
  }
  return count >= 0;
}
