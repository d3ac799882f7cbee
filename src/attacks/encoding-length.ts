/**
 * Attacks with lengths and counts that the bytes do not keep (RFC 8949 §3, appendix F).
 *
 * @module
 */
import fc from 'fast-check';
import { concat } from '../cbor/hex.ts';
import { bstr, type Item, type Width } from '../cbor/item.ts';
import { shortestWidth, write } from '../cbor/write.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { encode } from '../suit/parts.ts';
import type { Attack, Attacked, Expectation } from './attack.ts';
import {
  changeAsAuthor,
  changeAsOutsider,
  deliverBytes,
  isAuthored,
  levelOf,
  opened,
  pick,
  surePlaces,
} from './encoding-change.ts';
import { bytesAfter, type Place, stringBytes } from './encoding-tree.ts';
import { all, byLevel, mustReject, mustRejectUnauthentic } from './expectation.ts';

const notWellFormed = byLevel(mustReject(['not-well-formed'], { doc: 'cbor', section: '3' }));
const unauthentic = mustRejectUnauthentic(['not-well-formed'], { doc: 'cbor', section: '3' });

/** Cuts the last bytes of the delivered envelope. */
export const truncate: Attack<{ cut: number }> = {
  id: 'enc.truncate',
  handle: 'A01',
  group: 'A',
  family: 'malformed',
  change: 'cut the last k bytes of the delivered envelope',
  by: 'network',
  threats: ['THREAT.NET.ONPATH'],
  violates: ['REQ.USE.PARSE'],
  expects: all(unauthentic, notWellFormed),
  choice: fc.record({ cut: fc.nat({ max: 4095 }) }),

  apply(scenario, { cut }) {
    const bytes = encode(scenario.release);
    // A run need not come to the members at the end that it does not use.
    const { unread, afterManifest } = tail(scenario);
    const kept = bytes.length - unread - 1 - (cut % (bytes.length - unread - 1));
    const expect = kept < bytes.length - afterManifest ? unauthentic : notWellFormed.installed;
    return deliverBytes(scenario, bytes.subarray(0, kept), { expect });
  },
};

/** Bytes of the members after the manifest, and of those at the very end that the run does not come to. */
function tail(scenario: Scenario): { unread: number; afterManifest: number } {
  const members = scenario.release.members;
  const lengths = members.map((entry) => concat(...entry.map(write)).length);
  const used = new Set(
    surePlaces(scenario, (p) => p.part === 'frame' && p.name.startsWith('envelope.')).map(indexInEnvelope),
  );
  const lastUsed = members.findLastIndex((_, i) => used.has(i + 2));
  return { unread: sum(lengths.slice(lastUsed + 1)), afterManifest: sum(lengths) };
}

/** Which entry of the envelope a member's value is; the wrapper is the first, the manifest the second. */
function indexInEnvelope(place: Place): number {
  return place.path.at(-1)! >> 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** Ends the item inside one byte string early; the lengths around it are right. */
export const truncateInner: Attack<{ place: number; cut: number }> = {
  id: 'enc.truncate.inner',
  handle: 'A02',
  group: 'A',
  family: 'malformed',
  change: 'end the item inside one wrapped bstr early; outer lengths repaired',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(notWellFormed),
  choice: fc.record({ place: fc.nat({ max: 99 }), cut: fc.nat({ max: 999 }) }),

  apply(scenario, { place: number, cut }) {
    const place = pick(surePlaces(scenario, isAuthoredContent), number);
    if (place === undefined) return undefined;
    const shortened = (content: Uint8Array) =>
      content.subarray(0, content.length - 1 - (cut % content.length));
    return changeAsAuthor(scenario, around(scenario, place), (item) => bstr(shortened(stringBytes(item)!)), {
      expect: notWellFormed[levelOf(place)],
    });
  },
};

/** The one item inside a byte string that the author answers for. */
function isAuthoredContent(place: Place): boolean {
  return (isAuthored(place) && ['digest', 'manifest', 'common'].includes(place.name)) || isSequence(place);
}

function isSequence(place: Place): boolean {
  return place.name === 'sequence.shared' || place.name === 'sequence.section';
}

/** The byte string around a place; a change in it counts as one to its content. */
function around(scenario: Scenario, place: Place): Place {
  const path = place.path.slice(0, -1);
  const outer = opened(scenario).places.find((p) => samePath(p, path)) as Place;
  return { ...outer, part: place.part };
}

function samePath(place: Place, path: readonly number[]): boolean {
  return place.path.length === path.length && place.path.every((step, i) => step === path[i]);
}

type Over = 'next' | '2^16' | '2^31-1' | '2^31' | '2^31+1' | '2^32-1' | '2^63' | '2^64-1';

const lengthsOver: Readonly<Record<Exclude<Over, 'next'>, bigint>> = {
  '2^16': 2n ** 16n,
  '2^31-1': 2n ** 31n - 1n,
  '2^31': 2n ** 31n,
  '2^31+1': 2n ** 31n + 1n,
  '2^32-1': 2n ** 32n - 1n,
  '2^63': 2n ** 63n,
  '2^64-1': 2n ** 64n - 1n,
};

const byWhom = fc.constantFrom<'outsider' | 'author'>('outsider', 'author');

/** A string's head claims more bytes than are left. */
export const claimTooLong: Attack<{ by: 'outsider' | 'author'; place: number; length: Over }> = {
  id: 'enc.length.over',
  handle: 'A03',
  group: 'A',
  family: 'malformed',
  change: 'string head claims more bytes than remain',
  by: ['outsider', 'author'],
  threats: ['THREAT.NET.ONPATH'],
  violates: ['REQ.USE.PARSE'],
  expects: all(unauthentic, notWellFormed),
  choice: fc.record({
    by: byWhom,
    place: fc.nat({ max: 199 }),
    length: fc.constantFrom<Over>('next', '2^16', '2^31-1', '2^31', '2^31+1', '2^32-1', '2^63', '2^64-1'),
  }),

  apply(scenario, { by, place: number, length }) {
    return claimInString(scenario, by, number, (left) => {
      const claims = length === 'next' ? left + 1n : lengthsOver[length];
      return claims > left ? { claims } : undefined;
    });
  },
};

/** A string's head claims no more bytes than are left from the head on, and more than follow it. */
export const straddleEnd: Attack<{
  by: 'outsider' | 'author';
  place: number;
  width: number;
  overlap: number;
}> = {
  id: 'enc.length.straddle',
  handle: 'A04',
  group: 'A',
  family: 'malformed',
  change: 'length ≤ bytes left from the head on, but head+length passes the end',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(unauthentic, notWellFormed),
  choice: fc.record({
    by: byWhom,
    place: fc.nat({ max: 199 }),
    width: fc.nat({ max: 4 }),
    overlap: fc.nat({ max: 8 }),
  }),

  apply(scenario, { by, place: number, width: wider, overlap }) {
    return claimInString(scenario, by, number, (left) => {
      // A head of 1 + width bytes; at most so many can the claim reach beyond the end.
      const fitting = widths.slice(widths.indexOf(shortestWidth(left + 9n)));
      const width = fitting[wider % fitting.length] as Width;
      return { claims: left + 1n + BigInt(overlap % (1 + width)), width };
    });
  },
};

const widths: readonly Width[] = [0, 1, 2, 4, 8];

type Claim = { readonly claims: bigint; readonly width?: Width };

function claimInString(
  scenario: Scenario,
  by: 'outsider' | 'author',
  number: number,
  claim: (left: bigint) => Claim | undefined,
): Attacked | undefined {
  const place = pick(
    surePlaces(scenario, (p) => isBy(by, p) && isDefiniteString(p.item)),
    number,
  );
  if (place === undefined) return undefined;
  const left = stringBytes(place.item)!.length + bytesAfter(opened(scenario).tree, place.path);
  const lie = claim(BigInt(left));
  return lie && changeHead(scenario, by, place, (item) => ({ ...item, ...lie }) as Item);
}

type CountOver = 'one' | '2^16' | '2^31' | '2^31+n' | '2^32-1' | '2^32+n' | '2^63' | '2^63+n';

const countsOver: Readonly<Record<Exclude<CountOver, 'one'>, (count: bigint) => bigint>> = {
  '2^16': () => 2n ** 16n,
  '2^31': () => 2n ** 31n,
  '2^31+n': (n) => 2n ** 31n + n,
  '2^32-1': () => 2n ** 32n - 1n,
  '2^32+n': (n) => 2n ** 32n + n,
  '2^63': () => 2n ** 63n,
  '2^63+n': (n) => 2n ** 63n + n,
};

/** A container's head counts more items than follow; doubled or cut to a word, some counts are right again. */
export const countTooMany: Attack<{ by: 'outsider' | 'author'; place: number; count: CountOver }> = {
  id: 'enc.count.over',
  handle: 'A05',
  group: 'A',
  family: 'malformed',
  change: 'array/map count above the items present; count×2 overflows',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(unauthentic, notWellFormed),
  choice: fc.record({
    by: byWhom,
    place: fc.nat({ max: 199 }),
    count: fc.constantFrom<CountOver>('one', '2^16', '2^31', '2^31+n', '2^32-1', '2^32+n', '2^63', '2^63+n'),
  }),

  apply(scenario, { by, place: number, count }) {
    const { tree } = opened(scenario);
    const isLast = (p: Place) => count !== 'one' || bytesAfter(tree, p.path) === 0;
    const place = pick(
      surePlaces(scenario, (p) => isBy(by, p) && isDefiniteContainer(p.item) && isLast(p)),
      number,
    );
    if (place === undefined) return undefined;
    const present = BigInt(countOf(place.item));
    const claims = count === 'one' ? present + 1n : countsOver[count](present);
    // Each item is a byte at least, and that many do not follow.
    const bytes = write(place.item).length + bytesAfter(tree, place.path);
    if (count !== 'one' && claims <= BigInt(bytes)) return undefined;
    return changeHead(scenario, by, place, (item) => ({ ...item, claims }) as Item);
  },
};

function changeHead(
  scenario: Scenario,
  by: 'outsider' | 'author',
  place: Place,
  change: (item: Item) => Item,
): Attacked | undefined {
  if (by === 'author')
    return changeAsAuthor(scenario, place, change, { expect: notWellFormed[levelOf(place)] });
  return changeAsOutsider(scenario, place, change, { expect: outsiderExpectation(place) });
}

/** A member that only a later section reads can be noticed late; the wrapper and the manifest's head cannot. */
function outsiderExpectation(place: Place): Expectation {
  return place.reads === 'authenticated' ? unauthentic : notWellFormed[levelOf(place)];
}

/** The outsider works outside the manifest and the severed elements, the author inside what is signed. */
function isBy(by: 'outsider' | 'author', place: Place): boolean {
  if (by === 'author') return isAuthored(place);
  return place.part === 'frame' || place.part === 'block' || place.part === 'digest';
}

function isDefiniteString(item: Item): boolean {
  return (
    item.kind === 'wrapped' || ((item.kind === 'bstr' || item.kind === 'tstr') && item.chunks === undefined)
  );
}

function isDefiniteContainer(item: Item): boolean {
  return (item.kind === 'array' || item.kind === 'map') && item.indefinite === undefined;
}

function countOf(item: Item): number {
  if (item.kind === 'array') return item.items.length;
  return item.kind === 'map' ? item.entries.length : 0;
}
