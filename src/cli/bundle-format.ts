/**
 * bundle.json: what an archive of a run is of.
 *
 * @module
 */
import type { Machine } from '../measure/machine.ts';
import type { LogHeader } from '../report/log.ts';
import type { BundledInput } from './bundle-inputs.ts';
import type { BundledVerifier } from './bundle-verifiers.ts';

export const bundleFormat = 'suit-gauntlet/bundle/1';
export const sumsName = 'SHA256SUMS';
export const manifestName = 'bundle.json';

/** bundle.json (docs/schemas/bundle). */
export interface Bundle {
  readonly format: typeof bundleFormat;
  /** Of this program, when the archive was made. */
  readonly version: string;
  readonly run: {
    /** Of this program, when the run was made. */
    readonly version: string;
    readonly seed: number;
    readonly subject: string;
    readonly complete: boolean;
    readonly planned: number;
    readonly done: number;
    readonly findings: number;
    /** The options that decide the sequence; absent: the run left no results.jsonl. */
    readonly choice?: LogHeader['choice'];
  };
  readonly verifiers: readonly BundledVerifier[];
  readonly inputs: readonly BundledInput[];
  /** SHA-256 over the stored cases that come with the program. */
  readonly ownCorpus?: string;
  /** Where the archive was made. */
  readonly environment: Machine;
}
