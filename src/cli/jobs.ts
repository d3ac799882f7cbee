/**
 * A run in several processes of this machine, this one among them: each has a shard of the sequence, and their logs are
 * merged.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import type { Progress } from '../harness/campaign.ts';
import type { Shard } from '../harness/sequence.ts';
import type { Results } from '../report/results.ts';
import { loggedResults } from './logged-results.ts';
import type { RunOptions } from './run.ts';
import { runHere, type Watch } from './run-here.ts';
import { planOf } from './run-plan.ts';
import { runShard } from './run-shard.ts';

type ShardOptions = RunOptions & { readonly out: string };

/** What a job's process is told, and what it tells. */
export type ToJob = { readonly kind: 'run'; readonly options: ShardOptions } | { readonly kind: 'stop' };

export type FromJob =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Absent: a bug. */
      readonly error?: { readonly code: string; readonly blame: 'usage' | 'bench' };
    };

/** Where the jobs of a run keep what they have judged. */
export function jobsFolder(out: string): string {
  return join(out, 'jobs');
}

/** Of a run that broke off, in the order of their shards. */
export function jobFolders(out: string): readonly string[] {
  const folder = jobsFolder(out);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'results.jsonl')));
  return names
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => join(folder, name));
}

/** Default: one. A run that is resumed keeps the number it had. */
export function jobsOf(options: RunOptions): number {
  const { out, resume, shard, jobs } = options;
  if (shard) {
    if (jobs !== undefined && jobs > 1)
      throw new BenchError('usage', 'a shard is run in one process: leave --jobs out');
    return 1;
  }
  const [begun] = resume && out !== undefined ? jobFolders(out) : [];
  const shards = begun && /-of-(\d+)$/.exec(begun)?.[1];
  if (shards) return Number(shards);
  // One: a user's own verifier may hold a port, a file or a device.
  return Math.max(1, jobs ?? 1);
}

/** The same results as in one process. */
export async function runJobs(options: RunOptions, jobs: number, watch: Watch): Promise<Results> {
  const { out, resume } = options;
  const own = out === undefined ? mkdtempSync(join(tmpdir(), 'gauntlet-')) : undefined;
  const folder = own ?? jobsFolder(out as string);
  if (!resume) rmSync(folder, { recursive: true, force: true });
  const shards = Array.from({ length: jobs }, (_, i): ShardOptions => {
    const shard: Shard = { index: i + 1, of: jobs };
    return { ...options, shard, out: join(folder, `${shard.index}-of-${jobs}`), jobs: 1 };
  });
  try {
    await runAll(shards, planOf(options).header.planned, watch);
    return loggedResults(
      shards.map((shard) => shard.out),
      out,
    );
  } catch (thrown) {
    if (!(thrown instanceof BenchError) || thrown.code !== 'shard-stopped') throw thrown;
    // A verifier that dies now and then: only one process can tell when it is given up.
    rmSync(folder, { recursive: true, force: true });
    return await runHere({ ...options, resume: false }, planOf(options), watch);
  } finally {
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
  }
}

/** The first shard here, where the modules are loaded already. Where one fails, the others are stopped. */
async function runAll(shards: readonly ShardOptions[], planned: number, watch: Watch): Promise<void> {
  let hasFailed = false;
  const isInterrupted = (): boolean => hasFailed || watch.isInterrupted();
  const [first, ...others] = shards;
  if (first === undefined) return;
  const sum = progressSum(planned, watch);
  const watched = (i: number): Watch => ({ isInterrupted, onProgress: sum(i) });
  const ends = [...others.map((one, i) => runJob(one, watched(i + 1))), runShard(first, watched(0))].map(
    (end) =>
      end.catch((thrown: unknown) => {
        hasFailed = true;
        throw thrown;
      }),
  );
  for (const end of await Promise.allSettled(ends)) if (end.status === 'rejected') throw end.reason;
}

function progressSum(planned: number, watch: Watch): (job: number) => (progress: Progress) => void {
  const latest = new Map<number, Progress>();
  return (job) => (progress) => {
    latest.set(job, progress);
    watch.onProgress(summedProgress([...latest.values()], planned));
  };
}

/** Of jobs that each have their own cases: what several find is one finding. */
export function summedProgress(all: readonly Progress[], planned: number): Progress {
  const verifiers = (all[0]?.verifiers ?? []).map(({ spec }) => {
    const own = all.flatMap((one) => one.verifiers.filter((verifier) => verifier.spec === spec));
    return {
      spec,
      found: [...new Set(own.flatMap(({ found }) => found))],
      isStopped: own.some(({ isStopped }) => isStopped),
    };
  });
  return { planned, done: all.reduce((sum, one) => sum + one.done, 0), verifiers };
}

async function runJob(options: ShardOptions, watch: Watch): Promise<void> {
  const child = fork(new URL('./job.js', import.meta.url), [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let last: FromJob | undefined;
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = `${errors}${text}`.slice(-4096);
  });
  child.on('message', (message: FromJob) => {
    if (message.kind === 'progress') watch.onProgress(message.progress);
    else last = message;
    if (watch.isInterrupted() && child.connected) child.send({ kind: 'stop' } satisfies ToJob);
  });
  child.send({ kind: 'run', options } satisfies ToJob);
  await once(child, 'close');
  if (last?.kind === 'done') return;
  if (last?.kind === 'failed' && last.error)
    throw new BenchError(last.error.code, last.message, { blame: last.error.blame });
  const why = last?.kind === 'failed' ? last.message : errors.trim();
  throw new BenchError('job-failed', `a process of --jobs ended without results: ${why}`, { blame: 'bench' });
}
