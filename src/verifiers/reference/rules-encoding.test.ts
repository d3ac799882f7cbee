import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryItem } from '../../cbor/arbitrary.ts';
import { array, bool, bstr, type Item, int, map, nil, tag, tstr } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { encodingRules, keyText, preferred } from './rules-encoding.ts';

const { atEnd, integer, keyOrder, member, text, uniqueKeys } = encodingRules;

const keyed = (...keys: readonly Item[]) => map(...keys.map((key) => [key, nil] as const));

/** The same key, each in another of the forms that RFC 8949 §3 allows. */
const forms: readonly (readonly [what: string, preferred: Item, other: Item])[] = [
  ['an unsigned integer', int(1), { kind: 'uint', value: 1n, width: 8 }],
  ['an integer in two bytes', int(24), { kind: 'uint', value: 24n, width: 4 }],
  ['a negative integer', int(-1), { kind: 'nint', value: -1n, width: 1 }],
  ['a byte string', bstr(Uint8Array.of(1, 2)), { kind: 'bstr', bytes: Uint8Array.of(1, 2), width: 4 }],
  [
    'a byte string in chunks',
    bstr(Uint8Array.of(1, 2)),
    { kind: 'bstr', bytes: Uint8Array.of(1, 2), chunks: [{ bytes: Uint8Array.of(1, 2) }] },
  ],
  ['a text', tstr('a'), { ...tstr('a'), width: 2 }],
  ['an array', array(int(1)), { ...array({ kind: 'uint', value: 1n, width: 1 }), indefinite: true }],
  ['a map', map([int(1), int(2)]), { ...map([int(1), { kind: 'uint', value: 2n, width: 2 }]), width: 1 }],
  ['the key of a map', map([int(1), nil]), map([{ kind: 'uint', value: 1n, width: 2 }, nil])],
  ['a tag', tag(5, int(1)), { ...tag(5, { kind: 'uint', value: 1n, width: 4 }), width: 8 }],
  ['nil', nil, { ...nil }],
];

describe('the keys of a map', () => {
  it('may stand in any order, each of them once', () => {
    for (const keys of [[], [int(1)], [int(1), int(2)], [int(2), int(1)], [tstr('a'), int(1), int(-1)]])
      expect(uniqueKeys(keyed(...keys))).toBe(true);
    for (const keys of [
      [int(1), int(1)],
      [int(2), int(1), int(2)],
      [int(1), int(2), int(1)],
      [nil, nil],
    ])
      expect(uniqueKeys(keyed(...keys))).toBe('cbor-invalid');
  });

  it.each(forms)('are not told apart by the form of %s', (_what, plain, other) => {
    expect(uniqueKeys(keyed(plain, int(99), other))).toBe('cbor-invalid');
    expect(keyText(other)).toBe(keyText(plain));
    expect(keyText(plain)).toBe(Buffer.from(write(plain)).toString('latin1'));
  });

  it('are told apart by type and content', () => {
    const tags = [tag(1, int(1)), tag(2, int(1)), tag(1, int(2))];
    const maps = [map([int(1), int(2)]), map([int(2), int(1)]), map()];
    const lists = [array(int(1)), array(int(2)), array()];
    const plain = [int(23), int(24), int(-24), bool(true), nil, tstr('a'), bstr(Uint8Array.of(0x61))];
    const all = [...tags, ...maps, ...lists, ...plain];
    expect(uniqueKeys(keyed(...all))).toBe(true);
    expect(new Set(all.map(keyText)).size).toBe(all.length);
  });

  it('are in order where their encodings are, bytewise and not by length', () => {
    const inOrder = [
      int(10),
      int(100),
      int(-1),
      bstr(new Uint8Array(3)),
      tstr('z'),
      tstr('aa'),
      array(int(100)),
      nil,
    ];
    expect(keyOrder(keyed(...inOrder))).toBe(true);
    expect(keyOrder(keyed())).toBe(true);
    for (let i = 0; i + 1 < inOrder.length; i++) {
      const swapped = [...inOrder.slice(0, i), inOrder[i + 1]!, inOrder[i]!, ...inOrder.slice(i + 2)];
      expect([i, keyOrder(keyed(...swapped))]).toEqual([i, 'non-deterministic']);
    }
  });

  it('are in order where one stands twice in a row: that is the other rule’s', () => {
    expect(keyOrder(keyed(int(1), int(1)))).toBe(true);
  });
});

describe('the preferred form of an item', () => {
  it('is that of an item that was drawn without its form', () => {
    fc.assert(
      fc.property(arbitraryItem(3), (item) => {
        expect(write(preferred(item))).toEqual(write(bare(item)));
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

/** What JSON keeps of an item without its form, at any depth. */
function bare(item: Item): Item {
  const { width: _w, indefinite: _i, chunks: _c, ...rest } = item as Item & Record<string, unknown>;
  if (item.kind === 'float' || item.kind === 'simple') return item;
  if (item.kind === 'array') return { ...rest, items: item.items.map(bare) } as Item;
  if (item.kind === 'tag') return { ...rest, item: bare(item.item) } as Item;
  if (item.kind === 'map')
    return { ...rest, entries: item.entries.map(([key, value]) => [bare(key), bare(value)]) } as Item;
  return rest as Item;
}

describe('an item', () => {
  it('is an integer where its major type is one, be its value what it may', () => {
    expect(integer(int(7))).toBe(7n);
    expect(integer(int(-7))).toBe(-7n);
    expect(integer(int(2n ** 64n - 1n))).toBe(2n ** 64n - 1n);
    const bignum = tag(2, bstr(Uint8Array.of(7)));
    const float: Item = { kind: 'float', bits: 0x4700n, width: 2 };
    for (const item of [bignum, float, tstr('7'), nil, bool(true)]) expect(integer(item)).toBeUndefined();
  });

  it('is found under its integer key, in whatever width that is written', () => {
    const found = map([int(1), tstr('one')], [{ kind: 'uint', value: 2n, width: 8 }, tstr('two')]);
    expect(member(found, 1, 'verify')).toEqual(tstr('one'));
    expect(member(found, 2, 'execute')).toEqual(tstr('two'));
    expect(member(found, 3, 'verify')).toBeUndefined();
  });

  it('is alone in its byte string', () => {
    expect([atEnd(0), atEnd(1)]).toEqual([true, 'trailing-data']);
  });

  it('is a text where it is valid UTF-8, and keeps a byte order mark', () => {
    expect(text(tstr('ä').bytes)).toEqual({ text: 'ä' });
    expect(text(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toEqual({ text: '\ufeffa' });
    expect(text(Uint8Array.of(0xc3))).toBe('cbor-invalid');
  });
});
