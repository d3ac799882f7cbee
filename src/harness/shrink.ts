/**
 * Shrinks a failing case to a small one that fails in the same way, within a budget of tries.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { buildScenario } from '../scenarios/build.ts';
import type { Plan } from '../scenarios/plan.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { cite } from '../suit/clause.ts';
import type { Host } from '../verifiers/host.ts';
import { attempts, type Case, makeCase } from './case.ts';
import { drawChoice } from './choice-turns.ts';
import { runToJson } from './finding.ts';
import { type Draw, drawOne, planArbitrary, planSeed } from './scenario-pool.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

export interface Shrunk {
  readonly smallest: Case;
  readonly ruling: Ruling;
  readonly tries: number;
}

export interface ShrinkOptions {
  readonly seed: number;
  readonly maxTries: number;
  /** The user's own envelope, where the case is of one: it stays as it is. */
  readonly scenario?: Scenario;
}

/** What a candidate still shows; undefined: not what is shrunk. */
export type Still = (candidate: Case) => Promise<Ruling | undefined>;

/** To a small case that fails in the same way. */
export function shrink(host: Host, found: Case, ruling: Ruling, options: ShrinkOptions): Promise<Shrunk> {
  return shrinkWhile(found, ruling, options, failsAlike(host, ruling));
}

/** Fails with the same kind, in the same family. */
export function failsAlike(host: Host, { kind, family }: Ruling): Still {
  const controls = new ControlCache();
  return async (one) => {
    const { ruling } = await tryCase(host, one, controls);
    const isSame = ruling.verdict === 'failed' && ruling.kind === kind && ruling.family === family;
    return isSame ? ruling : undefined;
  };
}

/**
 * Draws choice and plan again from their own seeds and lets fast-check shrink first the one, then the other. Cases that
 * were not drawn stay as they are.
 */
export async function shrinkWhile(
  found: Case,
  ruling: Ruling,
  options: ShrinkOptions,
  still: Still,
): Promise<Shrunk> {
  const given = found.plan === undefined ? options.scenario : planned(found, found.plan);
  if (given === undefined) return { smallest: found, ruling, tries: 0 };
  const search = new Search(found, ruling, options.maxTries, still);
  const { attack, round } = found;
  const choices = attack.choice as fc.Arbitrary<unknown>;
  await walk(
    choices,
    drawOf((attempt) => drawChoice(options.seed, attack, round, attempt), found.choice),
    (choice) => search.fails(given, choice, found.plan),
  );
  if (found.plan !== undefined) {
    const plans = planArbitrary(attack, found.plan);
    await walk(
      plans,
      drawOf((attempt) => drawOne(plans, planSeed(options.seed, attack, round, attempt)), found.plan),
      (plan) => search.fails(buildScenario(plan), search.best.smallest.choice, plan),
    );
  }
  return { ...search.best, tries: search.tries };
}

/**
 * The scenario of a case's plan; undefined where the plan no longer makes the case's own control, as one that an
 * older version stored.
 */
export function planned(found: Case, plan: Plan): Scenario | undefined {
  try {
    const scenario = buildScenario(plan);
    const made = makeCase(found.attack, found.round, scenario, found.choice);
    return made && isDeepStrictEqual(runToJson(made.control), runToJson(found.control))
      ? scenario
      : undefined;
  } catch {
    return undefined;
  }
}

/** The smallest case so far, and the budget. */
export class Search {
  best: Shrunk;
  tries = 0;
  private readonly maxTries: number;
  private readonly still: Still;

  constructor(found: Case, ruling: Ruling, maxTries: number, still: Still) {
    this.maxTries = maxTries;
    this.still = still;
    this.best = { smallest: found, ruling, tries: 0 };
  }

  async fails(scenario: Scenario, choice: unknown, plan: Plan | undefined): Promise<boolean> {
    if (this.tries >= this.maxTries) return false;
    this.tries++;
    const { attack, round, expect } = this.best.smallest;
    const one = makeCase(attack, round, scenario, choice);
    if (one === undefined) return false;
    // Another clause is another defect.
    if (one.expect.strength !== expect.strength || cite(one.expect.clause) !== cite(expect.clause))
      return false;
    const ruling = await this.still(one);
    if (ruling === undefined) return false;
    this.best = { smallest: plan === undefined ? one : { ...one, plan }, ruling, tries: this.tries };
    return true;
  }
}

/** The draw of the attempt that gave this value; undefined: none did. */
export function drawOf<T>(drawOfAttempt: (attempt: number) => Draw<T>, value: T): Draw<T> | undefined {
  const wanted = JSON.stringify(value);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const draw = drawOfAttempt(attempt);
    if (JSON.stringify(draw.value) === wanted) return draw;
  }
  return undefined;
}

/** From what was drawn to ever smaller values that still fail. */
export async function walk<T>(
  arbitrary: fc.Arbitrary<T>,
  from: Draw<T> | undefined,
  fails: (value: T) => Promise<boolean>,
): Promise<void> {
  if (from === undefined) return;
  await fc.check(
    fc.asyncProperty(arbitrary, async (value) => !(await fails(value))),
    { seed: from.seed, path: `${from.index}`, numRuns: 1 },
  );
}
