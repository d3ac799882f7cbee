import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { rowOf } from '../attacks/rows.ts';
import { buildScenario } from '../scenarios/build.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import { type Run, step } from '../scenarios/scenario.ts';
import type { Host } from '../verifiers/host.ts';
import { createVerifier } from '../verifiers/reference/reference.ts';
import { defaultRules } from '../verifiers/reference/rules.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';
import { directHost } from './direct-host.ts';
import { type Mutant, ruleKillers } from './fixtures/rule-killers.ts';
import { judgeControl } from './judge.ts';
import { ControlCache, tryCase } from './trial.ts';

/** Of each attack, or of mixed valid scenarios; most mutants are noticed in the first. */
const rounds = 40;
const attacks = new Map(catalogue.map((attack) => [attack.id, attack]));
const isBuilt = (killer: string): boolean => attacks.has(killer) || killer === 'valid';
const table = 'src/harness/fixtures/rule-killers.ts';

/** What a killer delivers: cases, or runs that are valid. */
const deliveries = new Map<string, readonly (Case | Run)[]>();

function deliveriesOf(killer: string): readonly (Case | Run)[] {
  const known = deliveries.get(killer) ?? draw(killer);
  deliveries.set(killer, known);
  return known;
}

function draw(killer: string): readonly (Case | Run)[] {
  const attack = attacks.get(killer);
  if (attack === undefined)
    return fc.sample(arbitraryPlan(), { seed: 3, numRuns: rounds }).map((plan): Run => {
      const scenario = buildScenario(plan);
      return { recipient: scenario.recipient, steps: scenario.deliveries.map((one) => step(one)) };
    });
  return Array.from({ length: rounds }, (_, round) => drawCase(attack, round, 1)).filter(
    (one): one is Case => !isInapplicable(one),
  );
}

/** The verdict and, since where policy rules either is allowed, the answer. */
async function verdict(host: Host, one: Case | Run): Promise<string> {
  if ('attack' in one) {
    const { ruling } = await tryCase(host, one, new ControlCache());
    return `${ruling.verdict} ${ruling.outcome?.kind ?? ''}`;
  }
  const outcomes = await host.trial(
    one.recipient,
    one.steps.map(({ delivery }) => delivery),
  );
  return judgeControl(one, outcomes, host.claims).verdict;
}

const reference = await directHost('reference', createVerifier());
const ofReference = new Map<Case | Run, Promise<string>>();

function verdictOfReference(one: Case | Run): Promise<string> {
  const known = ofReference.get(one) ?? verdict(reference, one);
  ofReference.set(one, known);
  return known;
}

/** Does any delivery of any of its killers get another verdict? */
async function isNoticed({ rules, killers }: Mutant): Promise<boolean> {
  const host = await directHost('mutant', createVerifier({ rules }));
  for (const killer of killers.filter(isBuilt))
    for (const one of deliveriesOf(killer))
      if ((await verdict(host, one)) !== (await verdictOfReference(one))) return true;
  return false;
}

const names = Object.keys(defaultRules) as (keyof typeof defaultRules)[];
const mutantsOf = (name: (typeof names)[number]): readonly Mutant[] =>
  (ruleKillers[name] ?? []).filter(({ killers }) => killers.some(isBuilt));

describe('no rule of the reference verifier is dead', () => {
  it.each(names)('%s', async (name) => {
    const mutants = mutantsOf(name);
    const missing = `rule ${name} has no mutant with a killer that is built: add them to ${table}, and the attack if none notices`;
    expect(mutants.length, missing).toBeGreaterThan(0);
    for (const mutant of mutants) {
      const killers = mutant.killers.filter(isBuilt).join(', ');
      const survives = `the ${name} that ${mutant.name} gets the same verdicts from ${killers}: the rule is dead, or ${table} needs another killer`;
      expect(await isNoticed(mutant), survives).toBe(true);
    }
  });

  it('names rules and attacks that exist', () => {
    expect(Object.keys(ruleKillers).filter((name) => !(name in defaultRules))).toEqual([]);
    const killers = Object.values(ruleKillers).flatMap((mutants) => mutants.flatMap((one) => one.killers));
    expect(killers.filter((id) => rowOf(id) === undefined && !isBuilt(id))).toEqual([]);
  });

  it('would notice a rule without effect', async () => {
    expect(await isNoticed({ name: 'is as it was', rules: { ...defaultRules }, killers: ['valid'] })).toBe(
      false,
    );
  });
});
