/**
 * The benchmark: what parsing and verifying the example envelopes costs each built-in verifier.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { deviceClasses } from '../device/classes.ts';
import { type AllocationReport, allocationsOf } from './allocation.ts';
import { ceilingOf } from './ceilings.ts';
import { type ExampleEnvelope, exampleEnvelopes } from './examples.ts';
import { type Machine, thisMachine } from './machine.ts';
import { failureOf, type Operation, operationsOf } from './operations.ts';
import { type Spread, type Task, type Timing, type TimingOptions, timeTasks } from './timing.ts';

export interface BenchOptions {
  /** The whole of it within ten seconds; the figures are rougher. */
  readonly quick?: boolean;
  /** Names of built-in verifiers; default: `defaultVerifiers`. */
  readonly verifiers?: readonly string[];
  /** For example "example0"; default: all. */
  readonly envelopes?: readonly string[];
}

export const defaultVerifiers: readonly string[] = ['reference', 'bounded', 'library:cbor-x'];

export const metrics = [
  'parseTime',
  'verifyTime',
  'envelopeBytes',
  'arenaHighWater',
  'smallestArena',
  'arenaAndEnvelope',
  'steps',
  'smallestClassForArena',
  'smallestClassForBoth',
  'parseAllocated',
  'verifyAllocated',
  'peakRss',
] as const;

export type Metric = (typeof metrics)[number];

/**
 * One figure. `counted` by the verifier itself over its own arena, or of the `process`: what the clock, V8 and the
 * operating system say. The two are never added.
 */
export interface BenchRow {
  readonly verifier: string;
  /** "all": of the verifier's process as a whole. */
  readonly envelope: string;
  readonly metric: Metric;
  readonly value: number;
  readonly unit: 'ratio' | 'bytes' | 'steps' | 'class';
  readonly source: 'counted' | 'process';
  /** The same on every machine and in every run. */
  readonly exact: boolean;
  readonly samples?: number;
  readonly spread?: Spread;
}

export interface BenchReport {
  readonly machine: Machine;
  readonly node: string;
  readonly quick: boolean;
  /** What ratios are ratios to. */
  readonly calibration: Timing & { readonly driftPercent: number };
  readonly timing: TimingOptions;
  readonly rows: readonly BenchRow[];
  /** Operations that did not go well and so were not measured. */
  readonly skipped: readonly {
    readonly verifier: string;
    readonly envelope: string;
    readonly reason: string;
  }[];
  /** In words: figures not to be trusted. */
  readonly warnings: readonly string[];
}

interface Measured {
  readonly verifier: string;
  readonly example: ExampleEnvelope;
  readonly operation: Operation;
}

export async function runBench(options: BenchOptions = {}): Promise<BenchReport> {
  const quick = options.quick ?? false;
  const verifiers = options.verifiers ?? defaultVerifiers;
  const examples = chosenExamples(options.envelopes);
  const timing: TimingOptions = quick ? { timeMs: 60, warmUpMs: 30 } : { timeMs: 500, warmUpMs: 150 };

  const skipped: BenchReport['skipped'][number][] = [];
  const measured: Measured[] = [];
  for (const verifier of verifiers) {
    for (const example of examples) {
      for (const operation of await operationsOf(verifier, example)) {
        const failure = await failureOf(operation);
        if (failure === undefined) measured.push({ verifier, example, operation });
        else skipped.push({ verifier, envelope: example.name, reason: `${operation.kind}: ${failure}` });
      }
    }
  }
  const { calibration, driftPercent, tasks } = await timeTasks(measured.map(taskOf), timing);
  const rows = [
    ...measured.map((one, i) => timeRow(one, tasks[i]!)),
    ...(verifiers.includes('bounded') ? examples.flatMap(ceilingRows) : []),
    ...(await allocationRows(verifiers, examples)),
  ];
  const machine = thisMachine();
  return {
    machine,
    node: machine.node,
    quick,
    calibration: { ...calibration, driftPercent },
    timing,
    rows,
    skipped,
    warnings: warningsOf(rows, driftPercent),
  };
}

function chosenExamples(names: readonly string[] | undefined): readonly ExampleEnvelope[] {
  const all = exampleEnvelopes();
  const unknown = names?.find((name) => !all.some((example) => example.name === name));
  if (unknown !== undefined) {
    const known = all.map((example) => example.name).join(', ');
    throw new BenchError('envelope-unknown', `no example envelope ${unknown}; there are ${known}`);
  }
  return names === undefined ? all : all.filter((example) => names.includes(example.name));
}

function taskOf({ verifier, example, operation }: Measured): Task {
  return { name: `${verifier} ${example.name} ${operation.kind}`, run: operation.run };
}

function timeRow({ verifier, example, operation }: Measured, timing: Timing): BenchRow {
  return {
    verifier,
    envelope: example.name,
    metric: operation.kind === 'parse' ? 'parseTime' : 'verifyTime',
    value: timing.ratio,
    unit: 'ratio',
    source: 'process',
    exact: false,
    samples: timing.samples,
    spread: timing.spread,
  };
}

function ceilingRows({ name, recipient, delivery }: ExampleEnvelope): BenchRow[] {
  const ceiling = ceilingOf(recipient, delivery);
  if (ceiling === undefined) return [];
  const { envelopeBytes, highWaterBytes, smallestArenaBytes, steps } = ceiling;
  const both = smallestArenaBytes + envelopeBytes;
  const row = (metric: Metric, value: number, unit: BenchRow['unit']): BenchRow => ({
    verifier: 'bounded',
    envelope: name,
    metric,
    value,
    unit,
    source: 'counted',
    exact: true,
  });
  return [
    row('envelopeBytes', envelopeBytes, 'bytes'),
    row('arenaHighWater', highWaterBytes, 'bytes'),
    row('smallestArena', smallestArenaBytes, 'bytes'),
    row('arenaAndEnvelope', both, 'bytes'),
    row('steps', steps, 'steps'),
    ...classRow(smallestArenaBytes, (value) => row('smallestClassForArena', value, 'class')),
    ...classRow(both, (value) => row('smallestClassForBoth', value, 'class')),
  ];
}

function classRow(bytes: number, row: (deviceClass: number) => BenchRow): BenchRow[] {
  const enough = deviceClasses.find(({ ramBytes }) => bytes <= ramBytes);
  return enough === undefined ? [] : [row(enough.deviceClass)];
}

/** The bounded verifier too: what it makes outside its arena should be little, and the same for every envelope. */
async function allocationRows(
  verifiers: readonly string[],
  examples: readonly ExampleEnvelope[],
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const verifier of verifiers) {
    const { reports, peakRssBytes } = await allocationsOf({
      verifier,
      envelopes: examples.map(({ name }) => name),
    });
    rows.push(...reports.map((report) => allocationRow(verifier, report)));
    rows.push({
      verifier,
      envelope: 'all',
      metric: 'peakRss',
      value: peakRssBytes,
      unit: 'bytes',
      source: 'process',
      exact: false,
      samples: 1,
    });
  }
  return rows;
}

function allocationRow(verifier: string, { envelope, kind, samples }: AllocationReport): BenchRow {
  const sorted = samples.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  const deviations = sorted.map((one) => Math.abs(one - median)).toSorted((a, b) => a - b);
  const over = (value: number) => (median === 0 ? 1 : value / median);
  return {
    verifier,
    envelope,
    metric: kind === 'parse' ? 'parseAllocated' : 'verifyAllocated',
    value: median,
    unit: 'bytes',
    source: 'process',
    exact: false,
    samples: sorted.length,
    spread: {
      deviationPercent: median === 0 ? 0 : (100 * deviations[deviations.length >> 1]!) / median,
      p75: over(sorted[Math.floor(sorted.length * 0.75)]!),
      p99: over(sorted.at(-1)!),
    },
  };
}

/** A quarter of the samples this much above the median: other work was going on. */
const wideP75 = 1.25;
const wideDeviationPercent = 5;
const wideDriftPercent = 10;

function warningsOf(rows: readonly BenchRow[], driftPercent: number): string[] {
  const warnings: string[] = [];
  if (driftPercent > wideDriftPercent) {
    warnings.push(
      `the calibration loop itself changed by ${driftPercent.toFixed(0)} % during the session: compare no ratios`,
    );
  }
  for (const { verifier, envelope, metric, spread } of rows) {
    if (spread === undefined) continue;
    const { p75, deviationPercent } = spread;
    if (p75 <= wideP75 && deviationPercent <= wideDeviationPercent) continue;
    warnings.push(
      `${verifier} ${envelope} ${metric}: wide spread (median deviation ${deviationPercent.toFixed(1)} %, a quarter of the samples above ${p75.toFixed(2)} times the median)`,
    );
  }
  return warnings;
}
