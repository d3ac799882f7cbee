/**
 * Shrinks cases that were bred: no seed draws them again, so choice and plan are made plainer as values.
 *
 * @module
 */
import fc from 'fast-check';
import { buildScenario } from '../scenarios/build.ts';
import type { Plan } from '../scenarios/plan.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Host } from '../verifiers/host.ts';
import type { Case } from './case.ts';
import { planFor, withField } from './mutate-plan.ts';
import { failsAlike, planned, Search, type Shrunk } from './shrink.ts';
import type { Ruling } from './verdict.ts';

/** First the choice, with half of the tries at most, then the plan's fields. Without a plan the case stays as it is. */
export async function shrinkBred(host: Host, found: Case, ruling: Ruling, maxTries: number): Promise<Shrunk> {
  const { plan } = found;
  const scenario = plan && planned(found, plan);
  if (plan === undefined || scenario === undefined || maxTries === 0)
    return { smallest: found, ruling, tries: 0 };
  const search = new Search(found, ruling, maxTries, failsAlike(host, ruling));
  await shrinkChoice(search, scenario, plan, Math.ceil(maxTries / 2));
  await shrinkPlan(search, plan);
  return { ...search.best, tries: search.tries };
}

async function shrinkChoice(search: Search, scenario: Scenario, plan: Plan, most: number): Promise<void> {
  const arbitrary = search.best.smallest.attack.choice as fc.Arbitrary<unknown>;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    const { choice } = search.best.smallest;
    if (!arbitrary.canShrinkWithoutContext(choice)) return;
    for (const { value } of arbitrary.shrink(choice, undefined)) {
      if (search.tries >= most) return;
      isSmaller = await search.fails(scenario, value, plan);
      if (isSmaller) break;
    }
  }
}

async function shrinkPlan(search: Search, from: Plan): Promise<void> {
  const plain = plainestPlan();
  const fields = [...new Set([...Object.keys(from), ...Object.keys(plain)])] as (keyof Plan)[];
  let plan = from;
  for (const field of fields) {
    // The device is the user's.
    if (field === 'fixed' || field === 'within') continue;
    const { attack, choice } = search.best.smallest;
    const plainer = planFor(withField(plan, field, plain), attack.on);
    if (plainer === undefined || JSON.stringify(plainer) === JSON.stringify(plan)) continue;
    if (await search.fails(buildScenario(plainer), choice, plainer)) plan = plainer;
  }
}

let plainest: Plan | undefined;

/** What every plan shrinks to where anything will do. */
function plainestPlan(): Plan {
  const check = () =>
    fc.check(
      fc.property(arbitraryPlan(), () => false),
      { seed: 1, numRuns: 1 },
    );
  plainest ??= check().counterexample?.[0] as Plan;
  return plainest;
}
