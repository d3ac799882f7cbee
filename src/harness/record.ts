/**
 * Records: one for each verdict, in the sequence's order, and the line that it makes in results.jsonl.
 *
 * @module
 */
import type { AnyAttack, Family } from '../attacks/attack.ts';
import { type CountedCost, countedCost } from './costs.ts';
import type { DisagreementRecord } from './disagreements.ts';
import type { SeenOutcome } from './finding.ts';
import { type LoggedOutcome, logged } from './logged-outcome.ts';
import type { Reader } from './readings.ts';
import type { Ruling } from './verdict.ts';

export interface CaseRecord {
  readonly n: number;
  /** The case's place in the sequence; of a control, the place of the first case that it is the twin of. */
  readonly case: number;
  /** `valid`: the case is itself one of a valid family. */
  readonly of: 'control' | 'attacked' | 'valid';
  /** The attack's id; of a control, the valid family's. */
  readonly attack: string;
  /** The attack's family; `valid` for a control. */
  readonly family: AnyAttack['family'] | 'valid';
  readonly round: number;
  readonly verifier: string;
  /** Policy rows: the declared dimension. */
  readonly dimension: string;
  readonly ruling: Ruling;
  /** What it says came of a delivery that it accepted. Not in the log. */
  readonly reader?: Reader;
  /** With the case's last verifier: who of them all read it differently. */
  readonly disagreements?: readonly DisagreementRecord[];
  /** Where it failed: what makes a finding of it. */
  readonly failure?: FailureRecord;
}

export interface FailureRecord {
  readonly fingerprint: string;
  readonly strength: string;
  readonly clause: string;
  readonly choice: unknown;
  /** Place of the case that was under way; of a control not always the first that it is the twin of. */
  readonly place: number;
  /** The ruling's own family, where it has one. */
  readonly family?: Family;
  /** Of the first with this fingerprint. */
  readonly seen?: SeenOutcome;
}

/** One verdict as results.jsonl has it. */
export interface RecordLine
  extends Omit<CaseRecord, 'ruling' | 'reader'>,
    Omit<Ruling, 'outcome' | 'family'> {
  readonly outcome?: LoggedOutcome;
  readonly cost?: CountedCost;
}

export function recordLine({
  ruling,
  failure,
  reader: _reader,
  disagreements,
  ...rest
}: CaseRecord): RecordLine {
  const { outcome, family: _family, ...said } = ruling;
  const cost = countedCost(outcome);
  return {
    ...rest,
    ...said,
    ...(outcome && { outcome: logged(outcome) }),
    ...(cost && { cost }),
    ...(failure && { failure }),
    ...(disagreements && { disagreements }),
  };
}
