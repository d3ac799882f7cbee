/**
 * What a trial queue needs of a running verifier, whichever side of a pipe or thread it runs on.
 *
 * @module
 */
import type { Decision } from '../../device/decision.ts';
import type { Delivery } from '../../device/delivery.ts';
import type { Outcome } from '../../device/outcome.ts';
import type { Recipient } from '../../device/recipient.ts';
import type { Claims } from '../verifier.ts';

export interface Job {
  readonly id: number;
  readonly recipient: Recipient;
  readonly deliveries: readonly Delivery[];
}

/** An outcome that is no decision. */
export type Failure = Exclude<Outcome, Decision>;

export interface Runner {
  start(jobs: readonly Job[]): void;
  /** Ends it by force, with whatever it started; resolves when it is gone. */
  stop(): Promise<void>;
  /** Asks it to end, waits a moment, then ends it by force; what was wrong with its end, if anything was. */
  quit(): Promise<string | undefined>;
}

/** What a runner reports. Nothing counts after `died`. */
export interface RunnerEvents {
  /** The verifier is at work; nothing else is known. */
  alive(): void;
  /** The next delivery of that job has this outcome; one that is no decision ends the job. */
  answered(id: number, outcome: Outcome): void;
  finished(id: number): void;
  died(failure: Failure): void;
}

export interface Started {
  readonly runner: Runner;
  readonly claims: Claims;
  /** Jobs it takes at once. */
  readonly depth: number;
  /** It works on one job after the other, in the order given. */
  readonly inOrder: boolean;
  readonly pid?: number;
}

/** Starts a verifier and awaits its hello. Rejects with a BenchError that says why it could not. */
export type Launch = (events: RunnerEvents) => Promise<Started>;
