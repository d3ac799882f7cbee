/**
 * What the records of a campaign add up to, whether they come as they fall or out of a log.
 *
 * @module
 */
import { CostTally } from './costs.ts';
import type { DisagreementRecord } from './disagreements.ts';
import type { RecordLine } from './record.ts';
import { count, countLacking, emptyTally, type Tally } from './tally.ts';

/** The first record that showed a defect, and how many did. */
export interface CollatedFailure {
  readonly fingerprint: string;
  readonly first: RecordLine;
  cases: number;
}

/** The first case that two verifiers read differently, and how many there were. */
export interface CollatedDisagreement extends DisagreementRecord {
  readonly first: RecordLine;
  cases: number;
}

export class Collation {
  /** By verifier. */
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly failures = new Map<string, CollatedFailure>();
  readonly disagreements = new Map<string, CollatedDisagreement>();
  readonly costs = new CostTally();
  /** Cases that every verifier has answered. */
  done = 0;
  private readonly last: string | undefined;
  private readonly seen = new Set<string>();
  private readonly applicable = new Set<string>();

  constructor(verifiers: readonly string[]) {
    this.tallies = new Map(verifiers.map((spec) => [spec, emptyTally()]));
    this.last = verifiers.at(-1);
  }

  /** In the sequence's order, the verifiers in theirs. */
  add(line: RecordLine): void {
    const { attack: id, family, verdict, outcome, dimension, failure } = line;
    const tally = this.tallies.get(line.verifier);
    if (tally === undefined) return;
    count(tally, { id, family }, verdict, outcome, dimension);
    if (verdict === 'skipped') countLacking(tally, id, line.note);
    this.costs.add(line);
    if (line.of !== 'control') {
      this.seen.add(id);
      if (verdict !== 'inapplicable') this.applicable.add(id);
      if (line.verifier === this.last) this.done++;
    }
    for (const one of line.disagreements ?? []) {
      const met = this.disagreements.get(one.fingerprint);
      if (met === undefined) this.disagreements.set(one.fingerprint, { ...one, first: line, cases: 1 });
      else met.cases++;
    }
    if (failure === undefined) return;
    const known = this.failures.get(failure.fingerprint);
    if (known === undefined)
      this.failures.set(failure.fingerprint, { fingerprint: failure.fingerprint, first: line, cases: 1 });
    else known.cases++;
  }

  /** Attacks that had no meaning in any round. */
  neverApplicable(): readonly string[] {
    return [...this.seen].filter((id) => !this.applicable.has(id));
  }
}
