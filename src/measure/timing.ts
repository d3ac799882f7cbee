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
  /** Times that each task is measured, each time beside the calibration loop. */
  readonly rounds: number;
  /** Milliseconds that a task is measured for in each round. */
  readonly roundMs: number;
  /** Milliseconds that each task is run before all that, at least; the optimiser counts calls, not time. */
  readonly warmUpMs: number;
}

/** Of one operation. */
export interface Timing {
  readonly name: string;
  readonly medianNs: number;
  /** Median over the rounds of its time over the calibration loop's. */
  readonly ratio: number;
  /** That of each round, ascending. */
  readonly ratios: readonly number[];
  readonly interval: Interval;
  /** Operations that one sample stands for. */
  readonly batch: number;
  readonly spread: Spread;
}

/** Holds the true median with this confidence, whatever the distribution: two of the sorted ratios. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface Spread {
  /** Median absolute deviation, in per cent of the median. */
  readonly deviationPercent: number;
  /** 75th and 99th percentile over the median. */
  readonly p75: number;
  readonly p99: number;
}

export interface Timings {
  /** The calibration loop over all rounds of all tasks, its ratios to their own median. */
  readonly calibration: Timing;
  readonly tasks: readonly Timing[];
}

/** Runs every task until it is warm, then times them in rounds, each time right beside the calibration loop. */
export async function timeTasks(tasks: readonly Task[], options: TimingOptions): Promise<Timings> {
  // All first: tasks share code, and what one of them teaches the optimiser must not slow the next.
  for (const task of [calibrationTask, ...tasks]) await warmUp(task, options.warmUpMs);
  const unitBatch = await batchFor(calibrationTask);
  const prepared = [];
  for (const task of tasks)
    prepared.push({ task, batch: await batchFor(task), ns: [] as number[], ratios: [] as number[] });
  const units: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    units.push(await timeOne(calibrationTask, unitBatch, options.roundMs / 2));
    for (const { task, batch, ns, ratios } of prepared) {
      const unit = await timeOne(calibrationTask, unitBatch, options.roundMs / 2);
      const own = await timeOne(task, batch, options.roundMs);
      units.push(unit);
      ns.push(own);
      ratios.push(own / unit);
    }
  }
  const unitNs = quantile(ascending(units), 0.5);
  const unitRatios = units.map((ns) => ns / unitNs);
  return {
    calibration: timingOf(calibrationTask.name, unitBatch, units, unitRatios),
    tasks: prepared.map(({ task, batch, ns, ratios }) => timingOf(task.name, batch, ns, ratios)),
  };
}

function timingOf(name: string, batch: number, ns: readonly number[], ratios: readonly number[]): Timing {
  const sorted = ascending(ratios);
  const ratio = quantile(sorted, 0.5);
  return {
    name,
    medianNs: quantile(ascending(ns), 0.5),
    ratio,
    ratios: sorted,
    interval: medianInterval(sorted),
    batch,
    spread: spreadOf(sorted),
  };
}

export function spreadOf(sorted: readonly number[]): Spread {
  const median = quantile(sorted, 0.5);
  const over = (value: number): number => (median === 0 ? 1 : value / median);
  const deviation = quantile(ascending(sorted.map((one) => Math.abs(one - median))), 0.5);
  return {
    deviationPercent: median === 0 ? 0 : (100 * deviation) / median,
    p75: over(quantile(sorted, 0.75)),
    p99: over(quantile(sorted, 0.99)),
  };
}

/** Of ascending values: the narrowest pair, as far from either end, with 95 % confidence; where there is none, the ends. */
export function medianInterval(sorted: readonly number[]): Interval {
  const n = sorted.length;
  // The median lies below the k-th value with the probability of fewer than k heads in n tosses.
  let tail = 0.5 ** n;
  let outside = tail;
  let k = 1;
  for (let next = tail; k < n / 2; k++) {
    next = (next * (n - k + 1)) / k;
    if (tail + next > 0.025) break;
    tail += next;
    outside = tail;
  }
  return { low: sorted[k - 1] ?? 0, high: sorted[n - k] ?? 0, confidence: 1 - 2 * outside };
}

/** Of ascending values; the nearest of them. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** A whole delivery runs in code that is no longer replaced by better code after about 3,000 of them. */
const warmCalls = 4_000;
/** Slow tasks are not run so often; most of their time is spent in few functions. */
const warmUpAtMost = 10;

async function warmUp(task: Task, milliseconds: number): Promise<void> {
  const start = performance.now();
  for (let calls = 0; ; calls++) {
    const past = performance.now() - start;
    if (past >= milliseconds && (calls >= warmCalls || past >= warmUpAtMost * milliseconds)) return;
    await task.run();
  }
}

/** A sample must be long against the clock's own cost. */
const sampleNs = 50_000;

/** Nanoseconds of one operation: the median of the samples. */
async function timeOne(task: Task, batch: number, milliseconds: number): Promise<number> {
  const isAsync = task.run() instanceof Promise;
  const bench = new Bench({ time: milliseconds, iterations: 3, warmup: false, throws: true });
  bench.add(task.name, isAsync ? () => repeatAsync(task, batch) : () => repeat(task, batch));
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result?.state !== 'completed') {
    throw new BenchError('timing', `${task.name} could not be timed: ${result?.state}`, { blame: 'bench' });
  }
  return (result.latency.p50 * 1e6) / batch;
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
