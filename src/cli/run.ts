/**
 * `gauntlet run`: the main job.
 *
 * @module
 */
import { rmSync } from 'node:fs';
import { families } from '../attacks/attack.ts';
import { replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import type { Shard } from '../harness/sequence.ts';
import type { BenchReport } from '../measure/bench-report.ts';
import { type Baseline, compare } from '../report/baseline.ts';
import type { Results } from '../report/results.ts';
import { renderResults } from '../report/terminal.ts';
import { validFamilyIds } from '../scenarios/families.ts';
import { familyRows } from '../scenarios/family-rows.ts';
import type { Within } from '../scenarios/within.ts';
import { claimedWithin } from './claimed-within.ts';
import { jobsFolder, jobsOf, runJobs } from './jobs.ts';
import { locked } from './locked.ts';
import { demandSteps, type HostChoices } from './open-verifiers.ts';
import { progressBar } from './progress.ts';
import { baselineIn, benchIn } from './report-inputs.ts';
import { runHere } from './run-here.ts';
import { planOf, type RunPlan } from './run-plan.ts';
import { writeReports } from './write-reports.ts';

export interface RunOptions extends HostChoices {
  readonly verifier?: readonly string[];
  readonly seed: number;
  readonly runs: number;
  /** Default: one a round, where the whole catalogue is run on generated scenarios. */
  readonly histories?: number;
  readonly pairs?: number;
  readonly time?: number;
  readonly only?: readonly string[];
  readonly valid?: boolean;
  /** What the verifiers claim, where that is little; found out where it is not given. */
  readonly within?: Within;
  readonly envelope?: string;
  readonly key?: string;
  readonly payload?: readonly string[];
  readonly baseline?: string;
  /** A bench.json, for the HTML report. */
  readonly bench?: string;
  readonly corpus?: readonly string[];
  /** Also the cases that come with the bench. */
  readonly stored: boolean;
  readonly out?: string;
  readonly shrink: number;
  readonly shard?: Shard;
  /** Processes; default 1. */
  readonly jobs?: number;
  /** Go on with what --out has of the same run. */
  readonly resume?: boolean;
  readonly format: 'text' | 'json';
}

/** A user's own envelope is attacked as it is. */
async function scopeOf({
  verifier = ['reference'],
  ...options
}: RunOptions): Promise<Pick<RunOptions, 'within'>> {
  const isGiven = options.envelope !== undefined;
  const within = isGiven ? undefined : await claimedWithin(verifier, options);
  return within ? { within } : {};
}

export async function runRun(given: RunOptions): Promise<number> {
  const { baseline, out, shard } = given;
  demandSteps(given.verifier ?? ['reference'], given);
  const options = { ...given, ...(await scopeOf(given)) };
  if (options.resume && out === undefined)
    throw new BenchError('usage', '--resume goes on with what --out has');
  if (shard && baseline !== undefined)
    throw new BenchError('usage', 'a shard sees only its part: give --baseline to "gauntlet merge"');
  const known = baselineIn(baseline);
  const bench = benchIn(options.bench);
  const plan = planOf(options);
  const jobs = jobsOf(options);
  demandWhole(plan, { ...options, jobs });
  return locked(out, () => runLocked(options, { plan, jobs, bench, ...(known && { known }) }));
}

interface Prepared {
  readonly plan: RunPlan;
  readonly jobs: number;
  readonly bench: BenchReport | undefined;
  readonly known?: Baseline;
}

async function runLocked(options: RunOptions, { plan, jobs, ...shown }: Prepared): Promise<number> {
  const { out, format, time } = options;
  // Of a run before: its reports would be made of them.
  if (out !== undefined && !options.resume) rmSync(jobsFolder(out), { recursive: true, force: true });
  const bar = progressBar({ format, ...(time !== undefined && { seconds: time }) });
  const signals = interruption();
  const watch = { isInterrupted: signals.isRequested, onProgress: bar.show, onPhase: bar.tell };
  let results: Results;
  try {
    results = await (jobs > 1 ? runJobs(options, jobs, watch) : runHere(options, plan, watch));
  } finally {
    bar.end();
    signals.end();
  }
  const { bench: _file, ...rest } = options;
  const status = concluded(results, { ...rest, ...shown });
  // Only now: whatever stops it before, and whoever cut it short, --resume finds what was judged.
  if (out !== undefined && results.complete) rmSync(jobsFolder(out), { recursive: true, force: true });
  return status;
}

/** A device without reset has one history. */
function demandWhole(
  { sequence }: RunPlan,
  { jobs, shard, resume }: Pick<RunOptions, 'shard' | 'resume'> & { readonly jobs: number },
): void {
  if (sequence.fixed?.reset === undefined || (jobs === 1 && !shard && !resume)) return;
  throw new BenchError(
    'usage',
    'a device without reset is attacked by one process, in one piece: leave --jobs, --shard and --resume out',
  );
}

export interface ConcludeOptions {
  readonly out?: string;
  readonly baseline?: string;
  /** A bench.json, for the HTML report. */
  readonly bench?: string;
  readonly format: 'text' | 'json';
}

/** Reports, what is printed, and the exit status. */
export function conclude(results: Results, options: ConcludeOptions): number {
  const known = baselineIn(options.baseline);
  return concluded(results, { ...options, bench: benchIn(options.bench), ...(known && { known }) });
}

interface ConcludedOptions extends Omit<ConcludeOptions, 'bench'> {
  readonly known?: Baseline;
  readonly bench?: BenchReport | undefined;
}

function concluded(results: Results, { bench, ...options }: ConcludedOptions): number {
  const comparison = options.known && compare(results, options.known, { ids: knownIds(), today: today() });
  writeReports(options.out, results, { comparison, bench });
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(results, null, 1)}\n` : renderResults(results, comparison),
  );
  const unexpected = comparison ? comparison.problems.length : results.findings.length;
  return exitStatus({ unexpected, interrupted: results.interrupted ?? false });
}

/** An interrupted run that found nothing has not shown that there is nothing. */
export function exitStatus(of: { readonly unexpected: number; readonly interrupted: boolean }): 0 | 1 | 3 {
  if (of.unexpected > 0) return 1;
  return of.interrupted ? 3 : 0;
}

/** The first SIGINT or SIGTERM asks for an end; a second one is as ever. */
function interruption(): { isRequested(): boolean; end(): void } {
  let requested = false;
  const onSignal = (): void => {
    requested = true;
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, onSignal);
  return {
    isRequested: () => requested,
    end: () => {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
}

/** In UTC. The only clock that a verdict of the run hangs on. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

export function knownIds(): ReadonlySet<string> {
  return new Set([
    ...replayable.map((attack) => attack.id),
    ...families,
    ...familyRows.map((family) => family.id),
    'valid',
    ...validFamilyIds,
    'valid.corpus',
    'given',
  ]);
}
