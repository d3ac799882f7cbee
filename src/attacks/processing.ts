/**
 * The same manifest on interpreters that go through it in other ways, with the same result (draft §6.6, §6.7).
 *
 * @module
 */
import fc from 'fast-check';
import type { Recipient } from '../device/recipient.ts';
import { type RunStep, type Scenario, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { AnyAttack, Attack, Attacked } from './attack.ts';
import { attacked, judge } from './deliver.ts';
import { mustAccept } from './expectation.ts';

const common = {
  by: 'author',
  threats: [],
  violates: [],
  on: { features: ['processing'] },
  choice: fc.constant(null),
} as const;

/** The twin's recipient goes through the manifest as it likes. */
function processed(scenario: Scenario, way: NonNullable<Recipient['processing']>): Attacked {
  const { processing: _was, ...recipient } = scenario.recipient;
  const steps: readonly RunStep[] = scenario.deliveries.map((one) => step(one));
  return attacked(
    { recipient, steps },
    { recipient: { ...recipient, processing: way }, steps: steps.map(judge) },
  );
}

/** One component after the other. */
export const serialIndex: Attack<null> = {
  ...common,
  id: 'index.serial',
  handle: 'I16',
  group: 'I',
  family: 'components',
  change: 'same manifest, independent components, on a one-component-at-a-time interpreter',
  expects: [mustAccept(manifest('6.6'))],
  apply: (scenario) => processed(scenario, 'serial'),
};

/** All at once between two barriers, where the manifest says that the order does not matter. */
export const parallelOrder: Attack<null> = {
  ...common,
  id: 'strict.serial',
  handle: 'J28',
  group: 'J',
  family: 'commands',
  change: 'result equals serial order across override, set-index, strict true, section end',
  expects: [mustAccept(manifest('6.7'))],
  apply: (scenario) =>
    scenario.plan?.processing === 'parallel' ? processed(scenario, 'parallel') : undefined,
};

export const processingAttacks: readonly AnyAttack[] = [serialIndex, parallelOrder];
