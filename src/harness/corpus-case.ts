/**
 * The bench's own corpus: one small case for each attack, and whether it still is what the attack makes.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import { buildScenario } from '../scenarios/build.ts';
import type { Plan } from '../scenarios/plan.ts';
import type { Host } from '../verifiers/host.ts';
import { type Case, drawCase, isInapplicable, makeCase } from './case.ts';
import { asCase } from './corpus.ts';
import { type CaseFile, caseToFile, runToJson, type StoredCase } from './finding.ts';
import { drawOne, planArbitrary, planSeed, ScenarioPool } from './scenario-pool.ts';
import { drawOf, walk } from './shrink.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Verdict } from './verdict.ts';

/** What a case of the corpus may get on the reference, the most telling first. */
const worthKeeping: readonly Verdict[] = ['proven', 'accepted', 'policy', 'weak', 'masked'];

const seed = 1;
const draws = 16;
const shrinkTries = 120;

/**
 * The most telling and then smallest of a few draws, its plan shrunk; undefined: none had a meaning, or none got a
 * verdict worth keeping.
 */
export async function corpusCase(
  attack: AnyAttack,
  reference: Host,
  pool: ScenarioPool = new ScenarioPool(seed),
): Promise<CaseFile | undefined> {
  let best: Kept | undefined;
  for (let round = 0; round < draws; round++) {
    const drawn = drawCase(attack, round, seed, pool);
    if (isInapplicable(drawn)) continue;
    const kept = await keep(drawn, reference);
    if (kept !== undefined && (best === undefined || isBetter(kept, best))) best = kept;
  }
  if (best === undefined) return undefined;
  const { case: one, verdict } = await withSmallestPlan(best, reference);
  return caseToFile(one, { verdict });
}

interface Kept {
  readonly case: Case;
  readonly verdict: Verdict;
  readonly size: number;
}

async function keep(one: Case, reference: Host): Promise<Kept | undefined> {
  const { verdict } = (await tryCase(reference, one, new ControlCache())).ruling;
  if (!worthKeeping.includes(verdict)) return undefined;
  return { case: one, verdict, size: JSON.stringify(caseToFile(one)).length };
}

function isBetter(a: Kept, b: Kept): boolean {
  const [rankA, rankB] = [worthKeeping.indexOf(a.verdict), worthKeeping.indexOf(b.verdict)];
  return rankA === rankB ? a.size < b.size : rankA < rankB;
}

/** Lets fast-check shrink the plan as long as expectation and verdict stay. */
async function withSmallestPlan(from: Kept, reference: Host): Promise<Kept> {
  const { attack, round, choice, expect } = from.case;
  const plans = planArbitrary(attack);
  const start =
    from.case.plan &&
    drawOf((attempt) => drawOne(plans, planSeed(seed, attack, round, attempt)), from.case.plan);
  let best = from;
  let tries = 0;
  const shrinks = async (plan: Plan): Promise<boolean> => {
    if (tries++ >= shrinkTries) return false;
    const made = makeCase(attack, round, buildScenario(plan), choice);
    if (made === undefined || JSON.stringify(made.expect) !== JSON.stringify(expect)) return false;
    const kept = await keep({ ...made, plan }, reference);
    if (kept?.verdict !== from.verdict || kept.size > best.size) return false;
    best = kept;
    return true;
  };
  await walk(plans, start, shrinks);
  return best;
}

/** Why a stored case is no longer the attack's, or does not get what it must; undefined: it stands. */
export async function staleness(
  stored: StoredCase,
  attack: AnyAttack,
  reference: Host,
): Promise<string | undefined> {
  const expected = JSON.stringify(stored.expect);
  if (!attack.expects.some((one) => JSON.stringify(one) === expected))
    return 'the attack no longer has its expectation';
  if (changedSince(stored, attack)) return 'the attack no longer makes its bytes';
  const one = asCase(stored, [attack], attack.id);
  const { verdict, note } = (await tryCase(reference, one, new ControlCache())).ruling;
  return verdict === stored.verdict
    ? undefined
    : `the reference gets ${verdict} (${note}) instead of ${stored.verdict ?? 'a stored verdict'}`;
}

/** Plan and choice may have had another shape when they were stored: what cannot be made of them is not made. */
function remade(attack: AnyAttack, plan: Plan, choice: unknown): Case | undefined {
  try {
    return makeCase(attack, 0, buildScenario(plan), choice);
  } catch {
    return undefined;
  }
}

/** Where the generator still makes the stored control of its plan, the attack must make the stored attack of it. */
function changedSince(
  { plan, choice, control, attacked, dimension }: StoredCase,
  attack: AnyAttack,
): boolean {
  if (plan === undefined) return false;
  const made = remade(attack, plan, choice);
  const differs = made === undefined || made.dimension !== dimension;
  const text = (run: Case['control']): string => JSON.stringify(runToJson(run));
  if (differs) return true;
  return text(made.control) === text(control) && text(made.attacked) !== text(attacked);
}
