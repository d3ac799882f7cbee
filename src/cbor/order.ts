/**
 * The deterministic order of map keys: bytewise on their encodings (RFC 8949 §4.2.1).
 *
 * @module
 */

import type { CborMap, Item, Nint, Uint } from './item.ts';
import { write } from './write.ts';

/** Negative where `a` sorts first, 0 where both have the same encoding. */
export function compareKeys(a: Item, b: Item): number {
  return Buffer.compare(write(a), write(b));
}

/** The map with its entries in order; entries with the same key stay in theirs. */
export function sortEntries(map: CborMap): CborMap {
  if (map.entries.every(([key]) => isShortestInt(key)))
    return { ...map, entries: map.entries.toSorted(([a], [b]) => compareInts(a as Int, b as Int)) };
  const keyed = map.entries.map((entry) => ({ entry, key: write(entry[0]) }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return { ...map, entries: keyed.map(({ entry }) => entry) };
}

type Int = Uint | Nint;

function isShortestInt(item: Item): boolean {
  return (item.kind === 'uint' || item.kind === 'nint') && item.width === undefined;
}

/** As their shortest encodings compare: the unsigned ones first, then by size. */
function compareInts(a: Int, b: Int): number {
  if (a.kind !== b.kind) return a.kind === 'uint' ? -1 : 1;
  if (a.value === b.value) return 0;
  return a.value < b.value === (a.kind === 'uint') ? -1 : 1;
}
