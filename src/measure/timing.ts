/**
 * How long tasks take, as ratios to a fixed loop timed in the same session, so that machines can be compared.
 *
 * @module
 */

import { Bench } from 'tinybench';
import { BenchError } from '../bench-error.ts';

export interface Task {
  readonly name: string;
  /** One operation. */
  run(): unknown;
}

export interface TimingOptions {
  /** Milliseconds that each task is measured for, and run before that. */
  readonly timeMs: number;
  readonly warmUpMs: number;
}

/** Of one operation. */
export interface Timing {
  readonly name: string;
  readonly medianNs: number;
  /** Median over the calibration loop's median. */
  readonly ratio: number;
  readonly samples: number;
  /** Operations that one sample stands for. */
  readonly batch: number;
  readonly spread: Spread;
}

export interface Spread {
  /** Median absolute deviation, in per cent of the median. */
  readonly deviationPercent: number;
  /** 75th and 99th percentile over the median. */
  readonly p75: number;
  readonly p99: number;
}

export interface Timings {
  readonly calibration: Timing;
  /** How much the calibration loop changed from the start of the session to its end, in per cent. */
  readonly driftPercent: number;
  readonly tasks: readonly Timing[];
}

/** Runs every task until it is warm, then times them one after another between two timings of the calibration loop. */
export async function timeTasks(tasks: readonly Task[], options: TimingOptions): Promise<Timings> {
  // All first: tasks share code, and what one of them teaches the optimiser must not slow the next.
  for (const task of [calibrationTask, ...tasks]) await warmUp(task, options.warmUpMs);
  const before = await timeOne(calibrationTask, options, 1);
  const measured: Timing[] = [];
  for (const task of tasks) measured.push(await timeOne(task, options, before.medianNs));
  const after = await timeOne(calibrationTask, options, before.medianNs);
  return {
    calibration: { ...before, ratio: 1 },
    driftPercent: 100 * Math.abs(after.ratio - 1),
    tasks: measured,
  };
}

async function warmUp(task: Task, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) await task.run();
}

/** A sample must be long against the clock's own cost. */
const sampleNs = 50_000;

async function timeOne(task: Task, { timeMs, warmUpMs }: TimingOptions, unitNs: number): Promise<Timing> {
  const batch = await batchFor(task);
  const isAsync = task.run() instanceof Promise;
  const bench = new Bench({ time: timeMs, warmupTime: warmUpMs / 4, throws: true });
  bench.add(task.name, isAsync ? () => repeatAsync(task, batch) : () => repeat(task, batch));
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result?.state !== 'completed') {
    throw new BenchError('timing', `${task.name} could not be timed: ${result?.state}`, { blame: 'bench' });
  }
  const { p50, p75, p99, mad, samplesCount } = result.latency;
  const medianNs = (p50 * 1e6) / batch;
  const spread = { deviationPercent: (100 * mad) / p50, p75: p75 / p50, p99: p99 / p50 };
  return { name: task.name, medianNs, ratio: medianNs / unitNs, samples: samplesCount, batch, spread };
}

/** How many operations make a sample long enough. */
async function batchFor(task: Task): Promise<number> {
  const tries = 20;
  const start = performance.now();
  for (let i = 0; i < tries; i++) await task.run();
  const eachNs = ((performance.now() - start) * 1e6) / tries;
  return Math.max(1, Math.ceil(sampleNs / eachNs));
}

function repeat(task: Task, count: number): void {
  for (let i = 0; i < count; i++) task.run();
}

async function repeatAsync(task: Task, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await task.run();
}

/** What the loop computed last; kept so that it is not optimised away. */
let kept = 0;

/** The unit of all ratios: 10,000 rounds of a 32-bit generator (xorshift, Marsaglia 2003), integer work alone. */
const calibrationTask: Task = {
  name: 'calibration',
  run() {
    let state = 0x2545f491;
    for (let i = 0; i < 10_000; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    kept = state;
    return kept;
  },
};
