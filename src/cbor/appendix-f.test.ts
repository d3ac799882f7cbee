/**
 * The byte strings that RFC 8949 appendix F.1 lists as not well-formed.
 *
 * @module
 */

import { describe, expect, it } from 'vitest';
import type { CborErrorCode } from './error.ts';
import { fromHex } from './hex.ts';
import { PullParser } from './pull.ts';
import { pullCodeName, stateWords } from './pull-state.ts';
import { readItem } from './read.ts';

interface Group {
  readonly why: string;
  /** A count that cannot be true is reported before the item that is missing. */
  readonly codes: readonly CborErrorCode[];
  readonly hex: string;
}

const groups: readonly Group[] = [
  {
    why: 'the input ends in a head',
    codes: ['truncated'],
    hex: '18 19 1a 1b 1901 1a0102 1b01020304050607 38 58 78 98 9a01ff00 b8 d8 f8 f900 fa0000 fb000000',
  },
  {
    why: 'a string is short of data',
    codes: ['length-over'],
    hex: '41 61 5affffffff00 5bffffffffffffffff010203 7affffffff00 7b7fffffffffffffff010203',
  },
  {
    why: 'an array or map is short of items',
    codes: ['count-over', 'truncated'],
    hex: '81 818181818181818181 8200 a1 a20102 a100 a2000000',
  },
  { why: 'a tag has no content', codes: ['truncated'], hex: 'c0' },
  { why: 'a string of indefinite length is not closed', codes: ['truncated'], hex: '5f4100 7f6100' },
  {
    why: 'an array or map of indefinite length is not closed',
    codes: ['truncated'],
    hex: '9f 9f0102 bf bf01020102 819f 9f8000 9f9f9f9f9fffffffff 9f819f819f9fffffff',
  },
  {
    why: 'the additional information is reserved',
    codes: ['reserved-info'],
    hex: '1c 1d 1e 3c 3d 3e 5c 5d 5e 7c 7d 7e 9c 9d 9e bc bd be dc dd de fc fd fe',
  },
  { why: 'a simple value below 32 takes two bytes', codes: ['bad-simple'], hex: 'f800 f801 f818 f81f' },
  {
    why: 'a chunk is of another type',
    codes: ['bad-chunk'],
    hex: '5f00ff 5f21ff 5f6100ff 5f80ff 5fa0ff 5fc000ff 5fe0ff 7f4100ff',
  },
  { why: 'a chunk is not of definite length', codes: ['bad-chunk'], hex: '5f5f4100ffff 7f7f6100ffff' },
  { why: 'a break stands alone', codes: ['stray-break'], hex: 'ff' },
  {
    why: 'a break stands in a definite array, map or tag',
    codes: ['stray-break', 'count-over'],
    hex: '81ff 8200ff a1ff a1ff00 a100ff a20000ff 9f81ff 9f829f819f9fffffffff',
  },
  { why: 'a break leaves a key without value', codes: ['odd-map'], hex: 'bf00ff bf000000ff' },
  { why: 'major type 0, 1 or 6 has an indefinite length', codes: ['reserved-info'], hex: '1f 3f df' },
];

const cases = groups.flatMap(({ why, codes, hex }) =>
  hex.split(' ').map((one) => ({ why, codes, hex: one })),
);

describe('RFC 8949 appendix F', () => {
  it.each(cases)('the reader refuses $hex: $why', ({ codes, hex }) => {
    const result = readItem(fromHex(hex));
    expect(result.ok).toBe(false);
    if (!result.ok) expect(codes).toContain(result.error.code);
  });

  it.each(cases)('the pull parser refuses $hex: $why', ({ codes, hex }) => {
    const parser = new PullParser(fromHex(hex), new Int32Array(stateWords(16)));
    expect(codes).toContain(pullCodeName(parser.skip()));
  });
});
