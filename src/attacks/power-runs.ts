/**
 * Runs of a plan whose device loses power, and their twins that do not (draft §6.3.1).
 *
 * @module
 */
import { stateOf } from '../device/recipient.ts';
import { interruptedDeliveries } from '../scenarios/build.ts';
import type { Happening } from '../scenarios/resume.ts';
import { type Run, type Scenario, type ScenarioDelivery, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { Attacked } from './attack.ts';
import { attacked } from './deliver.ts';
import { mustAccept } from './expectation.ts';

export const survives = mustAccept(manifest('6.3.1'));

export const update: Happening = { event: 'update' };
export const boot: Happening = { event: 'boot' };

/** The plan's release to its recipient, which holds an earlier one that boots; undefined: not built from a plan. */
export function deliveries(
  scenario: Scenario,
  happenings: readonly Happening[],
): readonly ScenarioDelivery[] | undefined {
  const { plan, recipient } = scenario;
  return plan?.earlier && interruptedDeliveries(plan, happenings, stateOf(recipient));
}

/** The twin is the same history without its cuts; what follows the last cut is judged. */
export function cutAndGoOn(scenario: Scenario, happenings: readonly Happening[]): Attacked | undefined {
  const whole = deliveries(
    scenario,
    happenings.filter(({ cut }) => cut === undefined),
  );
  const cut = deliveries(scenario, happenings);
  if (whole === undefined || cut === undefined) return undefined;
  return attacked(runOf(scenario, whole), {
    recipient: scenario.recipient,
    steps: cut.map((one) => step(one, one.delivery.powerCut ? 'accept' : 'judged')),
  });
}

export function runOf({ recipient }: Scenario, whole: readonly ScenarioDelivery[]): Run {
  return { recipient, steps: whole.map((one) => step(one)) };
}
