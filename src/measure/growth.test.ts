import { describe, expect, it } from 'vitest';
import { exponentOf, growthsOf, type SeriesCount } from './growth.ts';

const sizes = [1, 2, 4, 8, 16, 32];
const exponent = (cost: (n: number) => number): number =>
  exponentOf(sizes.map((size) => ({ size, value: cost(size) })));

describe('exponentOf', () => {
  it('tells the power, whatever is constant in the cost', () => {
    expect(exponent((n) => 1000 + 3 * n)).toBeCloseTo(1);
    expect(exponent((n) => 5 * n)).toBeCloseTo(1);
    expect(exponent((n) => 1000 + 20 * n + n * n)).toBeGreaterThan(1.3);
    expect(exponent((n) => 1000 + n * n)).toBeGreaterThan(1.85);
    expect(exponent((n) => 2 ** n)).toBeGreaterThan(5);
    expect(exponent(() => 7)).toBe(0);
    expect(exponent((n) => 100 - n)).toBe(0);
    expect(exponent((n) => Math.ceil(n / 3))).toBeLessThan(1.2);
  });
});

describe('growthsOf', () => {
  const count = (size: number, steps: number): SeriesCount => ({
    verifier: 'v',
    operation: 'parse',
    dimension: 'commands',
    size,
    envelopeBytes: 100 + size,
    counted: { steps },
  });

  it('groups by series and metric, in order of size', () => {
    const [growth, ...others] = growthsOf([count(4, 16), count(2, 4), count(8, 64), count(16, 256)]);
    expect(others).toEqual([]);
    expect(growth).toMatchObject({ metric: 'steps', isLinear: false });
    expect(growth?.points.map(({ value }) => value)).toEqual([4, 16, 64, 256]);
  });

  it('says nothing of two points', () => {
    expect(growthsOf([count(2, 4), count(4, 16)])).toEqual([]);
  });
});
