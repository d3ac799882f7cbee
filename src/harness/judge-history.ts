/**
 * The oracle of histories: after every step the invariants of a recipient are held against the model's states (draft
 * §6.1, §6.2, §6.3.1, §8.4.2; RFC 9124 §4.3.1).
 *
 * Each step says itself what must come of it; the first breach is the history's verdict, with the family of what was
 * violated. What the model cannot know is not judged.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import type { Family } from '../attacks/attack.ts';
import { requiredLevel } from '../attacks/expectation.ts';
import type { Decision, Rejected } from '../device/decision.ts';
import { type Delivery, reaches } from '../device/delivery.ts';
import { deliveryToJson } from '../device/json.ts';
import type { Outcome } from '../device/outcome.ts';
import { stateOf } from '../device/recipient.ts';
import { equalState } from '../device/state.ts';
import type { Refusal, Run, RunStep } from '../scenarios/scenario.ts';
import { isBefore, reasons } from '../suit/stage.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { highestClaimed } from './claims-fit.ts';
import { earlyEffect } from './effects.ts';
import {
  afterwards,
  attribute,
  deathOf,
  describe,
  failed,
  inAll,
  inconclusive,
  judgeAcceptance,
  type Possible,
  stateChangedBy,
  summary,
} from './judge.ts';
import type { Ruling, Verdict } from './verdict.ts';

/** What is known of the device between two steps. */
interface Known {
  readonly recipients: Possible;
  /** Execution broke off, or a boot whose end is open: only the number is known. */
  readonly isVague: boolean;
  /** Deliveries answered since the state last changed. */
  readonly answered: readonly { readonly delivery: Delivery; readonly outcome: Outcome }[];
}

/** A history whose twin was accepted. */
export function judgeHistory(run: Run, outcomes: readonly Outcome[], claims: Claims): Ruling {
  let known: Known = { recipients: [run.recipient], isVague: false, answered: [] };
  let worst: Ruling = { verdict: 'accepted', note: 'every step as it must be' };
  for (const [i, step] of run.steps.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined) return inconclusive('the history broke off before this delivery');
    if (step.on !== undefined) known = { recipients: [step.on], isVague: false, answered: [] };
    const ruling = judgeOne(step, outcome, known, claims);
    const note = `step ${i + 1} of ${run.steps.length}${step.refusal ? `, ${step.refusal.fault}` : ''}: ${ruling.note}`;
    if (ends(ruling.verdict)) return { ...ruling, note };
    worst = worse(worst, { ...ruling, note });
    known = next(known, step, outcome);
  }
  const { verdict, note, outcome = outcomes.at(-1) } = worst;
  return { verdict, note, ...(outcome && { outcome }) };
}

function judgeOne(step: RunStep, outcome: Outcome, known: Known, claims: Claims): Ruling {
  if (outcome.kind === 'unsupported')
    return { verdict: 'skipped', note: `unsupported: ${outcome.feature}`, outcome };
  const dead = deathOf(outcome, step);
  if (dead !== undefined) return { ...dead, family: 'resource' };
  const decision = outcome as Decision;
  const breach = brokenAlways(step, decision, known, claims) ?? changedAnswer(step, decision, known);
  if (breach !== undefined) return breach;
  switch (step.must) {
    case 'reject':
      return judgeRejection(step, decision, claims);
    case 'accept':
      return judgeValid(step, decision, known, claims);
    default: {
      const isOpen = decision.kind !== 'accepted' || step.after === undefined;
      return isOpen
        ? { verdict: 'policy', note: summary(outcome), outcome }
        : judgeValid(step, decision, known, claims);
    }
  }
}

/** What holds of any decision, whoever made the delivery. */
function brokenAlways(step: RunStep, decision: Decision, known: Known, claims: Claims): Ruling | undefined {
  const early = earlyEffect(decision);
  if (early !== undefined) return { ...failed(early.kind, early.note, decision), family: 'authentication' };
  const invoked = decision.effects?.some((effect) => effect.kind === 'invoke');
  if (invoked && (decision.kind === 'rejected' || step.delivery.event === 'update'))
    return {
      ...failed('prohibited-effect', 'invoked, though not all checks of this boot held', decision),
      family: 'toctou',
    };
  if (decision.kind !== 'rejected') return undefined;
  const changed = inAll(known.recipients, (one) =>
    known.isVague
      ? numberChanged(decision, one.sequenceNumber, claims)
      : stateChangedBy(decision, one, claims),
  );
  if (changed === undefined) return undefined;
  const isNumber = changed.startsWith('sequence number');
  return { ...failed('state-changed', changed, decision), family: isNumber ? 'rollback' : 'integrity' };
}

function numberChanged({ state }: Rejected, number: bigint | undefined, claims: Claims): string | undefined {
  if (!claims.reports.includes('sequence') || state === undefined || state.sequenceNumber === number)
    return undefined;
  return `sequence number ${state.sequenceNumber ?? 'none'} instead of ${number ?? 'none'}`;
}

/** The same delivery, and nothing has changed since it was answered. */
function changedAnswer({ delivery }: RunStep, decision: Decision, { answered }: Known): Ruling | undefined {
  const before = answered.find((one) => isSame(one.delivery, delivery))?.outcome;
  if (before === undefined || summary(before) === summary(decision)) return undefined;
  const note = `${summary(decision)}, and the same delivery was ${summary(before)} in the same state`;
  return { ...failed('answer-changed', note, decision), family: 'replay' };
}

function judgeRejection(step: RunStep, decision: Decision, claims: Claims): Ruling {
  const refusal = step.refusal as Refusal;
  const level = requiredLevel(refusal, step);
  if (!reaches(highestClaimed(claims), level))
    return { verdict: 'policy', note: `level ${level} is not claimed`, outcome: decision };
  if (decision.kind === 'accepted') {
    if (!reaches(decision.level, level)) return inconclusive(`accepted only as ${decision.level}`, decision);
    const note = `accepted as ${decision.level}, and must be refused: ${refusal.reasons[0]}`;
    return { ...failed('accepted-invalid', note, decision), family: familyOf(refusal) };
  }
  if (decision.kind === 'interrupted') return inconclusive('the power was cut before it decided', decision);
  const ruling = attribute(decision, refusal, decision);
  return ruling.verdict === 'failed' ? { ...ruling, family: familyOf(refusal) } : ruling;
}

/** A valid delivery; the twin has shown that without the faults it is accepted. */
function judgeValid(step: RunStep, decision: Decision, known: Known, claims: Claims): Ruling {
  const ruling = judgeAcceptance(step, decision, claims, known.recipients[0]);
  if (ruling.verdict !== 'failed') return ruling;
  if (ruling.kind === 'wrong-state')
    return { ...ruling, family: ruling.note.startsWith('sequence number') ? 'rollback' : 'image' };
  if (decision.kind !== 'rejected') return { ...ruling, family: 'replay' };
  const stage = decision.stage ?? (decision.reason && reasons[decision.reason].stage);
  const note = `after what came before, a valid ${step.delivery.event} was refused: ${describe(decision)}`;
  const family = stage === 'sequence' ? 'rollback' : step.delivery.event === 'boot' ? 'image' : 'replay';
  return { ...failed('not-live', note, decision), family };
}

function next({ recipients, isVague, answered }: Known, step: RunStep, outcome: Outcome): Known {
  if (outcome.kind === 'rejected') {
    const stage = outcome.stage ?? (outcome.reason && reasons[outcome.reason].stage);
    const executed = stage === undefined || !isBefore(stage, 'components');
    return {
      recipients,
      isVague: isVague || executed,
      answered: executed ? [] : [...answered, { delivery: step.delivery, outcome }],
    };
  }
  if (step.after === undefined) return { recipients, isVague: true, answered: [] };
  const left = afterwards(recipients, step, outcome);
  const isSame =
    outcome.kind === 'accepted' &&
    left.length === 1 &&
    recipients.length === 1 &&
    !isVague &&
    equalState(stateOf(left[0]), stateOf(recipients[0]));
  const one = { delivery: step.delivery, outcome };
  // A cut says nothing of what was open before it.
  const stays = isVague && outcome.kind === 'interrupted';
  return { recipients: left, isVague: stays, answered: isSame ? [...answered, one] : [] };
}

function isSame(a: Delivery, b: Delivery): boolean {
  return !a.powerCut && !b.powerCut && isDeepStrictEqual(deliveryToJson(a), deliveryToJson(b));
}

function ends(verdict: Verdict): boolean {
  return verdict === 'failed' || verdict === 'skipped' || verdict === 'inconclusive';
}

/** From the best to the one that says least for the verifier. */
const order: readonly Verdict[] = ['policy', 'accepted', 'proven', 'unattributed', 'masked'];

function worse(a: Ruling, b: Ruling): Ruling {
  return order.indexOf(b.verdict) > order.indexOf(a.verdict) ? b : a;
}

function familyOf({ family }: Refusal): Family {
  return family as Family;
}
