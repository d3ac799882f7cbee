/**
 * Where verifiers part: the answers of several to the same bytes, side by side.
 *
 * Only what all of them say can part them: a verifier that gives no reason does not contradict one that does, and one
 * that does not claim what a case needs has not answered it.
 *
 * @module
 */
import { toHex } from '../cbor/hex.ts';
import type { ReportedState } from '../device/decision.ts';
import { levels } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import { reasons } from '../suit/stage.ts';
import type { Host } from '../verifiers/host.ts';
import { highestClaimed } from './claims-fit.ts';
import { summary } from './judge.ts';
import { type Difference, parted, type Reader } from './readings.ts';
import type { CaseRecord } from './record.ts';
import type { Verdict } from './verdict.ts';

/** What parts them, the gravest first. */
export const partingKinds = [
  /** One accepts, another refuses, crashes or hangs. */
  'decision',
  /** All accept, not to the same level, though all claim the higher one. */
  'level',
  /** All accept, and do not say the same of what came of it. */
  'reads-differently',
  /** All refuse, and the state after it is not the same. */
  'state',
  /** All refuse, at different stages. */
  'stage',
  /** All refuse at one stage, for different reasons. */
  'reason',
] as const;

export type PartingKind = (typeof partingKinds)[number];

/** "accepted as installed", "rejected: sig-invalid at authenticate", "hung" …, or why there is no answer. */
export interface Answer {
  readonly verifier: string;
  readonly verdict: Verdict;
  readonly answer: string;
}

/** One delivery to which not all gave the same answer. */
export interface Parting {
  /** The case's place in the sequence. */
  readonly case: number;
  readonly round: number;
  /** The attack of the case; `of` says whether it is parted over, or over its untouched twin. */
  readonly attack: string;
  readonly of: 'control' | 'attacked';
  readonly kind: PartingKind;
  /** In the verifiers' order. */
  readonly answers: readonly Answer[];
  /** What they read differently, as far as they tell; each value by its verifier. */
  readonly readings?: readonly Difference[];
}

export interface Partings {
  /** Deliveries that at least two verifiers answered. */
  readonly compared: number;
  /** Deliveries that fewer answered. */
  readonly unanswered: number;
  readonly partings: readonly Parting[];
}

/** `records`: all of one campaign, in any order. */
export function partingsOf(records: readonly CaseRecord[], hosts: readonly Host[]): Partings {
  const deliveries = new Map<string, CaseRecord[]>();
  const attacks = new Map<number, CaseRecord>();
  for (const record of records) {
    if (record.of !== 'control') attacks.set(record.case, record);
    if (record.ruling.verdict === 'inapplicable') continue;
    const key = `${record.case} ${record.of}`;
    deliveries.set(key, [...(deliveries.get(key) ?? []), record]);
  }
  const lowest = levels.findLast((level) =>
    hosts.every((host) => levels.indexOf(highestClaimed(host.claims)) >= levels.indexOf(level)),
  );
  const partings: Parting[] = [];
  let compared = 0;
  for (const delivered of deliveries.values()) {
    const outcomes = delivered.flatMap(({ ruling }) => (answers(ruling.outcome) ? [ruling.outcome] : []));
    if (outcomes.length < 2) continue;
    compared++;
    const readings = readingsOf(delivered.flatMap(({ reader }) => reader ?? []));
    const kind = partingWith(partingOf(outcomes, lowest), readings);
    const [first] = delivered as [CaseRecord];
    if (kind === undefined) continue;
    const { attack, round } = attacks.get(first.case) ?? first;
    partings.push({
      case: first.case,
      round,
      attack,
      of: first.of === 'attacked' ? 'attacked' : 'control',
      kind,
      answers: answersOf(delivered, hosts),
      ...(readings.length > 0 && { readings }),
    });
  }
  const order = (one: Parting): number => 2 * one.case + (one.of === 'control' ? 0 : 1);
  partings.sort((a, b) => order(a) - order(b));
  return { compared, unanswered: deliveries.size - compared, partings };
}

/** What parts these answers; `level` is the highest that all verifiers claim. Undefined: nothing does. */
export function partingOf(
  outcomes: readonly Outcome[],
  level: (typeof levels)[number] = 'invoked',
): PartingKind | undefined {
  if (differ(outcomes.map(({ kind }) => kind))) return 'decision';
  const reached = outcomes.map((one) => (one.kind === 'accepted' ? one.level : undefined));
  const capped = reached.map((one) => one && Math.min(levels.indexOf(one), levels.indexOf(level)));
  if (differ(capped)) return 'level';
  if (!differ(reached) && differ(outcomes.map(stateText)))
    return outcomes[0]?.kind === 'accepted' ? 'reads-differently' : 'state';
  if (differ(outcomes.map(stageOf))) return 'stage';
  if (differ(outcomes.map((one) => (one.kind === 'rejected' ? one.reason : undefined)))) return 'reason';
  return undefined;
}

/** Two may have read alike what a third did not: one line for each thing, with all that anyone says of it. */
export function readingsOf(readers: readonly Reader[]): readonly Difference[] {
  const values = new Map<string, Record<string, string>>();
  for (const { differences } of parted(readers))
    for (const one of differences) values.set(one.what, { ...values.get(one.what), ...one.values });
  return [...values].map(([what, of]) => ({ what, values: of }));
}

/** What is read differently is told only where all accept. */
export function partingWith(
  kind: PartingKind | undefined,
  readings: readonly Difference[],
): PartingKind | undefined {
  return kind === undefined && readings.length > 0 ? 'reads-differently' : kind;
}

/** Do two of these differ? What is unknown differs from nothing. */
function differ(values: readonly (string | number | undefined)[]): boolean {
  return new Set(values.filter((value) => value !== undefined)).size > 1;
}

function answers(outcome: Outcome | undefined): outcome is Outcome {
  return outcome !== undefined && outcome.kind !== 'unsupported';
}

function answersOf(delivered: readonly CaseRecord[], hosts: readonly Host[]): readonly Answer[] {
  return hosts.flatMap(({ spec }) => {
    const record = delivered.find((one) => one.verifier === spec);
    if (record === undefined) return [];
    const { verdict, outcome } = record.ruling;
    return [{ verifier: spec, verdict, answer: outcome === undefined ? verdict : summary(outcome) }];
  });
}

function stageOf(outcome: Outcome): string | undefined {
  if (outcome.kind !== 'rejected') return undefined;
  return outcome.stage ?? (outcome.reason && reasons[outcome.reason].stage);
}

/** Sequence number and contents, where both are reported. */
function stateText(outcome: Outcome): string | undefined {
  const state: ReportedState | undefined =
    outcome.kind === 'accepted' || outcome.kind === 'rejected' ? outcome.state : undefined;
  if (state?.components === undefined) return undefined;
  const held = state.components.map((one) => (one === null ? 'empty' : `${one.size} ${toHex(one.sha256)}`));
  return [`${state.sequenceNumber}`, ...held].join('\n');
}
