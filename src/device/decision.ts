/**
 * A decision: what a verifier answers to one delivery, as far as it knows.
 *
 * @module
 */
import type { Parameters } from '../suit/model.ts';
import type { Reason, Stage } from '../suit/stage.ts';
import type { Level } from './delivery.ts';
import type { RecipientState } from './recipient.ts';

export interface Accepted {
  readonly kind: 'accepted';
  readonly level: Level;
  readonly state?: ReportedState;
  readonly effects?: readonly Effect[];
  readonly records?: readonly CommandRecord[];
  readonly cost?: Cost;
}

/** A rejection without stage and reason is allowed; it can never be *proven* to be the right one. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly stage?: Stage;
  readonly reason?: Reason;
  /** Free text for people: data, escaped wherever it is shown. */
  readonly detail?: string;
  readonly state?: ReportedState;
  readonly effects?: readonly Effect[];
  readonly records?: readonly CommandRecord[];
  readonly cost?: Cost;
}

/** The power failed at one of the delivery's storage steps, as the delivery said; the device wakes at the next one. */
export interface Interrupted {
  readonly kind: 'interrupted';
  /** Steps that were whole by then. */
  readonly storageSteps: number;
  /** There was nobody left to report these. */
  readonly state?: never;
  readonly stage?: never;
  readonly reason?: never;
  readonly detail?: never;
  readonly effects?: readonly Effect[];
  readonly cost?: Cost;
}

export type Decision = Accepted | Rejected | Interrupted;

/** What the verifier did, in order. `authenticated` marks the moment authentication succeeded. */
export type Effect =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'fetch'; readonly uri: string; readonly component?: number }
  | { readonly kind: 'write' | 'erase' | 'copy' | 'swap'; readonly component: number }
  | { readonly kind: 'invoke'; readonly component: number; readonly arguments?: Uint8Array }
  | { readonly kind: 'commit'; readonly sequenceNumber: bigint };

/**
 * An entry of the reporting engine about one command on one component (draft §8.4.7; draft-ietf-suit-report-18 §4).
 *
 * Which entries there are is the engine's own affair: nothing is judged by them, and no transport carries them.
 */
export interface CommandRecord {
  /** Path of component indices to the manifest in the tree of dependencies; empty: the root. */
  readonly manifest: readonly number[];
  /** Key of the command sequence in the manifest; of the shared sequence, that of suit-common. */
  readonly section: number;
  /** Bytes into the section's command sequence. */
  readonly offset: number;
  /** Index into the manifest's components. */
  readonly component: number;
  readonly command: number;
  /** Four bits. */
  readonly policy: number;
  readonly result: 'success' | Reason;
  /** Values that the command consumed. */
  readonly parameters?: Parameters;
  /** What the command found in the system. */
  readonly system?: Parameters;
}

/** The state after the delivery, as far as the verifier reports it; what is absent is not judged. */
export interface ReportedState {
  readonly sequenceNumber?: bigint;
  /** Per component of the recipient: SHA-256 and size of the current slot's content; null: empty. */
  readonly components?: readonly ({ readonly sha256: Uint8Array; readonly size: bigint } | null)[];
  /** The whole state, from verifiers that run on our own device model. */
  readonly full?: RecipientState;
}

/** Counted cost: exact and repeatable, as far as the verifier counts it. */
export interface Cost {
  /** Bytes of the verifier's own working memory at its high-water mark; without the stack where that is known. */
  readonly highWaterBytes?: number;
  /** Of the stack, from its beginning to the lowest byte in use. */
  readonly stackBytes?: number;
  /** What of `highWaterBytes` is heap, and what static data. */
  readonly heapBytes?: number;
  readonly staticBytes?: number;
  readonly steps?: number;
  /** Bytes a `limit-memory` rejection would have needed. */
  readonly wantedBytes?: number;
}
