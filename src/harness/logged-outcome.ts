/**
 * Of an outcome what counts, policy sheets and logs are made of.
 *
 * @module
 */
import type { Outcome } from '../device/outcome.ts';

export type LoggedOutcome = Pick<Outcome, 'kind'> & {
  readonly level?: string;
  readonly stage?: string;
  readonly reason?: string;
};

export function logged(outcome: Outcome): LoggedOutcome {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: outcome.kind, level: outcome.level };
    case 'rejected':
      return {
        kind: outcome.kind,
        ...(outcome.stage && { stage: outcome.stage }),
        ...(outcome.reason && { reason: outcome.reason }),
      };
    default:
      return { kind: outcome.kind };
  }
}
