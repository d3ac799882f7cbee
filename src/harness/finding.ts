/**
 * Findings: a failed verdict with what is needed to see it again, without a seed and without a private key.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Expectation } from '../attacks/attack.ts';
import { BenchError } from '../bench-error.ts';
import { fromHex, toHex } from '../cbor/hex.ts';
import type { Effect } from '../device/decision.ts';
import {
  deliveryFromJson,
  deliveryToJson,
  recipientFromJson,
  recipientToJson,
  stateFromJson,
  stateToJson,
} from '../device/json.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Recipient } from '../device/recipient.ts';
import type { Plan } from '../scenarios/plan.ts';
import type { Needs, Run, RunStep } from '../scenarios/scenario.ts';
import { cite } from '../suit/clause.ts';
import type { Case } from './case.ts';
import { describe } from './judge.ts';
import type { Difference } from './readings.ts';
import type { FindingKind, Ruling, Verdict } from './verdict.ts';

export const caseFormat = 'suit-gauntlet/case/1';

export interface Finding {
  readonly id: string;
  /** The same for every counterexample of one defect: verifier, attack, kind, clause, stage and reason. */
  readonly fingerprint: string;
  readonly verifier: string;
  readonly kind: FindingKind;
  readonly attack: string;
  readonly strength: string;
  readonly clause: string;
  readonly choice: unknown;
  readonly note: string;
  /** Of the judged delivery; absent: the finding is about the whole run. */
  readonly outcome?: SeenOutcome;
  /** What this verifier and another one read in the same bytes, where that differs. */
  readonly readings?: readonly Difference[];
  /** How many cases showed it. */
  readonly cases: number;
  readonly shrunk: boolean;
  /** Size of the judged envelope in bytes. */
  readonly bytes?: number;
  /** The one line that repeats it. */
  readonly replay: string;
}

/** What a verifier answered, as far as a report tells it. Texts are the verifier's: data. */
export interface SeenOutcome {
  readonly kind: string;
  readonly level?: string;
  readonly stage?: string;
  readonly reason?: string;
  /** Its own words, or its error; the first 500 characters. */
  readonly detail?: string;
  /** The first 50, in words. */
  readonly effects?: readonly string[];
}

/** A case as a file: bytes and JSON, replayed without generator, seed or private key. */
export interface CaseFile {
  readonly format: typeof caseFormat;
  readonly attack: string;
  readonly choice: unknown;
  readonly expect: Expectation;
  readonly dimension?: string;
  readonly control: unknown;
  /** What a verifier must claim; absent: what the control's envelope tells. */
  readonly needs?: Needs;
  /** Without a recipient of its own: the control's. */
  readonly attacked: unknown;
  /** What the generator made it of; nothing is generated when it is replayed. */
  readonly plan?: Plan;
  /** What the reference verifier must get for it. */
  readonly verdict?: Verdict;
  /** What was seen when it was stored. */
  readonly seen?: { readonly verifier: string; readonly kind: FindingKind; readonly note: string };
}

export function fingerprintOf(
  verifier: string,
  attack: string,
  ruling: Ruling,
  expect?: Expectation,
): string {
  const outcome = ruling.outcome;
  const answer = outcome === undefined ? '' : outcome.kind === 'rejected' ? describe(outcome) : outcome.kind;
  // What of a state is wrong, without the figures that are other ones in each case.
  const state = ruling.kind === 'wrong-state' ? ruling.note.replace(/\b[0-9a-f]*\d[0-9a-f]*\b/g, '#') : '';
  const clause = expect ? cite(expect.clause) : '';
  const { family } = ruling;
  const of = [verifier, attack, ruling.kind ?? ruling.verdict, clause, answer];
  const parts = [...of, ...(state ? [state] : []), ...(family ? [family] : [])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Of two verifiers that read the same bytes differently. */
export function readingFingerprint(parts: readonly string[]): string {
  const of = JSON.stringify(['reads-differently', ...parts]);
  return createHash('sha256').update(of).digest('hex').slice(0, 16);
}

export function seenOutcome(outcome: Outcome): SeenOutcome {
  const { kind } = outcome;
  const effects = 'effects' in outcome ? outcome.effects?.slice(0, 50).map(effectInWords) : undefined;
  const detail = 'detail' in outcome ? outcome.detail : 'error' in outcome ? outcome.error : undefined;
  return {
    kind,
    ...('level' in outcome && { level: outcome.level }),
    ...('stage' in outcome && outcome.stage && { stage: outcome.stage }),
    ...('reason' in outcome && outcome.reason && { reason: outcome.reason }),
    ...(detail && { detail: detail.slice(0, 500) }),
    ...(effects && { effects }),
  };
}

function effectInWords(effect: Effect): string {
  switch (effect.kind) {
    case 'authenticated':
      return effect.kind;
    case 'fetch':
      return `fetch ${effect.uri.slice(0, 200)}`;
    case 'commit':
      return `commit sequence number ${effect.sequenceNumber}`;
    default:
      return `${effect.kind} component ${effect.component}`;
  }
}

export interface CaseFileOptions {
  /** Leave symmetric keys out: they are the user's own secret. */
  readonly withoutSecrets?: boolean;
  readonly seen?: NonNullable<CaseFile['seen']>;
  readonly verdict?: Verdict;
}

export function caseToFile(
  one: Pick<Case, 'choice' | 'expect' | 'control' | 'attacked' | 'plan' | 'dimension'> & {
    readonly needs?: Needs;
    readonly attack: { readonly id: string };
  },
  options: CaseFileOptions = {},
): CaseFile {
  return {
    format: caseFormat,
    attack: one.attack.id,
    choice: one.choice,
    expect: one.expect,
    ...(one.dimension !== undefined && { dimension: one.dimension }),
    ...(one.needs && { needs: one.needs }),
    control: runToJson(one.control, options),
    attacked: runToJson(one.attacked, options, one.control.recipient),
    ...(one.plan && { plan: one.plan }),
    ...(options.verdict && { verdict: options.verdict }),
    ...(options.seen && { seen: options.seen }),
  };
}

export interface StoredCase {
  readonly attack: string;
  readonly choice: unknown;
  readonly expect: Expectation;
  readonly dimension?: string;
  readonly needs?: Needs;
  readonly control: Run;
  readonly attacked: Run;
  readonly plan?: Plan;
  readonly verdict?: Verdict;
}

/** Throws BenchError `case-version` or `case-unreadable`, naming `where`. */
export function caseFromFile(json: unknown, where: string): StoredCase {
  const file = json as Partial<CaseFile> | null;
  if (typeof file !== 'object' || file === null || typeof file.format !== 'string')
    throw new BenchError('case-unreadable', `${where} is not a stored case: it has no "format"`);
  if (file.format !== caseFormat)
    throw new BenchError(
      'case-version',
      `${where} has format ${JSON.stringify(file.format)}; this version reads ${caseFormat}. Store it anew with "gauntlet run"`,
    );
  if (typeof file.attack !== 'string' || file.expect === undefined)
    throw new BenchError('case-unreadable', `${where} lacks "attack" or "expect"`);
  if (typeof file.expect?.strength !== 'string' || typeof file.expect.clause?.section !== 'string')
    throw new BenchError('case-unreadable', `${where}: "expect" needs "strength" and "clause"`);
  try {
    const control = runFromJson(file.control);
    return {
      attack: file.attack,
      choice: file.choice,
      expect: file.expect,
      ...(file.dimension !== undefined && { dimension: file.dimension }),
      ...(file.needs && { needs: file.needs }),
      control,
      attacked: runFromJson(file.attacked, control.recipient),
      ...(file.plan && { plan: wholePlan(file.plan) }),
      ...(file.verdict && { verdict: file.verdict }),
    };
  } catch (cause) {
    if (cause instanceof BenchError)
      throw new BenchError('case-unreadable', `${where}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** Plans that were stored before each place had its own digest algorithm have the one for all. */
function wholePlan(plan: Plan): Plan {
  return {
    ...plan,
    wrapperDigest: plan.wrapperDigest ?? plan.digest,
    severedDigest: plan.severedDigest ?? plan.digest,
  };
}

/** SHA-256 over what is delivered: the name of a stored case. */
export function caseDigest(file: CaseFile): string {
  const { seen: _seen, ...what } = file;
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12);
}

/** The envelope of the judged delivery; of a history, the last that has one. */
export function judgedEnvelope(run: Run): Uint8Array | undefined {
  const judged = run.steps.findLast((step) => step.must === 'judged');
  return (judged ?? run.steps.findLast(({ delivery }) => delivery.envelope))?.delivery.envelope;
}

/** Leaves out a recipient that is the known one. */
export function runToJson(run: Run, options: CaseFileOptions = {}, known?: Recipient): unknown {
  const recipient = options.withoutSecrets ? withoutSecrets(run.recipient) : run.recipient;
  return {
    ...(run.recipient !== known && { recipient: recipientToJson(recipient) }),
    steps: run.steps.map((step) => ({
      delivery: deliveryToJson(step.delivery),
      must: step.must,
      level: step.level,
      ...(step.after && { after: stateToJson(step.after) }),
      ...(step.alsoAfter && { alsoAfter: step.alsoAfter.map(stateToJson) }),
      ...(step.invokes && { invokes: step.invokes }),
      ...(step.invokeArguments && { invokeArguments: toHex(step.invokeArguments) }),
      ...(step.on && { on: recipientToJson(options.withoutSecrets ? withoutSecrets(step.on) : step.on) }),
      ...(step.refusal && { refusal: step.refusal }),
    })),
  };
}

function runFromJson(json: unknown, known?: Recipient): Run {
  const run = json as { recipient?: unknown; steps?: unknown } | null;
  if (typeof run !== 'object' || run === null || !Array.isArray(run.steps))
    throw new BenchError('case-unreadable', 'a run needs "recipient" and "steps"');
  return {
    // The same object: the judge tells by it whether a device was changed.
    recipient: known && run.recipient === undefined ? known : recipientFromJson(run.recipient),
    steps: run.steps.map(
      (step: Record<string, unknown>): RunStep => ({
        delivery: deliveryFromJson(step.delivery),
        must: demandOf(step.must),
        level: step.level as RunStep['level'],
        ...(step.after !== undefined && { after: stateFromJson(step.after) }),
        ...(Array.isArray(step.alsoAfter) && { alsoAfter: step.alsoAfter.map(stateFromJson) }),
        ...(step.invokes !== undefined && { invokes: step.invokes as number[] }),
        ...(typeof step.invokeArguments === 'string' && { invokeArguments: fromHex(step.invokeArguments) }),
        ...(step.on !== undefined && { on: recipientFromJson(step.on) }),
        ...(step.refusal !== undefined && { refusal: step.refusal as NonNullable<RunStep['refusal']> }),
      }),
    ),
  };
}

function demandOf(must: unknown): RunStep['must'] {
  const known: readonly RunStep['must'][] = ['accept', 'reject', 'either', 'judged'];
  const found = known.find((one) => one === must);
  if (found === undefined)
    throw new BenchError(
      'case-unreadable',
      `a step's "must" is ${JSON.stringify(must)}; wanted ${known.join(', ')}`,
    );
  return found;
}

function withoutSecrets(recipient: Recipient): Recipient {
  return {
    ...recipient,
    anchors: recipient.anchors.map((anchor) =>
      anchor.key.kty === 'Symmetric' ? { ...anchor, key: { ...anchor.key, k: new Uint8Array(0) } } : anchor,
    ),
  };
}
