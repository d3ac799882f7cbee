/**
 * A trial that was asked for and has not come back yet.
 *
 * @module
 */
import { isDecision, type Outcome } from '../../device/outcome.ts';
import type { Job } from './runner.ts';

export interface Pending extends Job {
  outcomes: Outcome[];
  /** When it was sent, or was last answered. */
  since: number;
  /** It was under way when a verifier died. */
  suspect: boolean;
  readonly settle: (outcomes: readonly Outcome[]) => void;
}

/** Its job was reported as finished although deliveries are unanswered. */
export function endedEarly({ outcomes, deliveries }: Pending): boolean {
  const last = outcomes.at(-1);
  return outcomes.length < deliveries.length && (last === undefined || isDecision(last));
}

/** One outcome a delivery: what happens while the session is closed takes the place of the last. */
export function withOutcome({ outcomes, deliveries }: Pending, outcome: Outcome): Outcome[] {
  if (deliveries.length === 1) return [outcome];
  return [...outcomes.slice(0, Math.max(0, deliveries.length - 1)), outcome];
}
