/**
 * Effects that a decision must not have had: before authentication none, and none that the clause prohibits.
 *
 * @module
 */
import type { Prohibition } from '../attacks/attack.ts';
import type { Decision, Effect } from '../device/decision.ts';
import { type Recipient, stateOf } from '../device/recipient.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { stateDifference } from './state-check.ts';

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

export function prohibitedEffect(
  decision: Decision,
  prohibited: readonly Prohibition[],
  recipient: Recipient,
  claims: Claims,
): Forbidden | undefined {
  for (const prohibition of prohibited) {
    const note = breach(decision, prohibition, recipient, claims);
    if (note !== undefined) return { kind: 'prohibited-effect', note };
  }
  return undefined;
}

function breach(
  decision: Decision,
  prohibition: Prohibition,
  recipient: Recipient,
  claims: Claims,
): string | undefined {
  if (prohibition.kind === 'state-change') {
    const difference = stateDifference(decision, { after: stateOf(recipient) }, recipient, claims);
    return difference && `the state changed: ${difference}`;
  }
  const hit = decision.effects?.find((effect) => matches(effect, prohibition));
  return hit && `${name(hit)}, which this attack must not bring about`;
}

function matches(effect: Effect, prohibition: Exclude<Prohibition, { kind: 'state-change' }>): boolean {
  switch (prohibition.kind) {
    case 'fetch':
      return effect.kind === 'fetch' && (prohibition.uri === undefined || effect.uri === prohibition.uri);
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
