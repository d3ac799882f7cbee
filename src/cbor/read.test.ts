import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryHostileBytes, arbitraryItem } from './arbitrary.ts';
import { concat, fromHex, toHex } from './hex.ts';
import { array, bool, bstr, type Item, int, map, nil, tag, tstr } from './item.ts';
import { notation } from './notation.ts';
import { type ReadOptions, readFirst, readItem, readSequence } from './read.ts';
import { write } from './write.ts';

function read(hex: string): Item {
  const result = readItem(fromHex(hex));
  if (!result.ok) throw new Error(result.error.message);
  return result.item;
}

function errorOf(bytes: Uint8Array, options?: ReadOptions): string {
  const result = readItem(bytes, options);
  return result.ok ? 'ok' : `${result.error.code} at ${result.error.offset}`;
}

/** Without places, and so comparable with an item built by hand. */
function bare(item: Item): unknown {
  return JSON.parse(
    JSON.stringify(item, (key, value) => (key === 'start' || key === 'end' ? undefined : plain(value))),
  );
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  return value instanceof Uint8Array ? toHex(value) : value;
}

describe('readItem', () => {
  it('gives the items that the constructors build', () => {
    const built = map(
      [int(1), array(int(-5), bstr(fromHex('0102')))],
      [tstr('a'), tag(107, bool(true))],
      [nil, int(300)],
    );
    expect(bare(read(toHex(write(built))))).toEqual(bare(built));
  });

  it('records a width only where it is not the shortest', () => {
    expect(read('1800')).toEqual({ kind: 'uint', value: 0n, width: 1, start: 0, end: 2 });
    expect(read('1818')).toEqual({ kind: 'uint', value: 24n, start: 0, end: 2 });
    expect(read('5b000000000000000141')).toMatchObject({ kind: 'bstr', width: 8 });
    expect(read('f8ff')).toEqual({ kind: 'simple', value: 255, start: 0, end: 2 });
  });

  it('reads integers exactly on both sides of every limit of a number', () => {
    const limits = [2n ** 8n, 2n ** 16n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 64n];
    for (const value of limits.flatMap((limit) => [limit - 1n, limit, limit + 1n])) {
      if (value >= 2n ** 64n) continue;
      expect(bare(read(toHex(write(int(value)))))).toEqual(bare(int(value)));
      expect(bare(read(toHex(write(int(-1n - value)))))).toEqual(bare(int(-1n - value)));
    }
    expect(readItem(fromHex('5affffffff00'))).toMatchObject({
      error: { message: 'a string head claims 4294967295 bytes, 1 are left' },
    });
    expect(readItem(fromHex('bbffffffffffffffff00'))).toMatchObject({
      error: { message: 'a head claims 36893488147419103230 items, 1 bytes are left' },
    });
    expect(read('1b00000000ffffffff')).toMatchObject({ value: 2n ** 32n - 1n, width: 8 });
  });

  it('gives every item its place, moved by the offset', () => {
    const result = readItem(fromHex('820142ffff'), { offset: 100 });
    expect(result).toMatchObject({
      ok: true,
      end: 5,
      item: {
        start: 100,
        end: 105,
        items: [
          { start: 101, end: 102 },
          { start: 102, end: 105 },
        ],
      },
    });
    expect(errorOf(fromHex('82011c'), { offset: 100 })).toBe('reserved-info at 102');
  });

  it('leaves duplicate keys and invalid UTF-8 to others', () => {
    expect(notation(read('a201020103'))).toBe('{1: 2, 1: 3}');
    expect(read('62c328')).toMatchObject({ kind: 'tstr', bytes: fromHex('c328') });
  });

  it('yields plain Uint8Arrays from a Buffer', () => {
    const result = readItem(Buffer.from('4201ff', 'hex'));
    expect(result.ok && result.item.kind === 'bstr' && Object.getPrototypeOf(result.item.bytes)).toBe(
      Uint8Array.prototype,
    );
  });

  it('refuses trailing bytes, which readFirst leaves', () => {
    expect(errorOf(fromHex('0102'))).toBe('trailing-data at 1');
    expect(readFirst(fromHex('0102'))).toMatchObject({ ok: true, end: 1 });
  });

  it('does not believe a length or a count', () => {
    expect(errorOf(fromHex('5b80000000000000000000'))).toBe('length-over at 0');
    expect(errorOf(fromHex('9b00000001000000000101'))).toBe('count-over at 0');
    expect(errorOf(fromHex('bb80000000000000000101'))).toBe('count-over at 0');
    expect(errorOf(fromHex('5f5b7fffffffffffffffff'))).toBe('length-over at 1');
  });

  it('stops at the depth limit, however deep the nesting', () => {
    const deep = new Uint8Array(100_000).fill(0x81);
    expect(errorOf(deep)).toBe('limit-depth at 64');
    expect(errorOf(deep.fill(0xc1))).toBe('limit-depth at 64');
    expect(errorOf(deep.fill(0x9f), { maxDepth: 3 })).toBe('limit-depth at 3');
    expect(errorOf(fromHex('818180'), { maxDepth: 3 })).toBe('ok');
    expect(errorOf(fromHex('818180'), { maxDepth: 2 })).toBe('limit-depth at 2');
  });

  it('reads, writes and prints deep nesting without the call stack', () => {
    const deep = new Uint8Array(100_001).fill(0x81);
    deep[100_000] = 0x01;
    const result = readItem(deep, { maxDepth: 1e6, maxItems: 1e6 });
    if (!result.ok) throw new Error(result.error.message);
    expect(write(result.item)).toEqual(deep);
    expect(notation(result.item)).toHaveLength(200_001);
  });

  it('stops at the item limit', () => {
    expect(errorOf(fromHex('83010203'), { maxItems: 4 })).toBe('ok');
    expect(errorOf(fromHex('83010203'), { maxItems: 3 })).toBe('limit-count at 3');
    expect(errorOf(concat(Uint8Array.of(0x9f), new Uint8Array(200_000)))).toBe('limit-count at 100000');
  });
});

describe('readSequence', () => {
  it('reads to the end', () => {
    expect(readSequence(fromHex('018002'))).toMatchObject({
      ok: true,
      items: [{ value: 1n }, { items: [] }, { value: 2n }],
    });
    expect(readSequence(new Uint8Array())).toEqual({ ok: true, items: [] });
  });

  it('gives the items before an error', () => {
    expect(readSequence(fromHex('01021c'))).toMatchObject({
      ok: false,
      error: { code: 'reserved-info', offset: 2 },
      items: [{ value: 1n }, { value: 2n }],
    });
  });
});

describe('every well-formed item', () => {
  it('is written back byte for byte, and read as it was', () => {
    fc.assert(
      fc.property(arbitraryItem(), (item) => {
        const bytes = write(item);
        const result = readItem(bytes);
        if (!result.ok) throw new Error(result.error.message);
        expect(toHex(write(result.item))).toBe(toHex(bytes));
        expect(bare(result.item)).toEqual(bare(item));
        expect(result.item).toMatchObject({ start: 0, end: bytes.length });
      }),
      { numRuns: 500 },
    );
  });

  it('is refused in each of its strict prefixes', () => {
    fc.assert(
      fc.property(arbitraryItem(), (item) => {
        const bytes = write(item);
        for (let length = 0; length < bytes.length; length++) {
          expect(readFirst(bytes.subarray(0, length)).ok).toBe(false);
        }
      }),
    );
  });
});

describe('hostile bytes', () => {
  it('are read or refused, never thrown at, and come back the same when read', () => {
    const seen = { ok: 0, refused: 0 };
    fc.assert(
      fc.property(arbitraryHostileBytes(), (bytes) => {
        const result = readItem(bytes);
        seen[result.ok ? 'ok' : 'refused'] += 1;
        if (result.ok) expect(toHex(write(result.item))).toBe(toHex(bytes));
        else expect(result.error.offset).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.ok, seen.refused)).toBeGreaterThan(100);
  });
});
