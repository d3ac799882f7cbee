/**
 * The lines of fuzz.jsonl, from which all that a fuzzing run has come to can be told again.
 *
 * @module
 */
import type { Family } from '../attacks/attack.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import type { Within } from '../scenarios/within.ts';
import type { MemoryLimit } from '../verifiers/host.ts';
import type { Difference } from './behaviour.ts';
import type { Way } from './breed.ts';
import type { Finding } from './finding.ts';
import type { LoggedOutcome } from './logged-outcome.ts';
import type { Verdict } from './verdict.ts';

export const fuzzFormat = 'suit-gauntlet/fuzz/1';

/** Cases in a batch: what is kept of one is bred from in later ones. */
export const batchSize = 32;

/** What the sequence of cases depends on; the first line. JSON-safe. */
export interface FuzzSetup {
  readonly version: string;
  readonly seed: number;
  readonly verifiers: readonly string[];
  /** Ids, in the order of their first turn. */
  readonly attacks: readonly string[];
  /** Also pairs, histories and blind changes. */
  readonly composes: boolean;
  /** The verifiers' own device, which the scenarios are made for. */
  readonly fixed?: FixedPlan;
  /** What the verifiers claim, where that is little: the scenarios are generated within it. */
  readonly within?: Within;
  /** Folders of stored cases, delivered first. */
  readonly corpora: readonly string[];
  /** Milliseconds for one delivery. */
  readonly deadline: number;
  readonly memoryMiB: MemoryLimit;
  /** The device's ceiling: 0, 1 or 2 of RFC 7228, or a file with a profile. */
  readonly class?: string;
  /** Tries to shrink each finding. */
  readonly shrinkTries: number;
}

/** In all sessions together; an absent one is no limit. */
export interface FuzzBudget {
  readonly seconds?: number;
  readonly cases?: number;
}

/** How a case came about: bred, stored before, or as a plain run would come to it in its turn. */
export type Origin = Way | 'stored' | 'turn';

/** What is counted of one verifier's answer; the same for many cases. */
export interface CountedRecord {
  readonly verifier: string;
  /** The attack's id; of a control, the valid family's. */
  readonly attack: string;
  readonly family: Family | 'valid';
  readonly verdict: Verdict;
  readonly dimension: string;
  readonly outcome?: LoggedOutcome;
  /** Where it failed. */
  readonly fingerprint?: string;
}

/** A case that was kept for a behaviour not seen before. */
export interface KeptCase {
  /** Name within the folder `corpus`. */
  readonly file: string;
  readonly n: number;
  readonly attack: string;
  readonly origin: Origin;
  /** The new ones, by verifier. */
  readonly behaviours: Readonly<Record<string, string>>;
  /** What parts the verifiers, where that is new. */
  readonly difference?: Difference;
}

export type FuzzLine =
  | {
      readonly kind: 'setup';
      readonly format: typeof fuzzFormat;
      readonly setup: FuzzSetup;
      readonly budget: FuzzBudget;
    }
  | { readonly kind: 'budget'; readonly budget: FuzzBudget }
  /** A batch begins, bred from the first so many kept cases. */
  | { readonly kind: 'batch'; readonly number: number; readonly corpus: number }
  | { readonly kind: 'record'; readonly id: number; readonly record: CountedRecord }
  /** `isSettled`: it is as small as it will be; the latest line of a fingerprint counts. */
  | { readonly kind: 'finding'; readonly finding: Finding; readonly isSettled: boolean }
  | {
      readonly kind: 'case';
      readonly n: number;
      readonly origin: Origin;
      /** Ids of its records, controls before what they are the twins of. */
      readonly of: readonly number[];
      readonly kept?: KeptCase;
      /** Key of what parts the verifiers. */
      readonly difference?: string;
    }
  | { readonly kind: 'stopped'; readonly verifier: string }
  /** Milliseconds since the line before of this kind. */
  | { readonly kind: 'spent'; readonly ms: number };

/** By what they do not read alike, not by its values. */
export function differenceKey({ kind, answers, readings = [] }: Difference): string {
  const what = readings.map((one) => one.what.replace(/\d+/, '#'));
  return JSON.stringify([kind, ...answers, ...new Set(what)]);
}
