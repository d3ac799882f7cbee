/**
 * One case against one verifier: the control first, on a fresh recipient, then the attacked run.
 *
 * @module
 */

import { reaches } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Run } from '../scenarios/scenario.ts';
import type { Host } from '../verifiers/host.ts';
import type { Case } from './case.ts';
import { highestClaimed, unclaimed, unclaimedExtras } from './claims-fit.ts';
import { judgeAttack, judgeControl, requiredLevel } from './judge.ts';
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
    const ruling = deliver(host, run).then((outcomes) => judgeControl(run, outcomes, host.claims));
    this.rulings.set(run, ruling);
    return { ruling: await ruling, fresh: true };
  }
}

export async function tryCase(host: Host, one: Case, controls: ControlCache): Promise<CaseRuling> {
  const skipped = reasonToSkip(host, one);
  if (skipped !== undefined) return { ruling: { verdict: 'skipped', note: skipped } };
  const { ruling: control, fresh } = await controls.ruling(host, one.control);
  const first = fresh ? { control } : {};
  if (control.verdict !== 'accepted') {
    const verdict = control.verdict === 'skipped' ? 'skipped' : 'inconclusive';
    return { ...first, ruling: { verdict, note: `the control was not accepted: ${control.note}` } };
  }
  const outcomes = await deliver(host, one.attacked, livenessOf(host, one));
  return { ...first, ruling: judgeAttack(one.attacked, outcomes, one.expect, host.claims) };
}

function reasonToSkip(host: Host, one: Case): string | undefined {
  const missing = [
    ...unclaimed(host.claims, one.needs),
    ...unclaimedExtras(host.claims, [one.control, one.attacked]),
  ];
  if (missing.length > 0) return `not claimed: ${missing.join('; ')}`;
  const judged = one.attacked.steps.findLast((step) => step.must === 'judged');
  if (judged === undefined) return 'nothing to judge';
  const level = requiredLevel(one.expect, judged);
  if (!reaches(highestClaimed(host.claims), level)) return `not claimed: level ${level}`;
  const steps = one.attacked.steps.length;
  if (steps > 1 && !host.claims.keepsState) return 'not claimed: state from one delivery to the next';
  return undefined;
}

/** After an attacked update the same recipient must still accept the valid one. */
function livenessOf(host: Host, one: Case): Run['steps'] {
  const last = one.control.steps.at(-1);
  const applies =
    one.expect.strength === 'must-reject' &&
    host.claims.keepsState &&
    one.attacked.recipient === one.control.recipient &&
    one.attacked.steps.length === one.control.steps.length &&
    last?.delivery.event === 'update';
  return applies ? [last] : [];
}

function deliver(host: Host, run: Run, more: Run['steps'] = []): Promise<readonly Outcome[]> {
  return host.trial(
    run.recipient,
    [...run.steps, ...more].map((step) => step.delivery),
  );
}
