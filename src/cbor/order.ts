/**
 * The deterministic order of map keys: bytewise on their encodings (RFC 8949 §4.2.1).
 *
 * @module
 */

import type { CborMap, Item } from './item.ts';
import { write } from './write.ts';

/** Negative where `a` sorts first, 0 where both have the same encoding. */
export function compareKeys(a: Item, b: Item): number {
  return Buffer.compare(write(a), write(b));
}

/** The map with its entries in order; entries with the same key stay in theirs. */
export function sortEntries(map: CborMap): CborMap {
  const keyed = map.entries.map((entry) => ({ entry, key: write(entry[0]) }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return { ...map, entries: keyed.map(({ entry }) => entry) };
}
