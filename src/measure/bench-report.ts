/**
 * The benchmark's report: rows of figures, how counted cost grows, and in words what is wrong or not to be trusted.
 *
 * @module
 */
import type { PackageReport } from './cms-bench.ts';
import type { DecoderReport } from './decoder-bench.ts';
import type { FamilyRoom } from './family-room.ts';
import type { Growth } from './growth.ts';
import type { Machine } from './machine.ts';
import type { Interval, Spread, Timing, TimingOptions } from './timing.ts';

export const metrics = [
  'envelopeBytes',
  'parseTime',
  'verifyTime',
  'bareTime',
  'overBare',
  'parseSteps',
  'parseHighWater',
  'parseItems',
  'steps',
  'arenaHighWater',
  'items',
  'hashBlocks',
  'signatureOperations',
  'smallestArena',
  'arenaAndEnvelope',
  'smallestClassForArena',
  'smallestClassForBoth',
  'parseAllocated',
  'verifyAllocated',
  'peakRss',
  'instructions',
  'heapPeak',
  'stackPeak',
  'deliveryPeak',
  'heapBytes',
  'staticBytes',
] as const;

export type Metric = (typeof metrics)[number];

/**
 * One figure. `counted` by the verifier itself or at its ports, or of the `process`: what the clock, V8 and the
 * operating system say. The two are never added.
 */
export interface BenchRow {
  readonly verifier: string;
  /** "all": of the verifier's process as a whole. */
  readonly envelope: string;
  readonly metric: Metric;
  readonly value: number;
  readonly unit: 'ratio' | 'bytes' | 'steps' | 'items' | 'blocks' | 'operations' | 'instructions' | 'class';
  readonly source: 'counted' | 'process';
  /** The same on every machine and in every run. */
  readonly exact: boolean;
  readonly samples?: number;
  readonly spread?: Spread;
  /** Of a time: where its median lies. */
  readonly interval?: Interval;
  /** Of a time: one for each round, ascending, for a test of ranks. */
  readonly ratios?: readonly number[];
}

export interface BenchReport {
  readonly machine: Machine;
  /** The day in UTC, and what else the machine was doing when it began: its load average of one minute. */
  readonly taken?: { readonly date: string; readonly load: number };
  readonly node: string;
  readonly quick: boolean;
  /** What ratios are ratios to. */
  readonly calibration: Pick<Timing, 'name' | 'medianNs' | 'batch' | 'spread'>;
  readonly timing: TimingOptions;
  readonly rows: readonly BenchRow[];
  readonly growth: readonly Growth[];
  /** CBOR decoders on the same bytes; absent: not asked for. */
  readonly decoders?: readonly DecoderReport[];
  /** Of the smallest member of each valid family; absent: not asked for. */
  readonly families?: readonly FamilyRoom[];
  /** The same image as a SUIT envelope and as a firmware package of RFC 4108; absent: not asked for. */
  readonly packages?: readonly PackageReport[];
  /** In words: counted cost that grows more than linearly. */
  readonly findings: readonly string[];
  /** Operations that did not go well and so were not measured. */
  readonly skipped: readonly Skipped[];
  /** In words: figures not to be trusted. */
  readonly warnings: readonly string[];
}

export interface Skipped {
  readonly verifier: string;
  readonly envelope: string;
  readonly reason: string;
}
