import { describe, expect, it } from 'vitest';
import { array, bool, int, map, tstr } from './item.ts';
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

  it('keeps the form of the map', () => {
    expect(sortEntries({ ...map(), indefinite: true })).toEqual({
      kind: 'map',
      entries: [],
      indefinite: true,
    });
  });
});
