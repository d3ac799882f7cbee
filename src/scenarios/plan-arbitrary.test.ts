import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { encode } from '../suit/parts.ts';
import { buildScenario } from './build.ts';
import { familyOf, validFamilyIds } from './families.ts';
import { type Feature, features, featuresOf } from './features.ts';
import type { Plan } from './plan.ts';
import { arbitraryPlan } from './plan-arbitrary.ts';
import { consistent } from './settle.ts';

const sample = (options: Parameters<typeof arbitraryPlan>[0], numRuns: number) =>
  fc.sample(arbitraryPlan(options), { numRuns, seed: 11 });

describe('arbitraryPlan', () => {
  it('draws JSON-safe plans, which give the same envelope after a round trip', () => {
    fc.assert(
      fc.property(arbitraryPlan(), (plan) => {
        const copy = JSON.parse(JSON.stringify(plan)) as Plan;
        expect(copy).toStrictEqual(plan);
        expect(encode(buildScenario(copy).release)).toEqual(encode(buildScenario(plan).release));
      }),
    );
  });

  it('draws consistent plans', () => {
    fc.assert(
      fc.property(arbitraryPlan(), (plan) => {
        expect(consistent(plan)).toEqual(plan);
      }),
    );
  });

  it.each(features.map((feature) => [feature]))('gives every plan the feature %s when asked', (feature) => {
    for (const plan of sample({ features: [feature] }, 40)) expect(featuresOf(plan)).toContain(feature);
  });

  it('gives features together', () => {
    const asked: readonly Feature[][] = [
      ['boot', 'copy', 'load', 'severed'],
      ['update', 'severed', 'network', 'text'],
      ['slots', 'copy', 'write', 'integrated', 'index-array'],
      ['both-sign', 'mac0', 'installed-number'],
      ['update', 'network', 'flat', 'multi-component'],
      ['boot', 'try-each', 'run-sequence'],
      ['sign', 'policy', 'severed'],
      ['mac-wrapped', 'both-sign', 'unknown-label'],
      ['hsslms', 'two-anchors', 'boot'],
      ['profile', 'severed'],
    ];
    for (const wanted of asked) {
      for (const plan of sample({ features: wanted }, 40)) {
        expect([...featuresOf(plan)]).toEqual(expect.arrayContaining(wanted));
      }
    }
  });

  it('refuses features that exclude each other', () => {
    const draw = () => sample({ features: ['mac0', 'sign1'] }, 1);
    expect(draw).toThrow(BenchError);
    expect(draw).toThrow(/mac0, sign1/);
  });

  it('gives the event that is asked for', () => {
    for (const plan of sample({ event: 'update' }, 40)) expect(plan.deliveries).not.toBe('boot');
    for (const plan of sample({ event: 'boot' }, 40)) expect(plan.deliveries).not.toBe('update');
  });

  it('draws from each valid family, and names the family of every plan', () => {
    for (const id of validFamilyIds) {
      for (const plan of sample({ family: id }, 5)) expect(plan.family).toBe(id);
    }
    for (const plan of sample({}, 100)) expect(plan.family).toBe(familyOf(plan));
    expect(() => arbitraryPlan({ family: 'valid.nothing' })).toThrow(BenchError);
  });

  it('draws ECDSA, which is slow to sign, in about one plan of six', () => {
    const plans = sample({}, 1200);
    const share = plans.filter((plan) => featuresOf(plan).has('sign1-es256')).length / plans.length;
    expect(share).toBeGreaterThan(0.11);
    expect(share).toBeLessThan(0.23);
  });

  it('shrinks to a small plan', () => {
    const found = fc.check(
      fc.property(arbitraryPlan(), (plan) => plan.images[0]!.size < 100),
      { seed: 5, numRuns: 500 },
    );
    const [plan] = found.counterexample as [Plan];
    expect(plan).toMatchObject({
      deliveries: 'update',
      authentication: {
        algorithm: -19,
        form: 'one',
        kid: 'none',
        second: 'none',
        unknownLabel: false,
        policy: 'any',
        profile: 'none',
      },
      digest: -16,
      wrapperDigest: -16,
      severedDigest: -16,
      otherComponents: 0,
      identifiers: 'byte',
      index: 'omitted',
      tryEach: 'none',
      runSequence: 'none',
      severed: [],
      text: { place: 'none' },
      seed: 0,
    });
    expect(plan.images).toEqual([
      {
        size: 100,
        by: 'network',
        staged: 'no',
        loaded: false,
        storage: 'variable',
        sized: true,
        before: 'empty',
      },
    ]);
    expect(plan).not.toHaveProperty('referenceUri');
  });
});
