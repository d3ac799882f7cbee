import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryItem } from './arbitrary.ts';
import { fromHex, toHex } from './hex.ts';
import { array, bstr, type Item, int, map, tag, tstr, wrapped } from './item.ts';
import { notation } from './notation.ts';
import { readItem } from './read.ts';
import { write } from './write.ts';

function print(hex: string): string {
  const result = readItem(fromHex(hex));
  return result.ok ? notation(result.item) : result.error.code;
}

describe('notation', () => {
  it.each([
    ['1800', '0_0'],
    ['190000', '0_1'],
    ['3a00000000', '-1_2'],
    ['1b0000000000000001', '1_3'],
    ['5801ff', "h'ff'_0"],
    ['79000161', '"a"_1'],
    ['980101', '[_0 1]'],
    ['b900010102', '{_1 1: 2}'],
    ['9800', '[_0 ]'],
    ['d80101', '1_0(1)'],
    ['5fff', "''_"],
    ['7fff', '""_'],
    ['5f4101580102ff', "(_ h'01', h'02'_0)"],
    ['fa3fc00000', '1.5_2'],
    ['fb3ff8000000000000', '1.5_3'],
    ['fb47efffffe0000000', '3.4028234663852886e+38_3'],
    ['fa33800000', '5.960464477539063e-8_2'],
    ['fa33000000', '2.9802322387695312e-8'],
    ['f97e01', 'NaN /bits 7e01/'],
    ['fb7ff8000020000000', 'NaN_3 /bits 7ff8000020000000/'],
    ['61ff', "/not UTF-8/ h'ff'"],
    ['63efbbbf', '"\\ufeff"'],
    ['62c285', '"\\u0085"'],
    ['611b', '"\\u001b"'],
    ['63e280ae', '"\\u202e"'],
  ])('prints %s as %s', (hex, text) => {
    expect(print(hex)).toBe(text);
  });

  it('shows what only a writer can say', () => {
    expect(notation({ ...bstr(fromHex('00')), claims: 300n })).toBe("h'00' /claims 300/");
    expect(notation({ ...array(int(1)), claims: 2n, width: 1 })).toBe('[_0 /claims 2/ 1]');
    expect(notation(wrapped(int(1), tstr('a')))).toBe('<<1, "a">>');
    expect(notation({ ...wrapped(int(1)), width: 2, claims: 9n })).toBe('<<1>>_1 /claims 9/');
    expect(notation({ kind: 'raw', bytes: fromHex('1c') })).toBe("/raw/ h'1c'");
    expect(notation({ kind: 'simple', value: 20, width: 1 })).toBe('false_0');
  });

  it('breaks lines with an indent', () => {
    const item = tag(107, map([int(2), wrapped(array(int(1), map()))], [int(3), array(int(1), int(2))]));
    expect(notation(item, { indent: 2 })).toBe(
      ['107({', '  2: <<', '    [', '      1,', '      {}', '    ]', '  >>,', '  3: [1, 2]', '})'].join('\n'),
    );
    const open: Item = { ...map([int(1), array(map())]), indefinite: true };
    expect(notation(open, { indent: 1 })).toBe('{_\n 1: [\n  {}\n ]\n}');
  });

  it('tells apart what is encoded differently', () => {
    fc.assert(
      fc.property(arbitraryItem(2), arbitraryItem(2), (a, b) => {
        const same = toHex(write(a)) === toHex(write(b));
        expect(notation(a) === notation(b)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  it('with an indent says the same as without', () => {
    fc.assert(
      fc.property(arbitraryItem(), (item) => {
        const squeeze = (text: string) => text.replace(/\s+/g, '');
        expect(squeeze(notation(item, { indent: 3 }))).toBe(squeeze(notation(item)));
      }),
    );
  });
});
