/**
 * Breeding: cases made of kept ones. Each is an attack on a scenario, with its control twin and its expectation, as
 * any other case; which ones come hangs on the seed, on the case's place and on what had been kept before.
 *
 * @module
 */
import type fc from 'fast-check';
import type { AnyAttack, Group } from '../attacks/attack.ts';
import { blindAttacks, changeBytes } from '../attacks/blind.ts';
import { catalogue } from '../attacks/catalogue.ts';
import { historyAttacks } from '../attacks/histories.ts';
import { type PairChoice, pairAttack, pairedGroups } from '../attacks/pairs.ts';
import { buildScenario } from '../scenarios/build.ts';
import type { Plan } from '../scenarios/plan.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { attempts, type Case, type Inapplicable, makeCase } from './case.ts';
import { Dice } from './dice.ts';
import { nearChoice } from './mutate-choice.ts';
import { nearPlan, planFor } from './mutate-plan.ts';
import { type Device, planArbitrary, sampleOne } from './scenario-pool.ts';

/** What a case is bred from. */
export interface Parent {
  readonly attack: string;
  readonly choice: unknown;
  /** Absent: nothing can be bred from it. */
  readonly plan?: Plan;
}

export interface BreedOptions extends Device {
  readonly seed: number;
  /** Those that may come. */
  readonly attacks: readonly AnyAttack[];
  /** Also pairs, histories and blind changes of them. */
  readonly composes: boolean;
}

/** How a case is bred. */
export const ways = [
  /** A draw of its own, where nothing could be bred. */
  'fresh',
  /** The parent's choice changed. */
  'choice',
  /** The parent's plan changed. */
  'plan',
  /** Another attack on the parent's plan. */
  'graft',
  /** The parent's attack and another at once. */
  'pair',
  /** A history on the parent's plan. */
  'history',
  /** A blind change of what the parent's plan or attack delivers. */
  'blind',
] as const;
export type Way = (typeof ways)[number];

export interface BredCase {
  readonly way: Way;
  readonly case: Case | Inapplicable;
}

/** Places that share a parent, so that its scenario and its control are shared too. */
const litterSize = 8;

const retries = 4;

/** How often each way is tried; of those that compose only where that is wanted. */
const shares: readonly Way[] = [
  ...Array<Way>(4).fill('choice'),
  ...Array<Way>(2).fill('plan'),
  ...Array<Way>(5).fill('graft'),
  ...Array<Way>(5).fill('pair'),
  ...Array<Way>(2).fill('history'),
  ...Array<Way>(4).fill('blind'),
];

/** Scenarios by plan, so that the cases of a batch that share a plan share the scenario. */
export class ScenarioCache {
  private readonly known = new Map<string, Scenario>();

  of(plan: Plan): Scenario {
    const key = JSON.stringify(plan);
    const scenario = this.known.get(key) ?? buildScenario(plan);
    this.known.set(key, scenario);
    return scenario;
  }
}

/** The case at this place of the sequence. */
export function breed(
  n: number,
  parents: readonly Parent[],
  options: BreedOptions,
  scenarios: ScenarioCache,
): BredCase {
  const parent = parentOf(n, parents, options);
  const dice = new Dice(options.seed, 'breed', n);
  for (let attempt = 0; attempt < retries; attempt++) {
    const way = dice.pick(shares as [Way, ...Way[]]);
    const bred = parent && isWanted(way, options) ? bredBy(way, parent, dice, options) : undefined;
    const made = bred && makeCase(bred.attack, n, scenarios.of(bred.plan), bred.choice);
    if (made !== undefined) return { way, case: { ...made, plan: (bred as Bred).plan } };
  }
  return { way: 'fresh', case: fresh(n, dice, options, scenarios) };
}

interface Bred {
  readonly attack: AnyAttack;
  readonly plan: Plan;
  readonly choice: unknown;
}

/** The later a case was kept, the more often it is taken: what it showed is less explored. */
function parentOf(n: number, parents: readonly Parent[], { seed }: BreedOptions): Parent | undefined {
  const dice = new Dice(seed, 'litter', Math.floor(n / litterSize));
  if (parents.length === 0) return undefined;
  return parents[Math.max(dice.below(parents.length), dice.below(parents.length))];
}

function isWanted(way: Way, { composes }: BreedOptions): boolean {
  return composes || !(way === 'pair' || way === 'history' || way === 'blind');
}

/** undefined: nothing of the kind can be made of this parent. */
function bredBy(way: Way, parent: Parent, dice: Dice, options: BreedOptions): Bred | undefined {
  const { plan, choice } = parent;
  const attack = attackOf(parent, options);
  if (plan === undefined || attack === undefined) return undefined;
  switch (way) {
    case 'fresh':
      return undefined;
    case 'choice':
      return { attack, plan, choice: nearChoice(attack, choice, dice) };
    case 'plan': {
      // What two attacks need together may not be drawn freely.
      const drawsPlans = attack.id.startsWith('pair.') ? changeBytes : attack;
      const donor = sampleOne(planArbitrary(drawsPlans, options), dice.seed());
      const near = nearPlan(plan, donor, attack.on, dice);
      return near && { attack, plan: near, choice };
    }
    case 'graft':
      return grafted(dice.pick(options.attacks), plan, dice);
    case 'pair':
      return grafted(pairWith(attack, dice), plan, dice);
    case 'history':
      return grafted(dice.pick(historyAttacks), plan, dice);
    case 'blind':
      return blindOn(attack, plan, dice);
  }
}

/** Another attack on the parent's plan, as far as it has what the attack needs or can be given it. */
function grafted(attack: AnyAttack | undefined, plan: Plan, dice: Dice): Bred | undefined {
  const own = attack && planFor(plan, attack.on);
  if (attack === undefined || own === undefined) return undefined;
  return { attack, plan: own, choice: drawn(attack, dice) };
}

function blindOn(attack: AnyAttack, plan: Plan, dice: Dice): Bred | undefined {
  const blind = dice.pick(blindAttacks);
  if (blind === undefined) return undefined;
  const choice = drawn(blind, dice);
  const isListed = catalogue.some(({ id }) => id === attack.id);
  if (blind.id !== 'blind.attacked' || !isListed) return { attack: blind, plan, choice };
  return { attack: blind, plan, choice: { ...(choice as object), attack: attack.id } };
}

/** With an attack of another group. */
function pairWith(attack: AnyAttack, dice: Dice): AnyAttack | undefined {
  const isPairable = ({ group }: AnyAttack): boolean => pairedGroups.includes(group as Group);
  const second = dice.pick(catalogue.filter((one) => isPairable(one) && one.group !== attack.group));
  if (second === undefined || !isPairable(attack) || !catalogue.some(({ id }) => id === attack.id))
    return undefined;
  const [a, b] = attack.group < second.group ? [attack, second] : [second, attack];
  return pairAttack([a], [b]);
}

function attackOf({ attack: id, choice }: Parent, { attacks }: BreedOptions): AnyAttack | undefined {
  if (id.startsWith('pair.')) {
    const { first, second } = choice as PairChoice;
    const [one, other] = [first, second].map((name) => catalogue.find((attack) => attack.id === name));
    return one && other && pairAttack([one], [other]);
  }
  return [...attacks, ...historyAttacks, ...blindAttacks].find((attack) => attack.id === id);
}

function fresh(n: number, dice: Dice, options: BreedOptions, scenarios: ScenarioCache): Case | Inapplicable {
  const { attacks } = options;
  const attack = attacks[dice.below(attacks.length)] as AnyAttack;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const plan = sampleOne(planArbitrary(attack, options), dice.seed());
    const made = makeCase(attack, n, scenarios.of(plan), drawn(attack, dice));
    if (made !== undefined) return { ...made, plan };
  }
  return { kind: 'inapplicable', attack, round: n };
}

function drawn(attack: AnyAttack, dice: Dice): unknown {
  return sampleOne(attack.choice as fc.Arbitrary<unknown>, dice.seed());
}
