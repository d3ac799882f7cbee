import { describe, expect, it } from 'vitest';
import { component } from './fixtures/trial.ts';
import { manifestRules } from './rules-manifest.ts';

const { componentOf, preference } = manifestRules;

describe('the order of manifests at hand', () => {
  it('is from the highest number to the lowest, equal ones as they came', () => {
    expect([preference(2n, 1n), preference(1n, 2n)].map(Math.sign)).toEqual([-1, 1]);
    expect(preference(1n, 1n)).toBe(0);
  });
});

describe("a manifest's component", () => {
  const [a, b, c] = [1, 2, 3].map((byte) => Uint8Array.of(byte)) as [Uint8Array, Uint8Array, Uint8Array];
  const own = [
    [a, b],
    [a, c],
    [a, b, c],
  ].map((identifier) => ({ ...component(0), identifier }));

  it('is the one of the same identifier, in all of its parts', () => {
    expect(
      [
        [a, c],
        [a, b, c],
        [a, b],
      ].map((wanted) => componentOf(wanted, own)),
    ).toEqual([1, 2, 0]);
    for (const none of [[a], [c, b], [b, a], [a, b, c, a], [c, c]])
      expect(componentOf(none, own)).toBeUndefined();
  });
});
