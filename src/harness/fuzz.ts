/**
 * A fuzzing run: batches of cases to one or more jobs; what behaves as nothing before did is kept and bred from.
 *
 * With one job the sequence of cases hangs on nothing but the setup and on what the verifiers answer.
 *
 * @module
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import type { Parent } from './breed.ts';
import { caseDigest, type Finding } from './finding.ts';
import { batchSize, type CountedRecord, differenceKey, type FuzzLine, type KeptCase } from './fuzz-lines.ts';
import type { CaseReport, FuzzJob, News } from './fuzz-orders.ts';
import type { FuzzState } from './fuzz-state.ts';
import { type FuzzStore, parentOf } from './fuzz-store.ts';
import type { Stop } from './stop.ts';

export interface FuzzOptions {
  /** As a resumed run left it, or empty. */
  readonly state: FuzzState;
  /** One for each kept case of the state. */
  readonly parents: readonly Parent[];
  readonly store: FuzzStore;
  readonly jobs: readonly FuzzJob[];
  /** The folder of stored findings; absent: none are stored, and none shrunk. */
  readonly folder?: string;
  /** Asked to stop, it leaves the cases in flight: a resumed run does them again. */
  readonly stop: Stop;
  /** Milliseconds since this session began; of what was spent, nothing else hangs on it. */
  readonly clock: () => number;
  readonly onProgress?: (state: FuzzState) => void;
}

/** Ends when the budget of cases is used up, when it is stopped, or when no verifier is left. */
export async function runFuzz(options: FuzzOptions): Promise<void> {
  const run = new FuzzRun(options);
  await Promise.all(options.jobs.map((job) => run.work(job)));
  run.spend();
}

const deadControlsToStop = 3;

/** More would be the work of a verifier that makes behaviours up. */
const mostKept = 20_000;

/** Milliseconds between two notes of the time. */
const noteEach = 1000;

class FuzzRun {
  private readonly options: FuzzOptions;
  private readonly state: FuzzState;
  private readonly news: News[] = [];
  private readonly heard = new Map<FuzzJob, number>();
  private readonly deadControls = new Map<string, number>();
  /** Open batches of an earlier session, to be done first. */
  private readonly left: number[];
  private readonly underWay = new Set<string>();
  private spent = 0;

  constructor(options: FuzzOptions) {
    const { state, parents } = options;
    this.options = options;
    this.state = state;
    this.left = [...state.open.keys()].sort((a, b) => a - b);
    const behaviours = [...state.behaviours].map(([verifier, known]) => [verifier, [...known.keys()]]);
    this.news.push({
      parents,
      behaviours: Object.fromEntries(behaviours),
      differences: state.differenceKeys,
      fingerprints: state.fingerprints,
      stopped: [...state.stopped],
    });
  }

  async work(job: FuzzJob): Promise<void> {
    const { stop } = this.options;
    while (!stop.isAsked) {
      for (const news of this.news.slice(this.heard.get(job) ?? 0)) job.tell(news);
      this.heard.set(job, this.news.length);
      const finding = this.toShrink();
      if (finding !== undefined) {
        await this.shrink(job, finding);
        continue;
      }
      const number = this.nextBatch();
      if (number === undefined) return;
      const corpus = this.state.open.get(number)?.corpus ?? 0;
      const reports = job.batch({ number, corpus, end: this.end })[Symbol.asyncIterator]();
      for (;;) {
        const next = await stop.race(reports.next());
        if (next === undefined) return;
        if (next.done) break;
        this.take(next.value);
      }
    }
  }

  spend(): void {
    const now = this.options.clock();
    this.write({ kind: 'spent', ms: Math.round(now - this.spent) });
    this.spent = now;
  }

  private get end(): number {
    return this.state.budget.cases ?? Number.MAX_SAFE_INTEGER;
  }

  /** undefined: there is no more. */
  private nextBatch(): number | undefined {
    if (this.state.stopped.size === this.state.setup.verifiers.length) return undefined;
    for (let left = this.left.shift(); left !== undefined; left = this.left.shift()) {
      const done = this.state.open.get(left)?.done ?? new Set();
      const places = Array.from({ length: batchSize }, (_, i) => left * batchSize + i);
      if (places.some((n) => n < this.end && !done.has(n))) return left;
    }
    const number = this.state.nextBatch;
    if (number * batchSize >= this.end) return undefined;
    this.write({ kind: 'batch', number, corpus: this.state.corpus.length });
    return number;
  }

  private take(report: CaseReport): void {
    const { n, origin, records, findings } = report;
    // Done before the run was resumed.
    if (this.state.open.get(Math.floor(n / batchSize))?.done.has(n) !== false) return;
    for (const { finding, isSettled } of findings)
      if (this.state.finding(finding.fingerprint) === undefined)
        this.write({ kind: 'finding', finding, isSettled: isSettled || !this.shrinks });
    const of = records.map((record) => this.idOf(record));
    const kept = this.keep(report);
    const difference = report.difference && differenceKey(report.difference);
    this.write({ kind: 'case', n, origin, of, ...(kept && { kept }), ...(difference && { difference }) });
    const stopped = this.countDeaths(report);
    if (kept !== undefined || findings.length + stopped.length > 0) this.tellAll(report, kept, stopped);
    if (this.options.clock() - this.spent >= noteEach) this.spend();
    this.options.onProgress?.(this.state);
  }

  private tellAll(
    { file, findings }: CaseReport,
    kept: KeptCase | undefined,
    stopped: readonly string[],
  ): void {
    const behaviours = Object.entries(kept?.behaviours ?? {}).map(([verifier, one]) => [verifier, [one]]);
    this.news.push({
      parents: kept && file ? [parentOf(file)] : [],
      behaviours: Object.fromEntries(behaviours),
      differences: kept?.difference ? [differenceKey(kept.difference)] : [],
      fingerprints: findings.map(({ finding }) => finding.fingerprint),
      stopped,
    });
  }

  /** Writes the case to the corpus where something in it is new. */
  private keep({ n, attack, origin, behaviours, difference, file }: CaseReport): KeptCase | undefined {
    const fresh = Object.entries(behaviours).filter(
      ([verifier, behaviour]) => !this.state.behaviours.get(verifier)?.has(behaviour),
    );
    const parts = difference && this.state.isNewDifference(differenceKey(difference)) ? { difference } : {};
    if (file === undefined || (fresh.length === 0 && parts.difference === undefined)) return undefined;
    if (this.state.corpus.length >= mostKept) return undefined;
    const name = `${String(n).padStart(8, '0')}-${caseDigest(file)}.json`;
    this.options.store.writeCase(name, file);
    return { file: name, n, attack, origin, behaviours: Object.fromEntries(fresh), ...parts };
  }

  private idOf(record: CountedRecord): number {
    const known = this.state.recordId(record);
    if (known !== undefined) return known;
    const id = this.state.recordCount;
    this.write({ kind: 'record', id, record });
    return id;
  }

  private countDeaths({ dead, alive }: CaseReport): readonly string[] {
    for (const verifier of alive) this.deadControls.set(verifier, 0);
    return dead.filter((verifier) => {
      const inARow = (this.deadControls.get(verifier) ?? 0) + 1;
      this.deadControls.set(verifier, inARow);
      const ends = inARow >= deadControlsToStop && !this.state.stopped.has(verifier);
      if (ends) this.write({ kind: 'stopped', verifier });
      return ends;
    });
  }

  private get shrinks(): boolean {
    return this.options.folder !== undefined && this.state.setup.shrinkTries > 0;
  }

  private toShrink(): Finding | undefined {
    const next = [...this.state.unsettled].find((fingerprint) => !this.underWay.has(fingerprint));
    return next === undefined ? undefined : this.state.finding(next);
  }

  private async shrink(job: FuzzJob, finding: Finding): Promise<void> {
    const folder = this.options.folder as string;
    this.underWay.add(finding.fingerprint);
    const path = join(folder, `${finding.id}.json`);
    const file = readFinding(path);
    const shrunk = await this.options.stop.race(job.shrink({ finding, file }));
    if (shrunk === undefined) return;
    this.write({ kind: 'finding', finding: shrunk, isSettled: true });
    this.underWay.delete(finding.fingerprint);
    if (this.state.findings().some(({ id }) => id === finding.id)) return;
    for (const stale of [path, join(folder, `${finding.id}.suit`)]) rmSync(stale, { force: true });
  }

  private write(line: FuzzLine): void {
    this.options.store.write(line);
    this.state.apply(line);
  }
}

/** Throws BenchError `fuzz-unreadable`: it was there when it was logged. */
function readFinding(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new BenchError('fuzz-unreadable', `the finding ${path} cannot be read as JSON`, { cause });
  }
}
