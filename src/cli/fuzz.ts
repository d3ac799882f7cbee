/**
 * `gauntlet fuzz`: a budget of time or cases, and a corpus that grows by what behaves as nothing before did.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inLearnedOrder } from '../attacks/order.ts';
import { BenchError } from '../bench-error.ts';
import type { Parent } from '../harness/breed.ts';
import { runFuzz } from '../harness/fuzz.ts';
import { type FuzzJob, type JobOptions, openJob } from '../harness/fuzz-job.ts';
import type { FuzzBudget, FuzzSetup } from '../harness/fuzz-lines.ts';
import { FuzzState } from '../harness/fuzz-state.ts';
import {
  createStore,
  demandNew,
  type FuzzStore,
  noStore,
  readStore,
  reopenStore,
} from '../harness/fuzz-store.ts';
import { openThreadJob } from '../harness/fuzz-thread.ts';
import { Stop } from '../harness/stop.ts';
import { readBaseline } from '../report/baseline.ts';
import type { FuzzEnd } from '../report/fuzz-report.ts';
import type { MemoryLimit } from '../verifiers/host.ts';
import { version } from '../version.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { ownCorpus } from './corpus.ts';
import { fuzzBar } from './fuzz-bar.ts';
import { writeFuzz } from './fuzz-output.ts';

export interface FuzzOptions {
  readonly verifier?: readonly string[];
  readonly seed?: number;
  readonly time?: number;
  readonly cases?: number;
  readonly jobs?: number;
  readonly only?: readonly string[];
  readonly corpus?: readonly string[];
  readonly stored: boolean;
  readonly baseline?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly deadline?: number;
  readonly memory?: MemoryLimit;
  readonly shrink?: number;
  readonly format: 'text' | 'json';
}

export const defaultSeconds = 60;

export async function runFuzzCommand(options: FuzzOptions): Promise<number> {
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  const { state, parents, open } = options.resume === undefined ? begun(options) : resumed(options);
  const out = options.resume ?? options.out;
  const jobs = await openJobs(state.setup, out, options.jobs ?? availableParallelism());
  const end = await fuzzed(options, { state, parents, open, jobs, out });
  const { format } = options;
  return writeFuzz(state, { end, jobs: jobs.length, out, format, ...(baseline && { baseline }) });
}

interface Begun {
  readonly state: FuzzState;
  readonly parents: readonly Parent[];
  /** Once the jobs are there: a run that cannot begin leaves no folder. */
  readonly open: () => FuzzStore;
}

function begun(options: FuzzOptions): Begun {
  const attacks = inLearnedOrder(chosenAttacks(options));
  const setup: FuzzSetup = {
    version: version(),
    seed: options.seed ?? 1,
    verifiers: [...new Set(options.verifier ?? ['reference'])],
    attacks: attacks.map(({ id }) => id),
    composes: options.only === undefined,
    corpora: [...(options.stored ? [ownCorpus()] : []), ...(options.corpus ?? [])],
    deadline: options.deadline ?? 2000,
    memoryMiB: options.memory ?? 256,
    shrinkTries: options.shrink ?? 60,
  };
  const budget = budgetOf(options) ?? { seconds: defaultSeconds };
  const { out } = options;
  if (out !== undefined) demandNew(out);
  const open = () => (out === undefined ? noStore : createStore(out, setup, budget));
  return { state: new FuzzState(setup, budget), parents: [], open };
}

/** Throws BenchError `fuzz-resume` where what is asked for is not what was begun. */
function resumed(options: FuzzOptions): Begun {
  const folder = options.resume as string;
  const { state, parents } = readStore(folder);
  const { setup } = state;
  const wanted = {
    version: version(),
    ...(options.verifier && { verifiers: [...new Set(options.verifier)] }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.only && { attacks: inLearnedOrder(chosenAttacks(options)).map(({ id }) => id) }),
    ...(options.deadline !== undefined && { deadline: options.deadline }),
    ...(options.memory !== undefined && { memoryMiB: options.memory }),
    ...(options.shrink !== undefined && { shrinkTries: options.shrink }),
  };
  for (const [name, value] of Object.entries(wanted)) {
    const before = setup[name as keyof FuzzSetup];
    if (JSON.stringify(before) === JSON.stringify(value)) continue;
    throw new BenchError(
      'fuzz-resume',
      `${folder} was begun with ${name} ${shown(before)}, not ${shown(value)}: a run goes on as it began, or begins anew in another folder`,
    );
  }
  if (options.out !== undefined || options.corpus !== undefined)
    throw new BenchError(
      'usage',
      '--resume goes on in its own folder and corpus: leave --out and --corpus out',
    );
  const budget = budgetOf(options);
  const open = (): FuzzStore => {
    const store = reopenStore(folder);
    if (budget !== undefined) store.write({ kind: 'budget', budget });
    return store;
  };
  if (budget !== undefined) state.apply({ kind: 'budget', budget });
  return { state, parents, open };
}

function budgetOf({ time, cases }: FuzzOptions): FuzzBudget | undefined {
  if (time === undefined && cases === undefined) return undefined;
  return { ...(time !== undefined && { seconds: time }), ...(cases !== undefined && { cases }) };
}

function shown(value: unknown): string {
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** One job stays in this thread: the fewer threads, the less there is to pass on. */
async function openJobs(
  setup: FuzzSetup,
  out: string | undefined,
  wanted: number,
): Promise<readonly FuzzJob[]> {
  const options: JobOptions = { setup, ...(out !== undefined && { folder: join(out, 'findings') }) };
  if (wanted <= 1) return [await openJob(options)];
  const opened = await Promise.allSettled(Array.from({ length: wanted }, () => openThreadJob(options)));
  const failed = opened.find((one) => one.status === 'rejected');
  const jobs = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed === undefined) return jobs;
  await Promise.all(jobs.map((job) => job.close()));
  throw failed.reason;
}

interface Fuzzing extends Begun {
  readonly jobs: readonly FuzzJob[];
  readonly out: string | undefined;
}

async function fuzzed(options: FuzzOptions, { state, parents, open, jobs, out }: Fuzzing): Promise<FuzzEnd> {
  const stop = new Stop();
  const began = performance.now();
  const { seconds } = state.budget;
  let end: FuzzEnd = 'cases';
  const ask = (why: FuzzEnd) => () => {
    end = why;
    stop.ask();
  };
  const onSignal = ask('interrupted');
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const left = seconds === undefined ? undefined : Math.max(0, seconds * 1000 - state.spentMs);
  // A longer timer would fire at once; such a run is ended by hand.
  const timer = left === undefined ? undefined : setTimeout(ask('time'), Math.min(left, 0x7fffffff));
  const bar = fuzzBar(options.format, state);
  let store = noStore;
  try {
    store = open();
    await runFuzz({
      state,
      parents,
      store,
      jobs,
      stop,
      ...(out !== undefined && { folder: join(out, 'findings') }),
      clock: () => performance.now() - began,
      onProgress: bar.show,
    });
  } finally {
    clearTimeout(timer);
    bar.end();
    store.close();
    await Promise.all(jobs.map((job) => job.close()));
    process.removeListener('SIGINT', onSignal);
    process.removeListener('SIGTERM', onSignal);
  }
  return end === 'cases' && state.stopped.size === state.setup.verifiers.length ? 'stopped' : end;
}
