/**
 * One case against one verifier: the control first, on a fresh recipient, then the attacked run.
 *
 * @module
 */

import type { Family } from '../attacks/attack.ts';
import { requiredLevel } from '../attacks/expectation.ts';
import { reaches } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import { withState } from '../device/recipient.ts';
import { isHistory, type Run } from '../scenarios/scenario.ts';
import type { Host } from '../verifiers/host.ts';
import type { Claims } from '../verifiers/verifier.ts';
import type { Case } from './case.ts';
import { highestClaimed, unclaimed, unclaimedExtras } from './claims-fit.ts';
import { judgeAttack, judgeControl } from './judge.ts';
import { judgeHistory } from './judge-history.ts';
import { underCeiling } from './room.ts';
import { notClaimed } from './tally.ts';
import type { Ruling } from './verdict.ts';

export interface CaseRuling {
  readonly ruling: Ruling;
  /** Ruling of the control where this case was the first to need it. */
  readonly control?: Ruling;
}

/** Controls are remembered by the identity of their run: the twin of several attacks is delivered once. */
export class ControlCache {
  private readonly rulings = new WeakMap<Run, Promise<Ruling>>();

  async ruling(host: Host, run: Run): Promise<{ readonly ruling: Ruling; readonly fresh: boolean }> {
    const known = this.rulings.get(run);
    if (known !== undefined) return { ruling: await known, fresh: false };
    const ruling = deliver(host, run).then((outcomes) =>
      underCeiling(judgeControl(run, outcomes, host.claims), run, host),
    );
    this.rulings.set(run, ruling);
    return { ruling: await ruling, fresh: true };
  }
}

export async function tryCase(host: Host, one: Case, controls: ControlCache): Promise<CaseRuling> {
  if (one.unreachable !== undefined)
    return { ruling: { verdict: 'inapplicable', note: `on a device without reset: ${one.unreachable}` } };
  if (isUnchanged(one)) return { ruling: await tryValid(host, one) };
  const skipped = reasonToSkip(host, one);
  if (skipped !== undefined) return { ruling: { verdict: 'skipped', note: skipped } };
  const { ruling: control, fresh } = await controls.ruling(host, one.lead ?? one.control);
  const first = fresh ? { control } : {};
  if (control.verdict === 'failed' && isHistory(one.attacked) && !isDead(control))
    return {
      ruling: { ...control, note: `without its faults: ${control.note}`, family: familyOfTwin(control) },
    };
  if (control.verdict !== 'accepted') {
    const verdict = control.verdict === 'skipped' ? 'skipped' : 'inconclusive';
    return { ...first, ruling: { verdict, note: `the control was not accepted: ${control.note}` } };
  }
  if (isHistory(one.attacked)) {
    const outcomes = await deliver(host, one.attacked);
    return { ...first, ruling: judgeHistory(one.attacked, outcomes, host.claims) };
  }
  const outcomes = await deliver(host, one.attacked, host.claims.keepsState ? livenessOf(one) : []);
  const ruling = judgeAttack(one.attacked, outcomes, one.expect, host.claims);
  const mustAccept = one.expect.strength === 'must-accept';
  return { ...first, ruling: mustAccept ? underCeiling(ruling, one.attacked, host) : ruling };
}

/** The attacked run without its control, which was accepted once; of a valid case the control. */
export async function rulingAlone(host: Host, one: Case): Promise<Ruling> {
  const { attacked, expect } = one;
  if (isUnchanged(one)) return judgeControl(attacked, await deliver(host, attacked), host.claims);
  if (isHistory(attacked)) return judgeHistory(attacked, await deliver(host, attacked), host.claims);
  const outcomes = await deliver(host, attacked, host.claims.keepsState ? livenessOf(one) : []);
  return judgeAttack(attacked, outcomes, expect, host.claims);
}

/** Crashed, hung, or stopped by the bench: such controls are counted. */
function isDead({ kind }: Ruling): boolean {
  return kind === 'crashed' || kind === 'hung' || kind === 'exhausted';
}

/** A history's twin is nobody else's control: what fails in it is the history's own finding, and shrinks with it. */
function familyOfTwin({ note }: Ruling): Family {
  return note.startsWith('sequence number') ? 'rollback' : 'replay';
}

/** Is it the case of a valid family? Then the control is all there is. */
export function isUnchanged(one: Case): boolean {
  return one.attacked === one.control;
}

async function tryValid(host: Host, one: Case): Promise<Ruling> {
  const missing = lackingOf(host, one);
  if (missing !== undefined) return { verdict: 'skipped', note: missing };
  let ruling: Ruling = { verdict: 'inconclusive', note: 'an empty history' };
  const runs = [...(one.lead ? [one.lead] : []), one.control];
  for (const run of host.claims.keepsState ? runs : runs.flatMap(apart)) {
    ruling = underCeiling(judgeControl(run, await deliver(host, run), host.claims), run, host);
    if (ruling.verdict !== 'accepted') return ruling;
  }
  return ruling;
}

/** For a verifier without a memory: each delivery alone, to a recipient as the one before it leaves it. */
function apart({ recipient, steps }: Run): readonly Run[] {
  return steps.map((step, i) => {
    const before = steps[i - 1]?.after;
    return { recipient: before ? withState(recipient, before) : recipient, steps: [step] };
  });
}

function lackingOf(host: Host, one: Case): string | undefined {
  const missing = [
    ...unclaimed(host.claims, one.needs),
    ...unclaimedExtras(host.claims, [one.control, one.attacked]),
  ];
  return missing.length > 0 ? `${notClaimed}${missing.join('; ')}` : undefined;
}

function reasonToSkip(host: Host, one: Case): string | undefined {
  const missing = lackingOf(host, one);
  if (missing !== undefined) return missing;
  const steps = one.attacked.steps.length;
  if (steps > 1 && !host.claims.keepsState) return `${notClaimed}state from one delivery to the next`;
  if (isHistory(one.attacked)) return undefined;
  const judged = one.attacked.steps.findLast((step) => step.must === 'judged');
  if (judged === undefined) return 'nothing to judge';
  const level = requiredLevel(one.expect, judged);
  if (!reaches(highestClaimed(host.claims), level)) return `${notClaimed}level ${level}`;
  return undefined;
}

/** After an attacked update the same recipient must still accept the valid one, where the verifier has a memory. */
export function livenessOf(one: Case): Run['steps'] {
  const last = one.control.steps.at(-1);
  const applies =
    one.expect.strength === 'must-reject' &&
    one.attacked.recipient === one.control.recipient &&
    one.attacked.steps.length === one.control.steps.length &&
    last?.delivery.event === 'update';
  return applies ? [last] : [];
}

/** Nothing is delivered after a session that broke off. */
export async function deliver(host: Host, run: Run, more: Run['steps'] = []): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let wanted = 0;
  for (const { recipient, steps } of sessionsOf(run, more)) {
    if (outcomes.length < wanted) break;
    const deliveries = steps.map((step) => step.delivery);
    outcomes.push(...(await host.trial(recipient, deliveries)));
    wanted += deliveries.length;
  }
  return outcomes.map((outcome) => asClaimed(outcome, host.claims));
}

/** One session, and a further one from each step that begins one. */
export function sessionsOf({ recipient, steps }: Run, more: Run['steps'] = []): readonly Run[] {
  const all = [...steps, ...more];
  const starts = all.flatMap(({ on }, i) => (i > 0 && on ? [i] : []));
  return [0, ...starts].map((from, i) => ({
    recipient: all[from]?.on ?? recipient,
    steps: all.slice(from, starts[i] ?? all.length),
  }));
}

/** Only what a verifier claims to report is judged: effects that it does not claim may be half of them. */
function asClaimed(outcome: Outcome, { reports }: Claims): Outcome {
  if (!('effects' in outcome) || reports.includes('effects')) return outcome;
  const { effects: _unclaimed, ...rest } = outcome;
  return rest;
}
