/**
 * What a fuzzing run has come to: a fold over its lines, the same whether they are being written or read again.
 *
 * @module
 */
import type { Outcome } from '../device/outcome.ts';
import type { Difference } from './behaviour.ts';
import type { Finding } from './finding.ts';
import {
  batchSize,
  type CountedRecord,
  differenceKey,
  type FuzzBudget,
  type FuzzLine,
  type FuzzSetup,
  type KeptCase,
  type Origin,
} from './fuzz-lines.ts';
import { count, emptyTally, type Tally } from './tally.ts';

/** Verifiers that part over cases, and the first of these. */
export interface FoundDifference extends Difference {
  readonly first: KeptCase;
  readonly cases: number;
}

export interface OriginCounts {
  cases: number;
  kept: number;
}

export class FuzzState {
  readonly setup: FuzzSetup;
  budget: FuzzBudget;
  readonly tallies: ReadonlyMap<{ readonly spec: string }, Tally>;
  readonly corpus: KeptCase[] = [];
  /** By verifier: each behaviour, and the place of the case that showed it first. */
  readonly behaviours: ReadonlyMap<string, Map<string, number>>;
  readonly origins = new Map<Origin, OriginCounts>();
  readonly stopped = new Set<string>();
  /** Milliseconds, over all sessions. */
  spentMs = 0;
  done = 0;
  /** Batches that have begun and are not complete: their snapshots of the corpus, and the places done. */
  readonly open = new Map<number, { readonly corpus: number; readonly done: Set<number> }>();
  nextBatch = 0;
  private readonly records: CountedRecord[] = [];
  private readonly recordIds = new Map<string, number>();
  /** Fingerprints of findings that are still to be shrunk. */
  readonly unsettled = new Set<string>();
  private readonly found = new Map<string, Finding>();
  private readonly failed = new Map<string, number>();
  private readonly parted = new Map<string, { first: KeptCase; of: Difference; cases: number }>();
  private readonly bySpec: ReadonlyMap<string, Tally>;

  constructor(setup: FuzzSetup, budget: FuzzBudget) {
    this.setup = setup;
    this.budget = budget;
    this.tallies = new Map(setup.verifiers.map((spec) => [{ spec }, emptyTally()]));
    this.bySpec = new Map([...this.tallies].map(([{ spec }, tally]) => [spec, tally]));
    this.behaviours = new Map(setup.verifiers.map((spec) => [spec, new Map<string, number>()]));
  }

  apply(line: FuzzLine): void {
    switch (line.kind) {
      case 'setup':
      case 'budget':
        this.budget = line.budget;
        return;
      case 'batch':
        this.open.set(line.number, { corpus: line.corpus, done: new Set() });
        this.nextBatch = Math.max(this.nextBatch, line.number + 1);
        return;
      case 'record':
        this.records[line.id] = line.record;
        this.recordIds.set(JSON.stringify(line.record), line.id);
        return;
      case 'finding':
        this.found.set(line.finding.fingerprint, line.finding);
        if (line.isSettled) this.unsettled.delete(line.finding.fingerprint);
        else this.unsettled.add(line.finding.fingerprint);
        return;
      case 'case':
        this.applyCase(line);
        return;
      case 'stopped':
        this.stopped.add(line.verifier);
        return;
      case 'spent':
        this.spentMs += line.ms;
    }
  }

  private applyCase({ n, origin, of, kept, difference }: Extract<FuzzLine, { kind: 'case' }>): void {
    this.done++;
    for (const id of of) this.count(this.records[id] as CountedRecord);
    const counts = this.origins.get(origin) ?? { cases: 0, kept: 0 };
    this.origins.set(origin, counts);
    counts.cases++;
    if (kept !== undefined) {
      counts.kept++;
      this.corpus.push(kept);
      for (const [verifier, behaviour] of Object.entries(kept.behaviours))
        this.behaviours.get(verifier)?.set(behaviour, n);
      if (kept.difference !== undefined)
        this.parted.set(differenceKey(kept.difference), { first: kept, of: kept.difference, cases: 0 });
    }
    const parted = difference === undefined ? undefined : this.parted.get(difference);
    if (parted !== undefined) parted.cases++;
    this.close(n);
  }

  private close(n: number): void {
    const batch = Math.floor(n / batchSize);
    const open = this.open.get(batch);
    open?.done.add(n);
    if (open?.done.size === batchSize) this.open.delete(batch);
  }

  private count({
    verifier,
    attack: id,
    family,
    verdict,
    dimension,
    outcome,
    fingerprint,
  }: CountedRecord): void {
    const tally = this.bySpec.get(verifier) as Tally;
    count(tally, { id, family }, verdict, outcome as Outcome | undefined, dimension);
    if (fingerprint !== undefined) this.failed.set(fingerprint, (this.failed.get(fingerprint) ?? 0) + 1);
  }

  /** undefined: no line has this record yet. */
  recordId(record: CountedRecord): number | undefined {
    return this.recordIds.get(JSON.stringify(record));
  }

  get recordCount(): number {
    return this.records.length;
  }

  finding(fingerprint: string): Finding | undefined {
    return this.found.get(fingerprint);
  }

  get fingerprints(): readonly string[] {
    return [...this.found.keys()];
  }

  get differenceKeys(): readonly string[] {
    return [...this.parted.keys()];
  }

  isNewDifference(key: string): boolean {
    return !this.parted.has(key);
  }

  /** In the order in which they were found, each with the number of its cases. */
  findings(): readonly Finding[] {
    return [...this.found.values()].map((one) => ({
      ...one,
      cases: this.failed.get(one.fingerprint) ?? one.cases,
    }));
  }

  differences(): readonly FoundDifference[] {
    return [...this.parted.values()].map(({ first, of, cases }) => ({ ...of, first, cases }));
  }
}
