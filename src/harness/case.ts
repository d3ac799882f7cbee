/**
 * Cases: an attack applied to a scenario that a seed draws. The same seed draws the same cases.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { AnyAttack, Attacked, Expectation } from '../attacks/attack.ts';
import { buildScenario } from '../scenarios/build.ts';
import type { Plan } from '../scenarios/plan.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { Needs, Run, Scenario } from '../scenarios/scenario.ts';

export interface Case {
  readonly kind: 'case';
  readonly attack: AnyAttack;
  /** Counted from 0 for each attack. */
  readonly round: number;
  /** Id of the valid family of its scenario, `given` or `corpus`. */
  readonly family: string;
  readonly needs: Needs;
  /** Absent for a user's own envelope and for stored cases. */
  readonly plan?: Plan;
  readonly choice: unknown;
  readonly expect: Expectation;
  readonly control: Run;
  readonly attacked: Run;
}

/** No scenario was found on which the attack has a meaning. */
export interface Inapplicable {
  readonly kind: 'inapplicable';
  readonly attack: AnyAttack;
  readonly round: number;
}

const attempts = 12;

/** The case of this attack and round; the draws depend on nothing but seed, attack id and round. */
export function drawCase(attack: AnyAttack, round: number, seed: number): Case | Inapplicable {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const drawn = draw(caseArbitrary(attack), seedOf(seed, attack.id, round, attempt));
    const made = makeCase(attack, round, drawn.plan, drawn.choice);
    if (made !== undefined) return made;
  }
  return { kind: 'inapplicable', attack, round };
}

/** The case of this attack and round on a user's own envelope. */
export function drawCaseOn(
  scenario: Scenario,
  attack: AnyAttack,
  round: number,
  seed: number,
): Case | Inapplicable {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const choice = draw(attack.choice as fc.Arbitrary<unknown>, seedOf(seed, attack.id, round, attempt));
    const attacked = attack.apply(scenario, choice);
    if (attacked !== undefined) return caseOf(attack, round, scenario, choice, attacked);
  }
  return { kind: 'inapplicable', attack, round };
}

/** What shrinking works on. */
export function caseArbitrary(attack: AnyAttack): fc.Arbitrary<{ plan: Plan; choice: unknown }> {
  return fc.record({ plan: arbitraryPlan(attack.on), choice: attack.choice as fc.Arbitrary<unknown> });
}

export function makeCase(attack: AnyAttack, round: number, plan: Plan, choice: unknown): Case | undefined {
  const scenario = buildScenario(plan);
  const attacked = attack.apply(scenario, choice);
  return attacked && { ...caseOf(attack, round, scenario, choice, attacked), plan };
}

export function isInapplicable(drawn: Case | Inapplicable): drawn is Inapplicable {
  return drawn.kind === 'inapplicable';
}

function caseOf(
  attack: AnyAttack,
  round: number,
  scenario: Scenario,
  choice: unknown,
  { control, attacked, expect, needs }: Attacked,
): Case {
  return {
    kind: 'case',
    attack,
    round,
    family: scenario.family,
    needs: needs ? withNeeds(scenario.needs, needs) : scenario.needs,
    choice,
    expect: expect ?? attack.expects[0],
    control,
    attacked,
  };
}

function withNeeds(of: Needs, more: NonNullable<Attacked['needs']>): Needs {
  return {
    ...of,
    commands: [...new Set([...of.commands, ...more.commands])],
    parameters: [...new Set([...of.parameters, ...more.parameters])],
  };
}

function draw<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  const [value] = fc.sample(arbitrary, { seed, numRuns: 1 });
  return value as T;
}

/** A 31-bit seed for one draw. */
export function seedOf(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readInt32BE(0) & 0x7fffffff;
}
