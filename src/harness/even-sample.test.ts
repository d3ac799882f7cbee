import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvenSample } from './even-sample.ts';

function sampled(places: readonly number[], size: number): readonly number[] {
  const sample = new EvenSample<number>(size);
  for (const place of places) sample.add(place, place);
  return sample.taken();
}

describe('an even sample', () => {
  it('is of the whole, wherever that ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (length) => {
        const places = Array.from({ length }, (_, i) => i);
        const taken = sampled(places, 40);
        expect(taken.length).toBeLessThanOrEqual(40);
        expect(taken.length).toBeGreaterThanOrEqual(Math.min(length, 20));
        const gaps = [...taken, length].map((place, i) => place - (taken[i - 1] ?? 0));
        // Two steps of the grid at most: nowhere is a part left out.
        expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil(length / 10));
      }),
    );
  });

  it('hangs on what came, not on its order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500), { maxLength: 200 }), (places) => {
        const inOrder = places.toSorted((a, b) => a - b);
        expect(sampled(places, 16).toSorted((a, b) => a - b)).toEqual(sampled(inOrder, 16));
      }),
    );
  });
});
