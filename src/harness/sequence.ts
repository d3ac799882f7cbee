/**
 * The sequence of a campaign's cases: stored ones, then round after round of all attacks in their order. A case is
 * drawn when it is asked for, and its draw depends on no other: any of them can be left to another process.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Within } from '../scenarios/within.ts';
import { type Case, drawCase, drawCaseOn, type Inapplicable } from './case.ts';
import { type Composed, composedDraws } from './composed-cases.ts';
import { inForward } from './forward.ts';
import { groupOf, ScenarioPool } from './scenario-pool.ts';

export interface SequenceOptions extends Composed {
  readonly attacks: readonly AnyAttack[];
  /** Past cases, replayed before anything is generated. */
  readonly stored: readonly Case[];
  readonly seed: number;
  /** Rounds: cases per attack. */
  readonly runs: number;
  /** The rounds before this one are left out; default 0. */
  readonly firstRound?: number;
  /** A user's own device, which the scenarios are generated for. */
  readonly fixed?: FixedPlan;
  /** What the verifiers claim, where that is little: the scenarios are generated within it. */
  readonly within?: Within;
  /** A user's own envelope, in place of generated scenarios. */
  readonly scenario?: Scenario;
  /** Only this part of the sequence; each case keeps its place. */
  readonly shard?: Shard;
}

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** A place in the sequence, not drawn yet. */
export interface Slot {
  readonly place: number;
  /** 0 the stored cases, then one for each round. Only cases of one part share a control. */
  readonly part: number;
  /** Cases with the same one share scenarios, and so controls. */
  readonly group: string;
  /** Slots are drawn in the sequence's order, from one pool. */
  readonly draw: (pool: ScenarioPool) => Case | Inapplicable;
}

/** Of the whole sequence, or of the shard's part. */
export function* slotsOf(options: SequenceOptions): Generator<Slot> {
  const { shard, fixed } = options;
  const loads = Array.from({ length: shard?.of ?? 1 }, () => 0);
  let place = 0;
  let part = 0;
  for (const drawn of partsOf(options)) {
    const slots = drawn.map((one) => placed(one, { place: place++, part, fixed }));
    part++;
    yield* shard ? shareOf(slots, shard, loads) : slots;
  }
}

function placed(
  { group, draw }: Draw,
  { fixed, ...at }: Pick<Slot, 'place' | 'part'> & { readonly fixed: FixedPlan | undefined },
): Slot {
  if (fixed?.reset === undefined) return { ...at, group, draw };
  return { ...at, group, draw: (pool) => inForward(draw(pool), fixed, at.place) };
}

export function* casesOf(options: SequenceOptions): Generator<Case | Inapplicable> {
  const pool = poolOf(options);
  for (const slot of slotsOf(options)) yield slot.draw(pool);
}

export function poolOf({ seed, fixed, within }: SequenceOptions): ScenarioPool {
  return new ScenarioPool(seed, { ...(fixed && { fixed }), ...(within && { within }) });
}

/** The cases at these places of the whole sequence. */
export function casesAt(
  options: SequenceOptions,
  places: ReadonlySet<number>,
): ReadonlyMap<number, Case | Inapplicable> {
  const { shard: _all, ...whole } = options;
  const pool = poolOf(options);
  const found = new Map<number, Case | Inapplicable>();
  if (places.size === 0) return found;
  for (const { place, draw } of slotsOf(whole)) {
    if (places.has(place)) found.set(place, draw(pool));
    if (found.size === places.size) break;
  }
  return found;
}

/** For each verifier, of the whole sequence or of the shard's part. */
export function plannedCases(options: Omit<SequenceOptions, 'seed'>): number {
  const { stored, attacks, runs, firstRound = 0, histories = 0, pairs = 0, shard } = options;
  if (shard === undefined)
    return stored.length + attacks.length * Math.max(0, runs - firstRound) + histories + pairs;
  let planned = 0;
  for (const _slot of slotsOf({ ...options, seed: 0 })) planned++;
  return planned;
}

type Draw = Pick<Slot, 'group' | 'draw'>;

function* partsOf(options: SequenceOptions): Generator<readonly Draw[]> {
  const { stored, scenario, seed, firstRound = 0, runs, attacks } = options;
  yield storedDraws(stored);
  for (let round = firstRound; round < runs; round++)
    yield [
      ...attacks.map((attack): Draw => {
        if (scenario) return { group: attack.id, draw: () => drawCaseOn(scenario, attack, round, seed) };
        return { group: groupOf(attack), draw: (pool) => drawCase(attack, round, seed, pool) };
      }),
      ...alone(composedDraws(options, seed, { round: round - firstRound, of: runs - firstRound }, scenario)),
    ];
  if (runs <= firstRound) yield alone(composedDraws(options, seed, { round: 0, of: 1 }, scenario));
}

/** Equal controls of stored cases are one object. */
function storedDraws(stored: readonly Case[]): readonly Draw[] {
  const groups = new Map<Case['control'], string>();
  return stored.map((one, i) => {
    const group = groups.get(one.control) ?? `stored ${i}`;
    groups.set(one.control, group);
    return { group, draw: () => one };
  });
}

function alone(draws: readonly (() => Case | Inapplicable)[]): readonly Draw[] {
  return draws.map((draw, i) => ({ group: `composed ${i}`, draw }));
}

/**
 * Whole groups go to one shard, so that no scenario is drawn and no control delivered in two: the largest first, to
 * the shard that has least so far. `loads` goes on from part to part.
 */
function shareOf(slots: readonly Slot[], { index }: Shard, loads: number[]): readonly Slot[] {
  const sizes = new Map<string, number>();
  for (const { group } of slots) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const own = new Set<string>();
  for (const [group, size] of [...sizes].sort(([, a], [, b]) => b - a)) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] as number) + size;
    if (least === index - 1) own.add(group);
  }
  return slots.filter(({ group }) => own.has(group));
}
