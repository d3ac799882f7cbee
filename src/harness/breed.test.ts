import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyAttack } from '../attacks/attack.ts';
import { catalogue } from '../attacks/catalogue.ts';
import { historyAttacks } from '../attacks/histories.ts';
import { buildScenario } from '../scenarios/build.ts';
import { hasFeature } from '../scenarios/features.ts';
import type { Plan } from '../scenarios/plan.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { type BredCase, breed, type Parent, ScenarioCache, ways } from './breed.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';
import { Dice } from './dice.ts';
import { directHost } from './direct-host.ts';
import { runToJson } from './finding.ts';
import { nearChoice } from './mutate-choice.ts';
import { nearPlan, planFor } from './mutate-plan.ts';
import { planArbitrary, sampleOne } from './scenario-pool.ts';
import { ControlCache, tryCase } from './trial.ts';

const reference = await directHost('reference', referenceVerifier());
const parents = catalogue.flatMap((attack, i): Parent[] => {
  const one = i % 12 === 0 ? drawCase(attack, 0, 5) : { kind: 'inapplicable' as const, attack, round: 0 };
  return isInapplicable(one) || !one.plan ? [] : [{ attack: attack.id, choice: one.choice, plan: one.plan }];
});
const options = { seed: 5, attacks: catalogue, composes: true };

function bred(count: number, from: readonly Parent[] = parents, more = options): readonly BredCase[] {
  const scenarios = new ScenarioCache();
  return Array.from({ length: count }, (_, n) => breed(n, from, more, scenarios));
}

function told({ way, case: one }: BredCase): unknown {
  if (isInapplicable(one)) return { way, attack: one.attack.id };
  const { attack, choice, plan, expect, control, attacked } = one;
  return {
    way,
    attack: attack.id,
    choice,
    plan,
    expect,
    control: runToJson(control),
    attacked: runToJson(attacked),
  };
}

describe('breed', () => {
  const some = bred(160);
  const cases = some.flatMap(({ case: one }): Case[] => (isInapplicable(one) ? [] : [one]));

  it('makes the same case of the same seed, place and parents', () => {
    expect(bred(40).map(told)).toEqual(some.slice(0, 40).map(told));
    expect(bred(40, parents, { ...options, seed: 6 }).map(told)).not.toEqual(some.slice(0, 40).map(told));
    expect(bred(40, parents.slice(1)).map(told)).not.toEqual(some.slice(0, 40).map(told));
  });

  it('goes every way, and draws where there are no parents', () => {
    const gone = new Set(some.map(({ way }) => way));
    expect(ways.filter((way) => way !== 'fresh' && !gone.has(way))).toEqual([]);
    expect(new Set(bred(12, []).map(({ way }) => way))).toEqual(new Set(['fresh']));
  });

  it('stays within the attacks that are wanted', () => {
    const attacks = catalogue.filter(({ group }) => group === 'E');
    const ids = attacks.map(({ id }) => id);
    const own = parents.filter(({ attack }) => ids.includes(attack));
    expect(own.length).toBeGreaterThan(0);
    for (const { case: one } of bred(60, own, { seed: 5, attacks, composes: false }))
      expect(ids).toContain(one.attack.id);
  });

  it('shares scenario and control among the cases of a litter', () => {
    expect(new Set(cases.map(({ control }) => control)).size).toBeLessThan(cases.length);
  });

  it('makes no case whose control the reference refuses, or that it fails', async () => {
    expect(cases.length).toBeGreaterThan(130);
    const controls = new ControlCache();
    const rulings = await Promise.all(cases.map((one) => tryCase(reference, one, controls)));
    const wrong = rulings.flatMap(({ ruling, control }, i) =>
      ruling.verdict === 'failed' || ruling.verdict === 'inconclusive' || control?.verdict === 'failed'
        ? [`${cases[i]?.attack.id}: ${ruling.note}`]
        : [],
    );
    expect(wrong).toEqual([]);
  });

  it('leaves values that JSON gives back', () => {
    for (const { choice, plan } of cases)
      expect(JSON.parse(JSON.stringify({ choice, plan }))).toEqual({ choice, plan });
  });
});

describe('nearChoice', () => {
  it('never leaves what the attack can draw', () => {
    const plain = catalogue.filter((attack) => {
      const arbitrary = attack.choice as fc.Arbitrary<unknown>;
      return arbitrary.canShrinkWithoutContext(JSON.parse(JSON.stringify(sampleOne(arbitrary, 1))));
    });
    expect(plain.length).toBeGreaterThan(catalogue.length / 2);
    let changed = 0;
    for (const attack of plain) {
      const arbitrary = attack.choice as fc.Arbitrary<unknown>;
      let choice = sampleOne(arbitrary, 1);
      for (let n = 0; n < 6; n++) {
        const near = nearChoice(attack, choice, new Dice(n, attack.id));
        expect(arbitrary.canShrinkWithoutContext(near)).toBe(true);
        if (JSON.stringify(near) !== JSON.stringify(choice)) changed++;
        choice = near;
      }
    }
    expect(changed).toBeGreaterThan(plain.length);
  });

  it('keeps a history a history', () => {
    const [attack] = historyAttacks as readonly [AnyAttack];
    const arbitrary = attack.choice as fc.Arbitrary<readonly unknown[]>;
    const own = fc.sample(arbitrary, { seed: 1, numRuns: 20 });
    for (const [n, choice] of own.entries()) {
      const near = nearChoice(attack, choice, new Dice(n)) as readonly { readonly do: string }[];
      expect(near.length).toBeGreaterThan(0);
      expect(near.length).toBeLessThanOrEqual(8);
      for (const one of near) expect(one.do).toEqual(expect.any(String));
    }
  });
});

describe('plans', () => {
  const drawn = (seed: number) => sampleOne(planArbitrary(catalogue[0] as AnyAttack), seed);

  it('are given what another attack needs, or refused', () => {
    const wanted = ['two-anchors', 'severed'] as const;
    const plans = Array.from({ length: 20 }, (_, seed) => planFor(drawn(seed), { features: wanted }));
    const given = plans.filter((plan) => plan !== undefined);
    expect(given.length).toBeGreaterThan(10);
    for (const plan of given) expect(wanted.every((feature) => hasFeature(plan, feature))).toBe(true);
    expect(planFor(drawn(1), { features: ['sign1', 'mac0'] })).toBeUndefined();
    expect(planFor(drawn(1), { family: 'valid.fetch' })).toBeUndefined();
  });

  it('install something where an earlier release is in place that would not do for the new one', async () => {
    const minimal = planFor(drawn(1), { features: ['minimal', 'update'] }) as Plan;
    expect(hasFeature(minimal, 'minimal')).toBe(true);
    const earlier = planFor(minimal, { features: ['earlier'] }) as Plan;
    expect([hasFeature(earlier, 'earlier'), hasFeature(earlier, 'minimal')]).toEqual([true, false]);
    expect(planFor(minimal, { features: ['minimal', 'earlier'] })).toBeUndefined();
    const { recipient, deliveries } = buildScenario(earlier);
    const outcomes = await reference.trial(
      recipient,
      deliveries.map(({ delivery }) => delivery),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
  });

  it('are settled after fields of another were mixed in', () => {
    let changed = 0;
    for (let seed = 0; seed < 30; seed++) {
      const near = nearPlan(drawn(seed), drawn(seed + 100), undefined, new Dice(seed));
      expect(near && planFor(near)).toEqual(near);
      if (JSON.stringify(near) !== JSON.stringify(drawn(seed))) changed++;
    }
    expect(changed).toBeGreaterThan(15);
  });
});
