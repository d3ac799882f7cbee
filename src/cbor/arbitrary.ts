/**
 * Arbitraries of well-formed items in every form that RFC 8949 §3 allows.
 *
 * The items look as `readItem` gives them, apart from `start` and `end`: `width` only where it is not the shortest.
 *
 * @module
 */

import fc, { type Arbitrary } from 'fast-check';
import { join } from './hex.ts';
import type { Bstr, CborMap, Chunk, Entry, Float, Item, List, Simple, Tag, Tstr, Width } from './item.ts';
import { shortestWidth, write } from './write.ts';

/** A well-formed item with at most `depth` arrays, maps and tags one inside the other. */
export function arbitraryItem(depth = 3): Arbitrary<Item> {
  const known = nested[depth];
  if (known !== undefined) return known;
  const item =
    depth <= 0 ? leaf : fc.oneof({ withCrossShrink: true }, leaf, ...containers(arbitraryItem(depth - 1)));
  nested[Math.max(depth, 0)] = item;
  return item;
}

/** The bytes of a well-formed item after a few bit flips, or arbitrary bytes; most are no longer well-formed. */
export function arbitraryHostileBytes(depth = 3): Arbitrary<Uint8Array> {
  const flip = fc.record({ at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) });
  const flipped = fc.tuple(arbitraryItem(depth), fc.array(flip, { maxLength: 3 })).map(([item, flips]) => {
    const bytes = write(item);
    for (const { at, mask } of flips) bytes[at % bytes.length]! ^= mask;
    return bytes;
  });
  return fc.oneof(flipped, fc.uint8Array({ maxLength: 40 }));
}

const nested: Arbitrary<Item>[] = [];

function containers(child: Arbitrary<Item>): Arbitrary<Item>[] {
  const list = fc
    .record({ items: fc.array(child, { maxLength: 5 }), wide, indefinite: rarely })
    .map(({ items, wide, indefinite }): List => {
      return { kind: 'array', items, ...containerForm(items.length, wide, indefinite) };
    });
  const entry: Arbitrary<Entry> = fc.tuple(child, child);
  const map = fc
    .record({ entries: fc.array(entry, { maxLength: 4 }), wide, indefinite: rarely })
    .map(({ entries, wide, indefinite }): CborMap => {
      return { kind: 'map', entries, ...containerForm(entries.length, wide, indefinite) };
    });
  const tag = fc
    .record({ tag: argument, item: child, wide })
    .map(({ tag, item, wide }): Tag => ({ kind: 'tag', tag, item, ...widthForm(tag, wide) }));
  return [list, map, tag];
}

/** Drawn in steps, so that every width is met often. */
const argument: Arbitrary<bigint> = fc.oneof(
  fc.bigInt(0n, 23n),
  fc.bigInt(24n, 0xffn),
  fc.bigInt(0x100n, 0xffffn),
  fc.bigInt(0x1_0000n, 0xffff_ffffn),
  fc.bigInt(0x1_0000_0000n, 0xffff_ffff_ffff_ffffn),
);

/** A width wished for; it counts only where it is longer than need be. */
const wide: Arbitrary<Width> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Width>(0) },
  { weight: 1, arbitrary: fc.constantFrom<Width>(1, 2, 4, 8) },
);

const rarely: Arbitrary<boolean> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);

const integer: Arbitrary<Item> = fc.record({ argument, wide, negative: fc.boolean() }).map((drawn): Item => {
  const form = widthForm(drawn.argument, drawn.wide);
  return drawn.negative
    ? { kind: 'nint', value: -1n - drawn.argument, ...form }
    : { kind: 'uint', value: drawn.argument, ...form };
});

const content: Arbitrary<Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 250, maxLength: 300 }) },
);

/** Well-formedness does not ask for UTF-8, so some texts are not. */
const textContent: Arbitrary<Uint8Array> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => new TextEncoder().encode(text)),
  },
  { weight: 1, arbitrary: content },
);

function string(kind: 'bstr' | 'tstr', bytes: Arbitrary<Uint8Array>): Arbitrary<Bstr | Tstr> {
  const chunk = fc.record({ bytes, wide }).map(({ bytes, wide }): Chunk => {
    return { bytes, ...widthForm(BigInt(bytes.length), wide) };
  });
  const whole = chunk.map((form): Bstr | Tstr => ({ kind, ...form }));
  const chunked = fc.array(chunk, { maxLength: 3 }).map((chunks): Bstr | Tstr => {
    return { kind, bytes: join(chunks.map((one) => one.bytes)), chunks };
  });
  return fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: chunked });
}

const simple: Arbitrary<Simple> = fc
  .oneof(fc.integer({ min: 20, max: 23 }), fc.integer({ min: 0, max: 19 }), fc.integer({ min: 32, max: 255 }))
  .map((value) => ({ kind: 'simple', value }));

const float: Arbitrary<Float> = fc.constantFrom(2 as const, 4 as const, 8 as const).chain((width) => {
  return fc.bigInt(0n, (1n << BigInt(8 * width)) - 1n).map((bits): Float => ({ kind: 'float', bits, width }));
});

const leaf: Arbitrary<Item> = fc.oneof(
  integer,
  simple,
  string('bstr', content),
  string('tstr', textContent),
  float,
);

function widthForm(argument: bigint, wide: Width): { width?: Width } {
  return wide > shortestWidth(argument) ? { width: wide } : {};
}

function containerForm(
  count: number,
  wide: Width,
  indefinite: boolean,
): { width?: Width; indefinite?: true } {
  return indefinite ? { indefinite: true } : widthForm(BigInt(count), wide);
}
