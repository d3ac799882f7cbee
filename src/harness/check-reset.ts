/**
 * Does a new session find a new recipient, and a delivery what the one before it left?
 *
 * @module
 */
import { allCases } from '../attacks/catalogue.ts';
import type { Outcome } from '../device/outcome.ts';
import { buildScenario } from '../scenarios/build.ts';
import type { Plan } from '../scenarios/plan.ts';
import { before, type Run, step } from '../scenarios/scenario.ts';
import type { Host } from '../verifiers/host.ts';
import { drawCase, isInapplicable } from './case.ts';
import type { Check, CheckUpOptions } from './check-up.ts';
import { deviceOf, missingFor, type Subject } from './claims-seen.ts';
import { summary } from './judge.ts';
import { ScenarioPool } from './scenario-pool.ts';
import { deliver } from './trial.ts';

/** Two updates for the same recipient, alike but for their sequence numbers. */
export interface TwoReleases {
  readonly older: Run;
  readonly newer: Run;
}

const rounds = 40;

/** Updates that are tried until one can be told. */
const triesAtMost = 10;

/** Undefined: none was drawn that needs only what is claimed. If none of them can be told, the first. */
export async function toldReleases(
  host: Host,
  options: Pick<CheckUpOptions, 'seed' | 'fixed'>,
): Promise<TwoReleases | undefined> {
  let first: TwoReleases | undefined;
  let tried = 0;
  for (const two of releases(host, options)) {
    first ??= two;
    if (last(await deliver(host, two.older))?.kind !== 'unsupported') return two;
    if (++tried === triesAtMost) break;
  }
  return first;
}

function* releases(
  subject: Subject,
  { seed, fixed }: Pick<CheckUpOptions, 'seed' | 'fixed'>,
): Generator<TwoReleases> {
  const pool = new ScenarioPool(seed, deviceOf(subject, fixed));
  const attack = allCases.find(({ id }) => id === 'rollback.sequence.lower');
  for (let round = 0; attack !== undefined && round < rounds; round++) {
    const drawn = drawCase(attack, round, seed, pool);
    if (isInapplicable(drawn) || drawn.plan === undefined) continue;
    if (missingFor(subject.claims, drawn).length > 0 || drawn.control.steps.length !== 1) continue;
    const installed = fixed ? fixed.sequence : '5';
    const [older, newer] = [5n, 15n].map((more) =>
      updateOf(drawn.plan as Plan, installed, String(BigInt(installed ?? 0) + more)),
    );
    if (older && newer) yield { older, newer };
  }
}

function updateOf(plan: Plan, installed: string | undefined, offered: string): Run | undefined {
  const sequence = { offered, ...(installed !== undefined && { installed }) };
  const found = before(buildScenario({ ...plan, sequence }), 'update');
  return found && { recipient: found.recipient, steps: [step(found.delivery)] };
}

/** The older release is for a fresh recipient each time, whatever sessions before have installed. */
export async function checkReset(host: Host, { older, newer }: TwoReleases): Promise<Check> {
  const name = 'a new session is a new recipient';
  const first = last(await deliver(host, older));
  const between = last(await deliver(host, newer));
  const second = last(await deliver(host, older));
  const unlucky = [first, between].find((outcome) => outcome?.kind !== 'accepted');
  if (unlucky !== undefined)
    return { name, status: 'skipped', note: `an update was not accepted: ${inWords(unlucky)}` };
  if (second?.kind === 'accepted')
    return { name, status: 'passed', note: 'an older release is accepted in a session after a newer one' };
  return {
    name,
    status: 'failed',
    note: `accepted at first, and after another session had installed a newer one: ${inWords(second)}`,
    fix: 'forget everything at `open`: each session brings its recipient’s whole state',
  };
}

/** Within a session the device remembers, if that is claimed. */
export async function checkMemory(host: Host, { older, newer }: TwoReleases): Promise<Check> {
  const name = 'a session keeps its state';
  if (!host.claims.keepsState)
    return { name, status: 'skipped', note: 'not claimed: attacks over several deliveries are left out' };
  const outcomes = await deliver(host, newer, older.steps);
  const answer = outcomes[1];
  if (outcomes[0]?.kind !== 'accepted' || answer === undefined)
    return { name, status: 'skipped', note: `the first update was not accepted: ${inWords(outcomes[0])}` };
  if (answer.kind === 'rejected') return { name, status: 'passed', note: summary(answer) };
  return {
    name,
    status: 'failed',
    note: `after a newer release an older one in the same session: ${inWords(answer)}`,
    fix: 'keep the sequence number of what was installed until `close`, or do not claim keepsState',
  };
}

function last(outcomes: readonly Outcome[]): Outcome | undefined {
  return outcomes.at(-1);
}

function inWords(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'no answer';
  return 'error' in outcome && outcome.error !== undefined
    ? `${outcome.kind}: ${outcome.error}`
    : summary(outcome);
}
