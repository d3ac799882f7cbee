/**
 * Effects that a decision must not have had: before authentication none, and none that the clause prohibits.
 *
 * @module
 */
import type { Prohibition } from '../attacks/attack.ts';
import type { Decision, Effect } from '../device/decision.ts';
import type { Outcome } from '../device/outcome.ts';
import { type Recipient, type RecipientState, stateOf } from '../device/recipient.ts';
import type { RunStep } from '../scenarios/scenario.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { lostImage, stateDifference, strayContent } from './state-check.ts';

interface Forbidden {
  readonly kind: 'early-effect' | 'prohibited-effect';
  readonly note: string;
}

/** Anything fetched, written, invoked or committed before authentication succeeded (draft §6.2). */
export function earlyEffect(decision: Decision): Forbidden | undefined {
  const first = decision.effects?.[0];
  if (first === undefined || first.kind === 'authenticated') return undefined;
  return { kind: 'early-effect', note: `${name(first)} before authentication succeeded` };
}

/** What a decision is held against. */
export interface Judged {
  readonly step: RunStep;
  /** As it stands before the step. */
  readonly recipient: Recipient;
  readonly claims: Claims;
  /** The answer to the delivery before it in the run. */
  readonly previous?: Outcome | undefined;
}

export function prohibitedEffect(
  decision: Decision,
  prohibited: readonly Prohibition[],
  judged: Judged,
): Forbidden | undefined {
  for (const prohibition of prohibited) {
    const note = breach(decision, prohibition, judged);
    if (note !== undefined) return { kind: 'prohibited-effect', note };
  }
  return undefined;
}

function breach(
  decision: Decision,
  prohibition: Prohibition,
  { step, recipient, claims, previous }: Judged,
): string | undefined {
  switch (prohibition.kind) {
    case 'state-change': {
      const difference = stateDifference(decision, { after: stateOf(recipient) }, recipient, claims);
      return difference && `the state changed: ${difference}`;
    }
    case 'other-state': {
      if (decision.kind !== 'accepted') return undefined;
      const difference = stateDifference(decision, step, recipient, claims);
      return difference && `accepted, and ${difference}`;
    }
    case 'other-steps': {
      const [here, there] = [stepsOf(decision), stepsOf(previous)];
      if (here === undefined || there === undefined || here === there) return undefined;
      return `${here} steps, and ${there} for the delivery before`;
    }
    case 'wrong-image':
      if (decision.kind !== 'accepted' || !claims.reports.includes('components')) return undefined;
      return strayContent(decision, allowedStates(step, recipient), recipient);
    case 'boot-lost':
      if (decision.kind !== 'rejected' || !claims.reports.includes('components')) return undefined;
      return lostImage(decision, allowedStates(step, recipient), recipient);
    default: {
      const hit = decision.effects?.find((effect) => matches(effect, prohibition, step));
      return hit && `${name(hit)}, which this attack must not bring about`;
    }
  }
}

/** What was there before, and what the delivery may bring. */
function allowedStates({ after }: RunStep, recipient: Recipient): readonly RecipientState[] {
  const before = stateOf(recipient);
  return after === undefined ? [before] : [before, after];
}

function stepsOf(outcome: Outcome | undefined): number | undefined {
  return outcome?.kind === 'accepted' || outcome?.kind === 'rejected' ? outcome.cost?.steps : undefined;
}

type ProhibitedEffect = Extract<Prohibition, { kind: 'fetch' | 'write' | 'invoke' }>;

function matches(effect: Effect, prohibition: ProhibitedEffect, { delivery }: RunStep): boolean {
  switch (prohibition.kind) {
    case 'fetch':
      return (
        effect.kind === 'fetch' &&
        (prohibition.uri === undefined || effect.uri === prohibition.uri) &&
        (prohibition.of !== 'fragments' || effect.uri.startsWith('#')) &&
        (prohibition.of !== 'unlisted' || delivery.payloads.every(({ uri }) => uri !== effect.uri))
      );
    case 'write':
      return (
        (effect.kind === 'write' ||
          effect.kind === 'erase' ||
          effect.kind === 'copy' ||
          effect.kind === 'swap') &&
        (prohibition.component === undefined || effect.component === prohibition.component)
      );
    case 'invoke':
      return (
        effect.kind === 'invoke' &&
        (prohibition.component === undefined || effect.component === prohibition.component)
      );
  }
}

function name(effect: Effect): string {
  switch (effect.kind) {
    case 'fetch':
      return `fetch of ${JSON.stringify(effect.uri)}`;
    case 'commit':
      return `commit of sequence number ${effect.sequenceNumber}`;
    case 'authenticated':
      return 'authentication';
    default:
      return `${effect.kind} of component ${effect.component}`;
  }
}
