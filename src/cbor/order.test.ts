import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array, bool, type Item, int, map, tstr } from './item.ts';
import { notation } from './notation.ts';
import { compareKeys, sortEntries } from './order.ts';

describe('the order of keys', () => {
  it('is that of RFC 8949 §4.2.1', () => {
    const sorted = [
      int(10),
      int(100),
      int(-1),
      tstr('z'),
      tstr('aa'),
      array(int(100)),
      array(int(-1)),
      bool(false),
    ];
    expect([...sorted].reverse().sort(compareKeys)).toEqual(sorted);
  });

  it('sorts a map and keeps equal keys in their order', () => {
    const mixed = map(
      [int(-1), int(0)],
      [int(2), int(1)],
      [tstr('a'), int(2)],
      [int(2), int(3)],
      [int(1), int(4)],
    );
    expect(notation(sortEntries(mixed))).toBe('{1: 4, 2: 1, 2: 3, -1: 0, "a": 2}');
  });

  it('sorts integers, which it compares without their encodings, as their encodings compare', () => {
    const key = fc.oneof(fc.bigInt(-300n, 300n), fc.bigInt(-(2n ** 64n), 2n ** 64n - 1n));
    fc.assert(
      fc.property(fc.array(key), (numbers) => {
        const sorted = sortEntries(map(...numbers.map((n, i): [Item, Item] => [int(n), int(i)])));
        const expected = numbers.map((n) => int(n)).sort(compareKeys);
        expect(sorted.entries.map(([k]) => k)).toEqual(expected);
      }),
    );
  });

  it('compares the encodings where one integer is not in its shortest form', () => {
    const wide: Item = { kind: 'uint', value: 1n, width: 8 };
    const sorted = sortEntries(map([wide, int(0)], [int(200), int(1)], [int(-1), int(2)]));
    expect(sorted.entries.map(([, value]) => value)).toEqual([int(1), int(0), int(2)]);
  });

  it('keeps the form of the map', () => {
    expect(sortEntries({ ...map(), indefinite: true })).toEqual({
      kind: 'map',
      entries: [],
      indefinite: true,
    });
  });
});
