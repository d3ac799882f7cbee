/**
 * Cases: an attack applied to a scenario that a seed draws. The same seed draws the same cases.
 *
 * @module
 */
import type { AnyAttack, Attacked, Expectation } from '../attacks/attack.ts';
import { fromTheFirst, stillHas } from '../scenarios/fixed.ts';
import type { Plan } from '../scenarios/plan.ts';
import type { Needs, Run, Scenario } from '../scenarios/scenario.ts';
import { attemptsPerChoice, drawChoice } from './choice-turns.ts';
import { ScenarioPool } from './scenario-pool.ts';

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
  /** Policy rows: within it the answers must be the same. */
  readonly dimension?: string;
  readonly control: Run;
  readonly attacked: Run;
  /** On a device that cannot be set back: what brings it to the state that both runs begin with, in place of the control. */
  readonly lead?: Run;
  /** Why such a device cannot be given it. */
  readonly unreachable?: string;
}

/** No scenario was found on which the attack has a meaning. */
export interface Inapplicable {
  readonly kind: 'inapplicable';
  readonly attack: AnyAttack;
  readonly round: number;
}

/** Draws for each case until one has a meaning. */
export const attempts = 12;

/**
 * The case of this attack and round; the draws depend on nothing but seed, attack and round.
 *
 * `choiceRound`: the round whose choice it has; default: its own.
 */
export function drawCase(
  attack: AnyAttack,
  round: number,
  seed: number,
  pool: ScenarioPool = new ScenarioPool(seed),
  choiceRound = round,
): Case | Inapplicable {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { plan, scenario } = pool.draw(attack, round, attempt);
    const made = makeCase(attack, round, scenario, drawChoice(seed, attack, choiceRound, attempt).value);
    if (made !== undefined) return { ...made, plan };
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
  // One attempt with each choice: the scenario is the same.
  for (let attempt = attemptsPerChoice - 1; attempt < attempts; attempt++) {
    const made = makeCase(attack, round, scenario, drawChoice(seed, attack, round, attempt).value);
    if (made !== undefined) return made;
  }
  return { kind: 'inapplicable', attack, round };
}

/** The case of this choice on this scenario; undefined: it has no meaning there. */
export function makeCase(
  attack: AnyAttack,
  round: number,
  scenario: Scenario,
  choice: unknown,
): Case | undefined {
  const { plan } = scenario;
  if (plan?.fixed && !stillHas(plan, attack.on ?? {})) return undefined;
  const made = attack.apply(scenario, choice);
  const attacked = made && plan?.fixed ? onTheDevice(scenario, made) : made;
  return attacked && caseOf(attack, round, scenario, choice, attacked);
}

/** Undefined: it needs another device than the user's. */
function onTheDevice(scenario: Scenario, made: Attacked): Attacked | undefined {
  const control = fromTheFirst(scenario, made.control);
  const run = fromTheFirst(scenario, made.attacked);
  return control && run && { ...made, control, attacked: run };
}

export function isInapplicable(drawn: Case | Inapplicable): drawn is Inapplicable {
  return drawn.kind === 'inapplicable';
}

function caseOf(
  attack: AnyAttack,
  round: number,
  scenario: Scenario,
  choice: unknown,
  { control, attacked, expect, needs, insteadNeeds, dimension }: Attacked,
): Case {
  return {
    kind: 'case',
    attack,
    round,
    family: scenario.family,
    needs: insteadNeeds ?? (needs ? withNeeds(scenario.needs, needs) : scenario.needs),
    choice,
    expect: expect ?? attack.expects[0],
    ...(dimension !== undefined && { dimension }),
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
