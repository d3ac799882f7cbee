/**
 * A decision: what a verifier answers to one delivery, as far as it knows.
 *
 * @module
 */
import type { Reason, Stage } from '../suit/stage.ts';
import type { Level } from './delivery.ts';
import type { RecipientState } from './recipient.ts';

export interface Accepted {
  readonly kind: 'accepted';
  readonly level: Level;
  readonly state?: ReportedState;
  readonly effects?: readonly Effect[];
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
  /** Bytes of the verifier's own working memory at its high-water mark. */
  readonly highWaterBytes?: number;
  readonly steps?: number;
  /** Bytes a `limit-memory` rejection would have needed. */
  readonly wantedBytes?: number;
}
