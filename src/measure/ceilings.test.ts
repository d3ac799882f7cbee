import { describe, expect, it } from 'vitest';
import { ceilingOf, smallest } from './ceilings.ts';
import { exampleEnvelopes } from './examples.ts';

describe('smallest', () => {
  it('finds the first number that is enough', () => {
    for (const first of [0, 1, 2, 316, 999, 1000]) expect(smallest(1000, (n) => n >= first)).toBe(first);
  });
});

describe('ceilingOf', () => {
  it('finds by trying what the verifier counts', () => {
    for (const { recipient, delivery } of exampleEnvelopes()) {
      const ceiling = ceilingOf(recipient, delivery)!;
      expect(ceiling.smallestArenaBytes).toBe(ceiling.highWaterBytes);
      expect(ceiling.smallestArenaBytes).toBeLessThanOrEqual(2048);
      expect(ceiling.envelopeBytes).toBe(delivery.envelope.length);
    }
  });

  it('has no answer for a delivery that is refused', () => {
    const { recipient, delivery } = exampleEnvelopes()[0]!;
    expect(ceilingOf({ ...recipient, anchors: [] }, delivery)).toBeUndefined();
  });
});
