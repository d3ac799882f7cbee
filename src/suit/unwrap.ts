/**
 * Opens what the draft wraps in a byte string (`bstr .cbor`, draft-ietf-suit-manifest-37 §8.1, C.2).
 *
 * @module
 */

import type { Bstr, Item } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import { bad, fromCborError, good, type Result } from './problem.ts';
import type { Reason } from './stage.ts';

/** The one item inside a byte string, with positions that count from the outermost input. */
export function unwrap(item: Item, notWrapped: Reason, what: string): Result<Item> {
  if (item.kind === 'wrapped') {
    const [only, second] = item.items;
    if (only === undefined) return bad('not-well-formed', `${what}: the byte string is empty`, item);
    if (second !== undefined) return bad('trailing-data', `${what}: more than one item`, second);
    return good(only);
  }
  if (item.kind !== 'bstr') return bad(notWrapped, `${what} is not wrapped in a byte string`, item);
  const read = readItem(item.bytes, { offset: contentStart(item) });
  return read.ok ? good(read.item) : fromCborError(read.error);
}

/** Where the content of a string stands in the outermost input; 0 if that is unknown. */
export function contentStart(item: Bstr): number {
  if (item.start === undefined || item.end === undefined) return 0;
  // Chunks have heads between them: then the start of the string is the nearest that can be said.
  return item.chunks === undefined ? item.end - item.bytes.length : item.start;
}
