/**
 * The valid families as cases: nothing is changed, and every delivery must be accepted with its end state.
 *
 * @module
 */

import fc from 'fast-check';
import { type FamilyRow, familyRows, notDrawn } from '../scenarios/family-rows.ts';
import { type Run, type Scenario, step } from '../scenarios/scenario.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { judge } from './deliver.ts';
import { mustAccept } from './expectation.ts';

/** One for each valid family that is drawn, in the order of their handles. */
export const validCases: readonly AnyAttack[] = familyRows
  .filter((row) => notDrawn(row) === undefined)
  .map(asAttack);

function asAttack(row: FamilyRow): Attack<null> {
  const [clause = { doc: 'manifest', section: '6.3' } as const] = row.clauses;
  return {
    id: row.id,
    handle: row.handle,
    group: 'V',
    family: 'valid',
    change: row.change,
    by: 'author',
    threats: [],
    violates: [],
    expects: [mustAccept(clause)],
    on: { family: row.id },
    choice: fc.constant(null),
    apply: (scenario) => {
      const run = historyOf(scenario);
      return { control: run, attacked: run };
    },
  };
}

/** All deliveries of a scenario in one session, the last of them judged. */
function historyOf({ recipient, deliveries }: Scenario): Run {
  const steps = deliveries.map((delivery) => step(delivery));
  return { recipient, steps: steps.map((one, i) => (i === steps.length - 1 ? judge(one) : one)) };
}
