/**
 * What travels between the bench and a verifier in a worker thread or a child process.
 *
 * @module
 */
import type { DeviceProfile } from '../../device/classes.ts';
import type { Job } from './runner.ts';
import type { Stopped } from './stopped.ts';
import type { Answer } from './validate-decision.ts';

/** Where the verifier's code comes from. */
export type Source =
  | { readonly kind: 'builtin'; readonly name: string; readonly profile?: DeviceProfile }
  /** A `file:` URL of an ES module. */
  | { readonly kind: 'module'; readonly url: string }
  /** The absolute path of a WebAssembly module, and the most that its linear memory may have. */
  | {
      readonly kind: 'wasm';
      readonly file: string;
      readonly ceilingBytes: number;
      /** Counts steps and bytes written, exactly. */
      readonly counts?: boolean;
      /** Steps that a delivery may take; goes with `counts`. */
      readonly mostSteps?: number;
      readonly profile?: DeviceProfile;
    };

export interface JobsMessage {
  readonly kind: 'jobs';
  readonly jobs: readonly Job[];
  /** Report each answer before going on, because the verifier may die at the next delivery. */
  readonly flush: boolean;
}

export type FromVerifier =
  | { readonly kind: 'hello'; readonly claims: unknown }
  /** It could not be loaded, or its hello failed. */
  | { readonly kind: 'dead'; readonly error: string }
  /** An empty list is a sign of life. */
  | { readonly kind: 'answers'; readonly answers: readonly Reported[] };

/** What became of one delivery, or that a job is done. */
export type Reported = { readonly id: number } & (
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'garbage'; readonly error: string }
  | { readonly kind: 'threw'; readonly error: string }
  | { readonly kind: 'stopped'; readonly failure: Stopped['failure'] }
  | { readonly kind: 'done' }
);
