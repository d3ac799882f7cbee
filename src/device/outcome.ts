/**
 * An outcome: a decision, or the way the verifier failed to make one. A crash is never a rejection.
 *
 * @module
 */
import type { Decision } from './decision.ts';

export type Outcome =
  | Decision
  /** `notRun`: it was given up before, and this delivery was never made. */
  | { readonly kind: 'crashed'; readonly error: string; readonly notRun?: true }
  | Hung
  /** The *bench's* ceiling stopped it. */
  | { readonly kind: 'exhausted'; readonly ceilingBytes: number; readonly error?: string }
  | { readonly kind: 'unsupported'; readonly feature: string }
  | { readonly kind: 'protocol-error'; readonly error: string };

/** Milliseconds, or counted steps, which repeat. */
export type Hung =
  | { readonly kind: 'hung'; readonly afterMs: number; readonly afterSteps?: never }
  | { readonly kind: 'hung'; readonly afterSteps: number; readonly afterMs?: never };

export function describeHung({ afterMs, afterSteps }: Hung): string {
  return `no answer within ${afterSteps === undefined ? `${afterMs} ms` : `${afterSteps} steps`}`;
}

/** Does the session go on after it? */
export function isDecision(outcome: Outcome): outcome is Decision {
  return outcome.kind === 'accepted' || outcome.kind === 'rejected' || outcome.kind === 'interrupted';
}
