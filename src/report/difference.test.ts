import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference } from './difference.ts';

const brief = (left: string, right: string, shortestMatch = 1): string =>
  difference(left, right, { shortestMatch })
    .map((one) => `${one.kind === 'same' ? '=' : '!'}${one.left}/${one.right}`)
    .join(' ');

describe('the difference of two lists', () => {
  it('finds what was put in, taken out and changed', () => {
    expect(brief('abcdef', 'abcdef')).toBe('=6/6');
    expect(brief('abcdef', 'abXcdef')).toBe('=2/2 !0/1 =4/4');
    expect(brief('abcdef', 'abef')).toBe('=2/2 !2/0 =2/2');
    expect(brief('abcdefg', 'aXcdeYg')).toBe('=1/1 !1/1 =3/3 !1/1 =1/1');
    expect(brief('', 'ab')).toBe('!0/2');
  });

  it('takes a short match between changes for chance', () => {
    expect(brief('abcdefg', 'aXcdeYg', 4)).toBe('=1/1 !5/5 =1/1');
  });

  it('covers both lists, and what it calls the same is', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 3 }), (left, right, shortestMatch) => {
        let [i, j] = [0, 0];
        for (const { kind, left: l, right: r } of difference(left, right, { shortestMatch })) {
          if (kind === 'same') expect(left.slice(i, i + l)).toBe(right.slice(j, j + r));
          i += l;
          j += r;
        }
        expect([i, j]).toEqual([left.length, right.length]);
      }),
    );
  });
});
