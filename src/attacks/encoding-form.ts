/**
 * Attacks with data items that are no data items, and with forms of them that nobody needs (RFC 8949 §3.2, §3.3,
 * §4.2.1).
 *
 * @module
 */
import fc from 'fast-check';
import { concat } from '../cbor/hex.ts';
import type { CborMap, Item, List, Width, Wrapped } from '../cbor/item.ts';
import { compareKeys } from '../cbor/order.ts';
import { shortestWidth, write, writeHead } from '../cbor/write.ts';
import { type Attack, inDimension } from './attack.ts';
import {
  changeAsAuthor,
  changeAsOutsider,
  isAuthored,
  levelOf,
  opened,
  pick,
  surePlaces,
} from './encoding-change.ts';
import { itemAt, type Place, stringBytes } from './encoding-tree.ts';
import {
  all,
  byLevel,
  eitherAnswer,
  mustReject,
  mustRejectUnauthentic,
  shouldReject,
} from './expectation.ts';

type Malformation =
  | 'info-28'
  | 'info-29'
  | 'info-30'
  | 'simple'
  | 'break'
  | 'no-break'
  | 'chunk-type'
  | 'chunk-nested';

const malformations: readonly Malformation[] = [
  'info-28',
  'info-29',
  'info-30',
  'simple',
  'break',
  'no-break',
  'chunk-type',
  'chunk-nested',
];

const malformed = byLevel(mustReject(['not-well-formed'], { doc: 'cbor', section: '3' }));
const malformedUnauthentic = mustRejectUnauthentic(['not-well-formed'], { doc: 'cbor', section: '3' });

/** Puts bytes that are no data item in an item's place. */
export const malform: Attack<{ by: 'outsider' | 'author'; kind: Malformation; place: number }> = {
  id: 'enc.malformed',
  handle: 'A06',
  group: 'A',
  family: 'malformed',
  change:
    'additional info 28–30; two-byte simple < 32; stray or missing break; wrong chunk in indefinite string',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(malformedUnauthentic, malformed),
  choice: fc.record({
    by: fc.constantFrom<'outsider' | 'author'>('outsider', 'author'),
    kind: fc.constantFrom(...malformations),
    place: fc.nat({ max: 199 }),
  }),

  apply(scenario, { by, kind, place: number }) {
    const isBy = (p: Place) =>
      by === 'author' ? isAuthored(p) : p.part === 'frame' || p.part === 'block' || p.part === 'digest';
    const { tree } = opened(scenario);
    const place = pick(
      surePlaces(
        scenario,
        (p) => isBy(p) && !insideIndefinite(tree, p) && malformedBytes(p.item, kind) !== undefined,
      ),
      number,
    );
    if (place === undefined) return undefined;
    const change = (item: Item): Item => ({ kind: 'raw', bytes: malformedBytes(item, kind)! });
    if (by === 'author')
      return changeAsAuthor(scenario, place, change, { expect: malformed[levelOf(place)] });
    const expect = place.reads === 'authenticated' ? malformedUnauthentic : malformed[levelOf(place)];
    return changeAsOutsider(scenario, place, change, { expect });
  },
};

/** There a break would be in its place. */
function insideIndefinite(tree: Item, place: Place): boolean {
  return place.path.some((_, i) => {
    const item = itemAt(tree, place.path.slice(0, i));
    return (item.kind === 'array' || item.kind === 'map') && item.indefinite !== undefined;
  });
}

function malformedBytes(item: Item, kind: Malformation): Uint8Array | undefined {
  switch (kind) {
    case 'info-28':
    case 'info-29':
    case 'info-30': {
      const bytes = write(item).slice();
      bytes[0] = (bytes[0]! & 0xe0) | Number(kind.slice(5));
      return bytes;
    }
    case 'simple': {
      // false, true and null in two bytes; a simple value of 0 for every other item.
      const isSmall = item.kind === 'simple' && item.value < 32;
      return Uint8Array.of(0xf8, isSmall ? item.value : 0);
    }
    case 'break':
      return Uint8Array.of(0xff);
    case 'no-break':
      return isDefinite(item) ? write({ ...item, indefinite: true }).slice(0, -1) : undefined;
    case 'chunk-type':
    case 'chunk-nested':
      return brokenChunks(item, kind);
  }
}

function brokenChunks(item: Item, kind: 'chunk-type' | 'chunk-nested'): Uint8Array | undefined {
  const content = stringBytes(item);
  if (content === undefined || (item.kind !== 'wrapped' && 'chunks' in item)) return undefined;
  const major = item.kind === 'tstr' ? 3 : 2;
  const head = Uint8Array.of((major << 5) | 31);
  const end = Uint8Array.of(0xff);
  if (kind === 'chunk-nested') {
    const chunk = concat(writeHead(major, BigInt(content.length)), content);
    return concat(head, head, chunk, end, end);
  }
  return concat(head, writeHead(5 - major, BigInt(content.length)), content, end);
}

type Loose = 'wide' | 'indefinite';

const nonDeterministic = byLevel(eitherAnswer(['non-deterministic'], { doc: 'manifest', section: '8.1' }));

/** Writes one signed item in another form than the shortest. */
export const loosen: Attack<{ kind: Loose; place: number; width: number }> = {
  id: 'enc.nondet',
  handle: 'A07',
  group: 'A',
  family: 'malformed',
  change: 'indefinite-length items, or non-shortest heads, inside signed data',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(nonDeterministic),
  choice: fc.record({
    kind: fc.constantFrom<Loose>('wide', 'indefinite'),
    place: fc.nat({ max: 199 }),
    width: fc.nat({ max: 3 }),
  }),

  apply(scenario, { kind, place: number, width }) {
    const place = pick(
      surePlaces(scenario, (p) => isSigned(p) && keepsOrder(p, loosened(p.item, kind, width))),
      number,
    );
    if (place === undefined) return undefined;
    const made = changeAsAuthor(scenario, coveredAs(place), (item) => loosened(item, kind, width)!, {
      expect: nonDeterministic[levelOf(place)],
    });
    // The manifest's own byte string is apart: the digest covers its head.
    const what = place.name === 'envelope.3' ? 'the manifest’s byte string' : majorOf(place);
    return inDimension(made, `${kind}, ${what}`);
  },
};

/** Another encoding of a key may have another place in its map; that would be a second change. */
function keepsOrder({ nextKey }: Place, changed: Item | undefined): boolean {
  return changed !== undefined && (nextKey === undefined || compareKeys(changed, nextKey) < 0);
}

function majorOf({ item: { kind }, isKey }: Place): string {
  return `${kind === 'wrapped' ? 'bstr' : kind}${isKey ? ' key' : ''}`;
}

/** The manifest's own byte string is covered by the digest as well (§8.3). */
function isSigned(place: Place): boolean {
  return isAuthored(place) || place.name === 'envelope.3';
}

function coveredAs(place: Place): Place {
  return place.name === 'envelope.3' ? { ...place, part: 'manifest' } : place;
}

function loosened(item: Item, kind: Loose, wider: number): Item | undefined {
  if (kind === 'wide') {
    const wide = widerThan(argumentOf(item), wider);
    return wide === undefined ? undefined : ({ ...item, width: wide } as Item);
  }
  if (isDefinite(item)) return { ...item, indefinite: true };
  const content = stringBytes(item);
  if (content === undefined || (item.kind !== 'wrapped' && 'chunks' in item)) return undefined;
  const half = content.length >> 1;
  const chunks = [content.subarray(0, half), content.subarray(half)].map((bytes) => ({ bytes }));
  return { kind: item.kind === 'tstr' ? 'tstr' : 'bstr', bytes: content, chunks };
}

function argumentOf(item: Item): bigint | undefined {
  if ('width' in item && item.width !== undefined) return undefined;
  switch (item.kind) {
    case 'uint':
      return item.value;
    case 'nint':
      return -1n - item.value;
    case 'tag':
      return item.tag;
    case 'array':
      return item.indefinite ? undefined : BigInt(item.items.length);
    case 'map':
      return item.indefinite ? undefined : BigInt(item.entries.length);
    case 'bstr':
    case 'tstr':
      return item.chunks ? undefined : BigInt(item.bytes.length);
    case 'wrapped':
      return BigInt(stringBytes(item)!.length);
    default:
      return undefined;
  }
}

const widths: readonly Width[] = [0, 1, 2, 4, 8];

function widerThan(argument: bigint | undefined, number: number): Width | undefined {
  if (argument === undefined) return undefined;
  return pick(widths.slice(widths.indexOf(shortestWidth(argument)) + 1), number);
}

function isDefinite(item: Item): item is List | CborMap {
  return (
    (item.kind === 'array' || item.kind === 'map') &&
    item.indefinite === undefined &&
    item.claims === undefined
  );
}

const digestMismatch = shouldReject(['manifest-digest-mismatch'], { doc: 'manifest', section: '8.3' });
const severedMismatch = shouldReject(
  ['severed-mismatch'],
  { doc: 'manifest', section: '8.4.12' },
  { level: 'installed' },
);

/** Widens only the head of a byte string that a digest covers with its head. */
export const rewrapHead: Attack<{ which: number; width: number }> = {
  id: 'enc.head.rewrap',
  handle: 'A08',
  group: 'A',
  family: 'malformed',
  change: 'widen only the bstr head of manifest or severed element',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [digestMismatch, severedMismatch],
  choice: fc.record({ which: fc.nat({ max: 3 }), width: fc.nat({ max: 3 }) }),

  apply(scenario, { which, width }) {
    const covered = ['envelope.3', 'envelope.section'];
    const place = pick(
      surePlaces(scenario, (p) => covered.includes(p.name) && p.item.kind === 'wrapped'),
      which,
    );
    const wide = place && widerThan(argumentOf(place.item), width);
    if (wide === undefined || place === undefined) return undefined;
    return changeAsOutsider(scenario, place, (item): Item => ({ ...(item as Wrapped), width: wide }), {
      expect: place.name === 'envelope.3' ? digestMismatch : severedMismatch,
    });
  },
};
