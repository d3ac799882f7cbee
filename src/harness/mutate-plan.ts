/**
 * Neighbours of a plan, and the plan that another attack needs: always settled, so that the scenario stays one that
 * must be accepted.
 *
 * @module
 */
import { familyOf } from '../scenarios/families.ts';
import { heldTo } from '../scenarios/fixed.ts';
import type { Plan } from '../scenarios/plan.ts';
import type { PlanOptions } from '../scenarios/plan-arbitrary.ts';
import { settleIfPossible } from '../scenarios/settle.ts';
import { drawnWithin } from '../scenarios/within.ts';
import type { Dice } from './dice.ts';

/** The plan with all that is asked for; undefined: it cannot have that. */
export function planFor(plan: Plan, on: PlanOptions = {}): Plan | undefined {
  // A family is drawn by its own rules, and a published example is what it is.
  if (on.family !== undefined || plan.published !== undefined) return undefined;
  const settled = settleIfPossible(plan, [...(on.event ? [on.event] : []), ...(on.features ?? [])]);
  if (settled?.fixed) return heldTo(settled, settled.fixed);
  if (settled?.within) return drawnWithin(settled, settled.within, on);
  return settled && { ...settled, family: familyOf(settled) };
}

const mostFields = 3;

/** One to three of its fields as the donor has them. */
export function nearPlan(plan: Plan, donor: Plan, on: PlanOptions | undefined, dice: Dice): Plan | undefined {
  const fields = [...new Set([...Object.keys(plan), ...Object.keys(donor)])].sort() as (keyof Plan)[];
  let mixed: Plan = plan;
  for (let changes = 1 + dice.below(mostFields); changes > 0; changes--) {
    const field = dice.pick(fields);
    if (field !== undefined) mixed = withField(mixed, field, donor);
  }
  return planFor(mixed, on);
}

/** The plan with this field as the other has it, absent where the other has none. */
export function withField(plan: Plan, field: keyof Plan, other: Plan): Plan {
  const { [field]: _taken, ...rest } = plan;
  return { ...rest, ...(field in other && { [field]: other[field] }) } as Plan;
}
