/**
 * `gauntlet fuzz`: a budget of time or cases, and a corpus that grows by what behaves as nothing before did.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runFuzz } from '../harness/fuzz.ts';
import { openJob } from '../harness/fuzz-job.ts';
import type { FuzzSetup } from '../harness/fuzz-lines.ts';
import type { FuzzJob, JobOptions } from '../harness/fuzz-orders.ts';
import { noStore } from '../harness/fuzz-store.ts';
import { openThreadJob } from '../harness/fuzz-thread.ts';
import { Stop } from '../harness/stop.ts';
import type { FuzzEnd } from '../report/fuzz-report.ts';
import { keptKey } from '../scenarios/keyring.ts';
import { type Config, configToName } from './config.ts';
import { readProfile } from './device-class.ts';
import { optimizeLater } from './engine.ts';
import { fuzzBar } from './fuzz-bar.ts';
import { type Begun, begun, type FuzzOptions, resumed } from './fuzz-begin.ts';
import { writeFuzz } from './fuzz-output.ts';
import { baselineIn } from './report-inputs.ts';

export async function runFuzzCommand(options: FuzzOptions): Promise<number> {
  optimizeLater();
  const { resume, format } = options;
  const baseline = baselineIn(options.baseline);
  const begins = resume === undefined ? await begun(options) : resumed(options, resume);
  const { state } = begins;
  const out = resume ?? options.out;
  const jobs = await jobsOf(options, begins, out);
  const end = await fuzzed(options, { ...begins, jobs, out });
  return writeFuzz(state, { end, jobs: jobs.length, out, format, ...(baseline && { baseline }) });
}

async function jobsOf(
  { config, jobs }: FuzzOptions,
  { state, abandon }: Begun,
  out: string | undefined,
): Promise<readonly FuzzJob[]> {
  try {
    return await openJobs(jobOptions(state.setup, out, config), jobs ?? availableParallelism());
  } catch (thrown) {
    abandon();
    throw thrown;
  }
}

function jobOptions(setup: FuzzSetup, out: string | undefined, config: Config | undefined): JobOptions {
  const named = configToName(setup.verifiers, config);
  return {
    setup,
    ...(out !== undefined && { folder: join(out, 'findings') }),
    ...(config && { entries: config.entries }),
    ...(named !== undefined && { config: named }),
    ...(setup.class !== undefined && { profile: readProfile(setup.class) }),
    ...(setup.fixed && { key: keptKey(setup.fixed.key) }),
  };
}

/** One job stays in this thread: the fewer threads, the less there is to pass on. */
async function openJobs(options: JobOptions, wanted: number): Promise<readonly FuzzJob[]> {
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
