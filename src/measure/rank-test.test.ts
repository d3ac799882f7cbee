import { describe, expect, it } from 'vitest';
import { rankTest } from './rank-test.ts';

describe('rankTest', () => {
  it('agrees with the tables', () => {
    // All above all: one order of (n + m over n).
    expect(rankTest([1, 2, 3], [4, 5, 6])).toBeCloseTo(1 / 20);
    expect(rankTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(1 / 252);
    // Of 3 and 3: U = 8 or more has 2 of 20 orders.
    expect(rankTest([1, 2, 4], [3, 5, 6])).toBeCloseTo(2 / 20);
    expect(rankTest([4, 5, 6], [1, 2, 3])).toBeCloseTo(1);
    const [low, high] = [0, 100].map((from) => Array.from({ length: 15 }, (_, i) => from + i));
    expect(rankTest(low!, high!)).toBeCloseTo(1 / 155_117_520, 15);
  });

  it('holds ties against nobody', () => {
    expect(rankTest([1, 1, 1], [1, 1, 1])).toBeGreaterThan(0.5);
  });
});
