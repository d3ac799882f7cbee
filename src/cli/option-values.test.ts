import { describe, expect, it } from 'vitest';
import { between, memory, positive, seconds, shard, whole } from './option-values.ts';

describe('the values of options', () => {
  it.each(['', '-1', '1e3', '0x10', 'NaN', 'Infinity', ' 1', '1 ', '9999999999', '١'])(
    '%j is none',
    (text) => {
      for (const value of [whole, positive, between(5, 9), memory, seconds, shard])
        expect(value.read(text)).toBeUndefined();
    },
  );

  it('are whole numbers from one to another', () => {
    const read = (value: typeof whole, texts: readonly string[]) => texts.map((text) => value.read(text));
    expect(read(whole, ['0', '999999999', '1.5'])).toEqual([0, 999_999_999, undefined]);
    expect(read(positive, ['0', '1'])).toEqual([undefined, 1]);
    expect(read(between(5, 9), ['4', '5', '9', '10'])).toEqual([undefined, 5, 9, undefined]);
    expect(between(5, 9).wanted).toBe('a whole number from 5 to 9');
  });

  it('are durations in seconds, minutes and hours', () => {
    expect(['0', '2.5', '30s', '5m', '1.5h'].map((text) => seconds.read(text))).toEqual([
      0, 2.5, 30, 300, 5400,
    ]);
    for (const text of ['10x', '5 m', 's', '1234567']) expect(seconds.read(text)).toBeUndefined();
  });

  it('are a limit of memory or none of it', () => {
    expect(['1', 'none', '0'].map((text) => memory.read(text))).toEqual([1, 'none', undefined]);
  });

  it('are a part of a whole', () => {
    expect(shard.read('2/3')).toEqual({ index: 2, of: 3 });
    for (const text of ['0/2', '3/2', '1', '1/0', '1/2/3']) expect(shard.read(text)).toBeUndefined();
  });
});
