/**
 * Cases of several deliveries or of several attacks: histories and pairs, spread over the rounds of a campaign.
 *
 * @module
 */
import type { AnyAttack, Group } from '../attacks/attack.ts';
import { historyAttacks } from '../attacks/histories.ts';
import { attacksOf, groupPairs, pairAttack } from '../attacks/pairs.ts';
import { BenchError } from '../bench-error.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { type Case, drawCase, drawCaseOn, type Inapplicable, isInapplicable } from './case.ts';
import { seedOf } from './scenario-pool.ts';

/** How many there are in the whole campaign; default 0. */
export interface Composed {
  readonly histories?: number;
  readonly pairs?: number;
}

export interface Share {
  readonly round: number;
  /** Rounds in all. */
  readonly of: number;
}

/** Those that come in this round, not drawn yet; each is the same in whatever round it comes. */
export function composedDraws(
  { histories = 0, pairs = 0 }: Composed,
  seed: number,
  { round, of }: Share,
  scenario?: Scenario,
): readonly (() => Case | Inapplicable)[] {
  const inRound = (all: number): readonly number[] => {
    const [from, to] = [Math.floor((all * round) / of), Math.floor((all * (round + 1)) / of)];
    return Array.from({ length: to - from }, (_, i) => from + i);
  };
  return [
    ...inRound(histories).map((i) => () => drawHistory(i, seed, scenario)),
    ...inRound(pairs).map((i) => () => drawPair(i, seed, scenario)),
  ];
}

/**
 * The kinds take turns; the n-th of a kind is the case of round n of its attack.
 *
 * `scenario`: a user's own envelope, in place of generated ones.
 */
export function drawHistory(i: number, seed: number, scenario?: Scenario): Case | Inapplicable {
  const attack = historyAttacks[i % historyAttacks.length] as AnyAttack;
  const round = Math.floor(i / historyAttacks.length);
  return scenario ? drawCaseOn(scenario, attack, round, seed) : drawCase(attack, round, seed);
}

/** Two attacks that mean nothing together are drawn anew, so many times. */
const pairAttempts = 8;

/**
 * Every two groups have their turn before any two have it again.
 *
 * `scenario`: a user's own envelope, in place of generated ones.
 */
export function drawPair(i: number, seed: number, scenario?: Scenario): Case | Inapplicable {
  const [first, second] = groupPairs[i % groupPairs.length] as readonly [Group, Group];
  const pick = (group: Group, attempt: number): AnyAttack => {
    const attacks = attacksOf(group);
    return attacks[seedOf(seed, 'pair', i, attempt, group) % attacks.length] as AnyAttack;
  };
  let attack = pairAttack([pick(first, 0)], [pick(second, 0)]);
  for (let attempt = 0; attempt < pairAttempts; attempt++) {
    attack = pairAttack([pick(first, attempt)], [pick(second, attempt)]);
    const drawn = scenario ? drawCaseOn(scenario, attack, i, seed) : drawIfPlanned(attack, i, seed);
    if (!isInapplicable(drawn)) return drawn;
  }
  return { kind: 'inapplicable', attack, round: i };
}

/** As `drawCase`; what the one attack needs may exclude what the other needs. */
export function drawIfPlanned(attack: AnyAttack, round: number, seed: number): Case | Inapplicable {
  try {
    return drawCase(attack, round, seed);
  } catch (thrown) {
    if (thrown instanceof BenchError && thrown.code === 'features-conflict')
      return { kind: 'inapplicable', attack, round };
    throw thrown;
  }
}
