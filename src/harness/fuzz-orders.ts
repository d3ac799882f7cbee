/**
 * What passes between a fuzzing run and its jobs: orders, and reports of judged cases.
 *
 * @module
 */
import type { CoseKey } from '../cose/key.ts';
import type { DeviceProfile } from '../device/classes.ts';
import type { NamedEntry } from '../verifiers/transports/verifier-entry.ts';
import type { Difference } from './behaviour.ts';
import type { Parent } from './breed.ts';
import type { CaseFile, Finding } from './finding.ts';
import type { CountedRecord, FuzzSetup, Origin } from './fuzz-lines.ts';

/** JSON-safe: it may come from another thread. */
export interface BatchOrder {
  readonly number: number;
  /** So many of the parents may be bred from. */
  readonly corpus: number;
  /** No case from this place on. */
  readonly end: number;
}

/** What has become known elsewhere since the last order. */
export interface News {
  readonly parents: readonly Parent[];
  /** By verifier. */
  readonly behaviours: Readonly<Record<string, readonly string[]>>;
  readonly differences: readonly string[];
  readonly fingerprints: readonly string[];
  readonly stopped: readonly string[];
}

export interface CaseReport {
  readonly n: number;
  readonly origin: Origin;
  readonly attack: string;
  readonly records: readonly CountedRecord[];
  /** By verifier; absent: not asked. */
  readonly behaviours: Readonly<Record<string, string>>;
  readonly difference?: Difference;
  /** Specs of the verifiers whose control died, and of those whose control was answered. */
  readonly dead: readonly string[];
  readonly alive: readonly string[];
  /** Failures that this job had not heard of. */
  readonly findings: readonly FoundFailure[];
  /** Where something in it was new to this job. */
  readonly file?: CaseFile;
}

/** A finding as it was first seen: stored, not shrunk. */
export interface FoundFailure {
  readonly finding: Finding;
  /** There is nothing to shrink. */
  readonly isSettled: boolean;
}

/** A stored finding to shrink. */
export interface ShrinkOrder {
  readonly finding: Finding;
  readonly file: unknown;
}

export interface FuzzJob {
  tell(news: News): void;
  batch(order: BatchOrder): AsyncIterable<CaseReport>;
  /** The finding again, as small as the budget of tries made it. */
  shrink(order: ShrinkOrder): Promise<Finding>;
  close(): Promise<void>;
}

export interface JobOptions {
  readonly setup: FuzzSetup;
  /** Where findings are stored; absent: nowhere. */
  readonly folder?: string;
  /** Verifiers that a config file names. */
  readonly entries?: readonly NamedEntry[];
  /** That file, as a replay line has to name it. */
  readonly config?: string;
  /** What the setup's class stands for. */
  readonly profile?: DeviceProfile;
  /** The signing key of the setup's own device: it is never written. */
  readonly key?: CoseKey;
}
