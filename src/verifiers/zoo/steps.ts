/**
 * Changes to the order of the reference verifier's steps.
 *
 * @module
 */
import type { Step } from '../reference/work.ts';

/** Runs something else where this step was. */
export function replaceStep(steps: readonly Step[], was: Step['run'], run: Step['run']): readonly Step[] {
  return steps.map((step) => (step.run === was ? { ...step, run } : step));
}

/** Runs something just before this step. */
export function insertBefore(steps: readonly Step[], at: Step['run'], run: Step['run']): readonly Step[] {
  return steps.flatMap((step) => (step.run === at ? [{ name: 'inserted', run }, step] : [step]));
}

/** Moves steps to just before another one. */
export function moveBefore(
  steps: readonly Step[],
  at: Step['run'],
  moved: readonly Step['run'][],
): readonly Step[] {
  const isMoved = (step: Step) => moved.includes(step.run);
  const taken = steps.filter(isMoved);
  return steps.flatMap((step) => (isMoved(step) ? [] : step.run === at ? [...taken, step] : [step]));
}
