/**
 * The oracle: from outcomes to a verdict, by the eight rules of the design (control, one change, a crash is
 * no rejection, levels, state and effects, the intended check, strength from the text, nothing vacuous).
 *
 * @module
 */
import type { Expectation } from '../attacks/attack.ts';
import { requiredLevel } from '../attacks/expectation.ts';
import type { Decision, Rejected } from '../device/decision.ts';
import { lowerLevel, reaches } from '../device/delivery.ts';
import { describeHung, type Outcome } from '../device/outcome.ts';
import { type Recipient, type RecipientState, stateOf, withState } from '../device/recipient.ts';
import type { Run, RunStep } from '../scenarios/scenario.ts';
import { cite } from '../suit/clause.ts';
import { isBefore, reasons, type Stage } from '../suit/stage.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { judgedLevel } from './claims-fit.ts';
import { contradiction, withoutEffect } from './contradiction.ts';
import { earlyEffect, type Judged, prohibitedEffect } from './effects.ts';
import { silentOn, stateDifference, unreported } from './state-check.ts';
import type { FindingKind, Ruling } from './verdict.ts';

/** A valid run: every step must be accepted, at the highest level claimed, with the expected state. */
export function judgeControl(run: Run, outcomes: readonly Outcome[], claims: Claims): Ruling {
  let recipients: Possible = [run.recipient];
  for (const [i, step] of run.steps.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined) return inconclusive('the history broke off before this delivery');
    if (step.on !== undefined) recipients = [step.on];
    const ruling = judgeAcceptance(step, outcome, claims, recipients[0]);
    if (ruling.verdict !== 'accepted') return ruling;
    // After a power cut the bytes may be there already.
    const isSure = recipients.length === 1 && !step.alsoAfter;
    const idle = isSure ? withoutEffect(outcome, step, recipients[0], claims) : undefined;
    if (idle !== undefined) return failed('accepted-without-effect', idle, outcome);
    recipients = afterwards(recipients, step, outcome);
    if (i === run.steps.length - 1) return ruling;
  }
  return inconclusive('an empty history');
}

/**
 * An attacked run, its control already accepted. `outcomes` has one more entry than the run has steps where
 * a liveness delivery (the control's) was appended.
 */
export function judgeAttack(
  run: Run,
  outcomes: readonly Outcome[],
  expect: Expectation,
  claims: Claims,
): Ruling {
  let recipients: Possible = [run.recipient];
  for (const [i, step] of run.steps.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined) return inconclusive('the history broke off before this delivery');
    if (step.must === 'judged') {
      const previous = outcomes[i - 1];
      const ruling = judgeStep(outcome, expect, { step, claims, previous }, overlapped(recipients, step));
      if (i < run.steps.length - 1 && isSettled(ruling)) {
        recipients = afterwards(recipients, step, outcome);
        continue;
      }
      return ruling.verdict === 'failed' ? ruling : (livenessFailure(run, outcomes, ruling) ?? ruling);
    }
    const dead = deathOf(outcome, step);
    if (dead !== undefined) return dead;
    if (step.must === 'accept' && outcome.kind !== 'accepted' && outcome.kind !== 'interrupted')
      return inconclusive('a valid delivery of the history was refused', outcome);
    if (step.must === 'reject' && outcome.kind !== 'rejected')
      return inconclusive('an earlier hostile delivery of the history was accepted', outcome);
    recipients = afterwards(recipients, step, outcome);
  }
  return inconclusive('the history has no judged delivery');
}

/** Another update that runs meanwhile may be all that came of it: the step's state is the one that it leaves. */
function overlapped(recipients: Possible, { delivery, after }: RunStep): Possible {
  if (delivery.meanwhile === undefined || after === undefined) return recipients;
  return [...recipients, withState(recipients[0], after)];
}

function isSettled(ruling: Ruling): boolean {
  return ruling.verdict === 'proven' || ruling.verdict === 'accepted' || ruling.verdict === 'unattributed';
}

/** What the recipient may have become: after a power cut more than one thing. */
export type Possible = readonly [Recipient, ...Recipient[]];

/** As the step's acceptance must leave it; after a power cut also as it was (draft §6.3.1). */
export function afterwards(recipients: Possible, step: RunStep, outcome: Outcome): Possible {
  const { after, alsoAfter = [] } = step;
  if (after === undefined || (outcome.kind !== 'accepted' && outcome.kind !== 'interrupted'))
    return recipients;
  const become = (state: RecipientState) => withState(recipients[0], state);
  const others = alsoAfter.map(become);
  return outcome.kind === 'accepted' ? [become(after), ...others] : [...recipients, become(after), ...others];
}

function judgeStep(
  outcome: Outcome,
  expect: Expectation,
  judged: Omit<Judged, 'recipient'>,
  recipients: Possible,
): Ruling {
  const { step, claims } = judged;
  if (outcome.kind === 'unsupported')
    return { verdict: 'skipped', note: `unsupported: ${outcome.feature}`, outcome };
  const dead = deathOf(outcome, step);
  if (dead !== undefined) return dead;
  const decision = outcome as Decision;
  const forbidden =
    earlyEffect(decision) ??
    inAll(recipients, (recipient) =>
      prohibitedEffect(decision, expect.prohibits ?? [], { ...judged, recipient }),
    );
  if (forbidden !== undefined) return failed(forbidden.kind, forbidden.note, outcome);

  if (expect.strength === 'must-accept') return judgeAcceptance(step, outcome, claims, recipients[0]);
  if (decision.kind === 'interrupted') return inconclusive('the power was cut before it decided', outcome);
  if (decision.kind === 'accepted') return judgeWrongAcceptance(step, decision, expect, claims);
  const changed = inAll(recipients, (one) => stateChangedBy(decision, one, claims));
  if (changed !== undefined) return failed('state-changed', changed, outcome);
  const missing = inAll(recipients, (one) => silentOn(decision, one, claims));
  if (missing !== undefined)
    return failed('wrong-state', `rejected without a report of ${missing}, which it claims to make`, outcome);
  const contrary = contradiction(decision, claims);
  if (contrary !== undefined) return failed('contradiction', contrary, outcome);
  if (expect.strength === 'policy')
    return { verdict: 'policy', note: `refused: ${describe(decision)}`, outcome };
  return attribute(decision, expect, outcome);
}

/** A breach whatever the recipient had become: then the first of them. */
export function inAll<T>(recipients: Possible, breach: (one: Recipient) => T | undefined): T | undefined {
  const breaches = recipients.map(breach);
  return breaches.includes(undefined) ? undefined : breaches[0];
}

export function judgeAcceptance(
  step: RunStep,
  outcome: Outcome,
  claims: Claims,
  recipient: Recipient,
): Ruling {
  if (outcome.kind === 'unsupported')
    return { verdict: 'skipped', note: `unsupported: ${outcome.feature}`, outcome };
  const dead = deathOf(outcome, step);
  if (dead !== undefined) return dead;
  const decision = outcome as Decision;
  const early = earlyEffect(decision);
  if (early !== undefined) return failed(early.kind, early.note, outcome);
  if (decision.kind === 'interrupted')
    return {
      verdict: 'accepted',
      note: `interrupted after ${decision.storageSteps} storage steps, as it was to be`,
      outcome,
    };
  if (decision.kind === 'rejected') {
    // Its own refusal for lack of room is a proper answer of a constrained verifier, not a wrong one.
    if (decision.stage === 'resource')
      return inconclusive(`refused for lack of room: ${describe(decision)}`, outcome);
    return failed('valid-refused', `a valid delivery was refused: ${describe(decision)}`, outcome);
  }
  const wanted = judgedLevel(step.level, claims);
  if (!reaches(decision.level, wanted))
    return failed('valid-refused', `accepted only as ${decision.level}, claims ${wanted}`, outcome);
  const missing = step.after && unreported(decision, step.after, recipient, claims);
  if (missing !== undefined)
    return failed('wrong-state', `accepted without a report of ${missing}, which it claims to make`, outcome);
  const difference = step.after && differenceFromAll(decision, step, recipient, claims);
  if (difference !== undefined) return failed('wrong-state', difference, outcome);
  const contrary = contradiction(decision, claims);
  if (contrary !== undefined) return failed('contradiction', contrary, outcome);
  return { verdict: 'accepted', note: `accepted as ${decision.level}`, outcome };
}

/** From every state that the step may leave; then in words from the first. */
function differenceFromAll(
  decision: Decision,
  step: RunStep,
  recipient: Recipient,
  claims: Claims,
): string | undefined {
  const expected = [step, ...(step.alsoAfter ?? []).map((after) => ({ ...step, after }))];
  const found = expected.map((one) => stateDifference(decision, one, recipient, claims));
  return found.includes(undefined) ? undefined : found[0];
}

function judgeWrongAcceptance(
  step: RunStep,
  decision: Extract<Decision, { kind: 'accepted' }>,
  expect: Expectation,
  claims: Claims,
): Ruling {
  if (expect.strength === 'policy')
    return { verdict: 'policy', note: `accepted as ${decision.level}`, outcome: decision };
  const wanted = lowerLevel(requiredLevel(expect, step), judgedLevel(step.level, claims));
  if (!reaches(decision.level, wanted))
    return inconclusive(`accepted only as ${decision.level}, where ${wanted} decides`, decision);
  if (expect.strength === 'should-reject')
    return { verdict: 'weak', note: `accepted against ${cite(expect.clause)}`, outcome: decision };
  return failed('accepted-invalid', `accepted as ${decision.level} against ${cite(expect.clause)}`, decision);
}

/** Did the intended check fire? Silence must not beat honesty. */
export function attribute(
  decision: Rejected,
  expect: Pick<Expectation, 'stage' | 'reasons' | 'lateDetection'>,
  outcome: Outcome,
): Ruling {
  const stage = decision.stage ?? (decision.reason && reasons[decision.reason].stage);
  const said = describe(decision);
  if (stage === undefined) return { verdict: 'unattributed', note: 'refused without saying where', outcome };
  if (expect.lateDetection && executesUnauthentic(stage))
    return failed('late-detection', `noticed only after authentication had passed: ${said}`, outcome);
  if (decision.reason && expect.reasons?.includes(decision.reason))
    return { verdict: 'proven', note: said, outcome };
  const aimed = expect.stage;
  if (aimed !== undefined && !isOutsideOrder(stage) && !isBefore(stage, aimed))
    return { verdict: 'proven', note: `${said}, at or after ${aimed}`, outcome };
  return { verdict: 'masked', note: `${said}, before ${aimed ?? 'the aimed check'}`, outcome };
}

/** Stages that a conforming processor only reaches with authentic content (version and sequence may come first). */
function executesUnauthentic(stage: Stage): boolean {
  return isBefore('digest', stage) && stage !== 'version' && stage !== 'sequence' && stage !== 'resource';
}

/** These have no place in the processing order, so "at or after" says nothing. */
function isOutsideOrder(stage: Stage): boolean {
  return stage === 'resource' || stage === 'transport' || stage === 'report';
}

/** A rejection before execution leaves the state as it was; a later one at least the sequence number. */
export function stateChangedBy(decision: Rejected, recipient: Recipient, claims: Claims): string | undefined {
  const executed = decision.stage === undefined || isBefore('severable', decision.stage);
  return stateDifference(decision, { after: stateOf(recipient) }, recipient, claims, {
    numberOnly: executed,
  });
}

function livenessFailure(run: Run, outcomes: readonly Outcome[], ruling: Ruling): Ruling | undefined {
  const after = outcomes[run.steps.length];
  if (after === undefined || ruling.outcome?.kind !== 'rejected') return undefined;
  // The very delivery that the control was accepted with: whoever no longer supports it is not as before.
  if (after.kind === 'accepted') return undefined;
  return failed(
    'not-live',
    `after this rejection the valid delivery is no longer accepted: ${summary(after)}`,
    after,
  );
}

export function deathOf(outcome: Outcome, { delivery }: RunStep): Ruling | undefined {
  switch (outcome.kind) {
    case 'interrupted':
      if (delivery.powerCut) return undefined;
      return failed('protocol-error', 'interrupted, though nothing cut the power', outcome);
    case 'crashed':
      return outcome.notRun
        ? inconclusive(outcome.error, outcome)
        : failed('crashed', outcome.error, outcome);
    case 'protocol-error':
      return failed(outcome.kind, outcome.error, outcome);
    case 'hung':
      return failed('hung', describeHung(outcome), outcome);
    case 'exhausted':
      return failed(
        'exhausted',
        `stopped by the bench's ceiling of ${outcome.ceilingBytes} bytes${outcome.error === undefined ? '' : `: ${outcome.error}`}`,
        outcome,
      );
    default:
      return undefined;
  }
}

export function failed(kind: FindingKind, note: string, outcome: Outcome): Ruling {
  return { verdict: 'failed', kind, note, outcome };
}

export function inconclusive(note: string, outcome?: Outcome): Ruling {
  return { verdict: 'inconclusive', note, ...(outcome && { outcome }) };
}

/** "sig-invalid at authenticate" */
export function describe(decision: Rejected): string {
  if (decision.reason === undefined) return decision.stage ?? 'no reason given';
  return `${decision.reason} at ${decision.stage ?? reasons[decision.reason].stage}`;
}

export function summary(outcome: Outcome): string {
  if (outcome.kind === 'accepted') return `accepted as ${outcome.level}`;
  if (outcome.kind === 'rejected') return `rejected: ${describe(outcome)}`;
  return outcome.kind;
}
