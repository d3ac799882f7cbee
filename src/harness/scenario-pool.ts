/**
 * The scenarios of generated cases: within a round, attacks with the same needs share them, and so their controls.
 *
 * @module
 */
import { hash } from 'node:crypto';
import fc from 'fast-check';
import type { AnyAttack } from '../attacks/attack.ts';
import { buildScenario } from '../scenarios/build.ts';
import { type FixedPlan, heldTo } from '../scenarios/fixed.ts';
import type { Plan } from '../scenarios/plan.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { drawnWithin, type Within } from '../scenarios/within.ts';

export interface Drawn {
  readonly plan: Plan;
  readonly scenario: Scenario;
}

/** What scenarios are drawn for; nothing: devices of all kinds. */
export interface Device {
  /** A user's own. */
  readonly fixed?: FixedPlan;
  /** What the verifiers claim, where that is little. */
  readonly within?: Within;
}

/**
 * Attacks with the same needs fall into this many lanes by their ids. Fewer deliver fewer controls; more show each
 * round more scenarios, so that a rare one meets some attack.
 */
const lanes = 2;

/** Remembers the scenarios of one round: draw round after round. */
export class ScenarioPool {
  private readonly seed: number;
  private readonly device: Device;
  private readonly drawn = new Map<number, Drawn>();
  private round = -1;

  constructor(seed: number, device: Device = {}) {
    this.seed = seed;
    this.device = device;
  }

  /** Depends on nothing but seed, the attack's needs and id, round and attempt. */
  draw(attack: AnyAttack, round: number, attempt: number): Drawn {
    if (round !== this.round) {
      this.drawn.clear();
      this.round = round;
    }
    const seed = planSeed(this.seed, attack, round, attempt);
    const known = this.drawn.get(seed);
    if (known !== undefined) return known;
    const plan = sampleOne(planArbitrary(attack, this.device), seed);
    const drawn = { plan, scenario: buildScenario(plan) };
    this.drawn.set(seed, drawn);
    return drawn;
  }
}

const arbitraries = new Map<string, fc.Arbitrary<Plan>>();

/** One object for attacks with the same needs. */
export function planArbitrary(attack: AnyAttack, { fixed, within }: Device = {}): fc.Arbitrary<Plan> {
  const key = JSON.stringify([placeOf(attack).needs, fixed, within]);
  const free = (): fc.Arbitrary<Plan> => {
    const drawn = arbitraryPlan(attack.on);
    if (within === undefined) return drawn;
    return drawn.map((plan) => drawnWithin(plan, within, attack.on ?? {}));
  };
  const arbitrary = arbitraries.get(key) ?? (fixed ? free().map((plan) => heldTo(plan, fixed)) : free());
  arbitraries.set(key, arbitrary);
  return arbitrary;
}

export function planSeed(seed: number, attack: AnyAttack, round: number, attempt: number): number {
  const { needs, lane } = placeOf(attack);
  return seedOf(seed, 'scenario', needs, lane, round, attempt);
}

/** The same for attacks that are given the same scenarios in each round. */
export function groupOf(attack: AnyAttack): string {
  return placeOf(attack).group;
}

interface Place {
  /** Names what it needs of a scenario. */
  readonly needs: string;
  readonly lane: number;
  readonly group: string;
}

const places = new WeakMap<AnyAttack, Place>();

function placeOf(attack: AnyAttack): Place {
  const known = places.get(attack);
  if (known !== undefined) return known;
  const { id, on } = attack;
  const needs = JSON.stringify([on?.event, on?.family, [...(on?.features ?? [])].sort()]);
  const lane = seedOf(id) % lanes;
  const place = { needs, lane, group: `${lane} ${needs}` };
  places.set(attack, place);
  return place;
}

/** A value, and how it is drawn again: as the one at this index of those that the seed draws. */
export interface Draw<T> {
  readonly value: T;
  readonly seed: number;
  readonly index: number;
}

export function drawOne<T>(arbitrary: fc.Arbitrary<T>, seed: number): Draw<T> {
  return { value: sampleOne(arbitrary, seed), seed, index: 0 };
}

export function sampleOne<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  const [value] = fc.sample(arbitrary, { seed, numRuns: 1 });
  return value as T;
}

/** A 31-bit seed for one draw. */
export function seedOf(...parts: readonly (string | number)[]): number {
  return hash('sha256', JSON.stringify(parts), 'buffer').readInt32BE(0) & 0x7fffffff;
}
