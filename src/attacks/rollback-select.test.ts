import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildScenario } from '../scenarios/build.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { selectFallback } from './rollback-select.ts';

describe('rollback.select.fallback', () => {
  it.each(['class', 'payload', 'abort'] as const)('offers a latest that fails by its %s', async (how) => {
    const plans = fc.sample(arbitraryPlan(selectFallback.on), { seed: 4, numRuns: 12 });
    const choice = { gap: '5', how, first: true };
    const made = plans.map((plan) => selectFallback.apply(buildScenario(plan), choice));
    const cases = made.filter((one) => one !== undefined);
    expect(cases.length).toBeGreaterThan(6);
    for (const { attacked } of cases) {
      const [judged] = attacked.steps;
      const { candidates: _others, ...latest } = judged?.delivery ?? { event: 'update', payloads: [] };
      const answers = [latest, judged?.delivery ?? latest].map(async (delivery) => {
        const session = await referenceVerifier().open(attacked.recipient);
        return session.deliver(delivery);
      });
      // By itself it is refused; beside the next latest, that one is run.
      expect((await Promise.all(answers)).map(({ kind }) => kind)).toEqual(['rejected', 'accepted']);
    }
  });
});
