/**
 * Attacks with bytes that do not belong: after an item, instead of the envelope, or flipped inside it (RFC 8949
 * appendix F, RFC 8610 §3.8.4).
 *
 * @module
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { concat, fromHex } from '../cbor/hex.ts';
import { type Item, int, map, nil, tstr } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { encode } from '../suit/parts.ts';
import { isBefore, type Reason, reasons } from '../suit/stage.ts';
import type { Attack } from './attack.ts';
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
import { type Place, stringBytes } from './encoding-tree.ts';
import {
  all,
  byLevel,
  eitherAnswer,
  mustReject,
  mustRejectUnauthentic,
  shouldReject,
} from './expectation.ts';

type Trailer = 'zeros' | 'null' | 'map' | 'break' | 'text';

const trailers: Readonly<Record<Trailer, Item>> = {
  zeros: int(0),
  null: nil,
  map: map([int(2), nil]),
  text: tstr('more'),
  break: { kind: 'raw', bytes: Uint8Array.of(0xff) },
};

const trailer = fc.constantFrom<Trailer>('zeros', 'null', 'map', 'text', 'break');

const trailingOuter = eitherAnswer(['trailing-data'], { doc: 'cbor', section: 'F' });

/** Delivers more bytes after the envelope. */
export const trailOuter: Attack<{ what: Trailer; count: number }> = {
  id: 'enc.trailing.outer',
  handle: 'A17',
  group: 'A',
  family: 'malformed',
  change: 'bytes after the envelope item',
  by: 'network',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [trailingOuter],
  choice: fc.record({ what: trailer, count: fc.integer({ min: 1, max: 64 }) }),

  apply(scenario, { what, count }) {
    const one = write(trailers[what]);
    return deliverBytes(
      scenario,
      concat(encode(scenario.release), ...Array.from({ length: count }, () => one)),
    );
  },
};

const trailingWrapped = byLevel(shouldReject(['trailing-data'], { doc: 'RFC8610', section: '3.8.4' }));

/** Puts more bytes after the one item of a byte string. */
export const trailWrapped: Attack<{ what: Trailer; place: number; count: number }> = {
  id: 'enc.trailing.wrapped',
  handle: 'A18',
  group: 'A',
  family: 'malformed',
  change: 'bytes after the single item of an embedded-CBOR bstr',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(trailingWrapped),
  choice: fc.record({ what: trailer, place: fc.nat({ max: 19 }), count: fc.integer({ min: 1, max: 8 }) }),

  apply(scenario, { what, place: number, count }) {
    // The content's part and level: its byte string may stand outside what the author signs.
    const content = pick(
      surePlaces(scenario, (p) => isAuthored(p) && isOnlyItem(opened(scenario).places, p)),
      number,
    );
    if (content === undefined) return undefined;
    const outer = { ...content, path: content.path.slice(0, -1) };
    const more = Array.from({ length: count }, () => trailers[what]);
    return changeAsAuthor(
      scenario,
      outer,
      (item) => (item.kind === 'wrapped' ? { ...item, items: [...item.items, ...more] } : item),
      { expect: trailingWrapped[levelOf(content)] },
    );
  },
};

function isOnlyItem(places: readonly Place[], place: Place): boolean {
  const outer = places.find(
    (p) => p.path.length === place.path.length - 1 && p.path.every((step, i) => step === place.path[i]),
  );
  return outer?.item.kind === 'wrapped';
}

type Junk =
  | { readonly kind: 'empty' | 'json' | 'der' | 'zip' }
  | { readonly kind: 'byte' | 'fill'; readonly byte: number; readonly length: number }
  | { readonly kind: 'random'; readonly seed: number; readonly length: number };

// Some fills nest until the first limit, which is as good a reason.
const junk = mustReject(
  ['not-well-formed', 'envelope-structure', 'limit-depth'],
  { doc: 'cbor', section: '3' },
  { lateDetection: true },
);

/** Delivers bytes that are no envelope at all. */
export const deliverJunk: Attack<Junk> = {
  id: 'enc.junk',
  handle: 'A19',
  group: 'A',
  family: 'malformed',
  change: 'empty, each single byte, constant fill, random, JSON, DER, zip',
  by: 'untrusted-key',
  threats: ['THREAT.NET.ONPATH'],
  violates: [],
  expects: [junk],
  choice: fc.oneof(
    fc.record({ kind: fc.constantFrom('empty' as const, 'json' as const, 'der' as const, 'zip' as const) }),
    fc.record({ kind: fc.constant('byte' as const), byte: fc.nat({ max: 255 }), length: fc.constant(1) }),
    fc.record({
      kind: fc.constant('fill' as const),
      byte: fc.nat({ max: 255 }),
      length: fc.integer({ min: 2, max: 4096 }),
    }),
    fc.record({
      kind: fc.constant('random' as const),
      seed: fc.nat({ max: 0xffffffff }),
      length: fc.integer({ min: 1, max: 4096 }),
    }),
  ),

  apply(scenario, choice) {
    return deliverBytes(scenario, junkBytes(choice));
  },
};

function junkBytes(choice: Junk): Uint8Array {
  const utf8 = new TextEncoder();
  switch (choice.kind) {
    case 'empty':
      return new Uint8Array(0);
    case 'json':
      return utf8.encode('{"manifest":{"sequence-number":9}}');
    // SEQUENCE { SEQUENCE { OBJECT IDENTIFIER id-data }, OCTET STRING }
    case 'der':
      return fromHex('3015300b06092a864886f70d0107010406736967 6e6564');
    // Local file header and end of central directory of an empty archive.
    case 'zip':
      return fromHex('504b0304140000000000 504b0506000000000000000000000000000000000000');
    case 'byte':
    case 'fill':
      return new Uint8Array(choice.length).fill(choice.byte);
    case 'random':
      return stream(choice.seed, choice.length);
  }
}

/** Bytes without pattern, the same for the same seed. */
function stream(seed: number, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`junk ${seed} ${i}`).digest(),
  );
  return concat(...blocks).slice(0, length);
}

const anyUpToDigest = (Object.keys(reasons) as Reason[]).filter(
  (reason) => reason !== 'manifest-digest-mismatch' && !isBefore('digest', reasons[reason].stage),
);

const flipped = mustRejectUnauthentic(['manifest-digest-mismatch', ...anyUpToDigest], {
  doc: 'manifest',
  section: '6.2',
});

/** Flips bits of the manifest, or of the digest that stands for it. */
export const flipBits: Attack<{ where: 'manifest' | 'digest'; bits: readonly number[] }> = {
  id: 'enc.bitflip',
  handle: 'A20',
  group: 'A',
  family: 'malformed',
  change: 'flip 1..n bits of manifest or wrapper digest',
  by: 'outsider',
  threats: ['THREAT.NET.ONPATH', 'THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [flipped],
  choice: fc.record({
    where: fc.constantFrom('manifest', 'digest'),
    bits: fc.array(fc.nat({ max: 65535 }), { minLength: 1, maxLength: 8 }),
  }),

  apply(scenario, { where, bits }) {
    const name = where === 'manifest' ? 'envelope.3' : 'authentication.digest';
    const place = opened(scenario).places.find((p) => p.name === name);
    if (place === undefined) return undefined;
    return changeAsOutsider(scenario, place, (item) => ({
      kind: 'bstr',
      bytes: withBitsFlipped(stringBytes(item) ?? new Uint8Array(0), bits),
    }));
  },
};

/** Bit numbers are taken round; one that is given twice is flipped twice. */
export function withBitsFlipped(bytes: Uint8Array, bits: readonly number[]): Uint8Array {
  const flippedBytes = bytes.slice();
  if (bytes.length === 0) return flippedBytes;
  for (const bit of bits) {
    const at = bit % (8 * bytes.length);
    flippedBytes[at >> 3]! ^= 0x80 >> (at & 7);
  }
  return flippedBytes;
}
