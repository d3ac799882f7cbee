/**
 * What passes between the main thread and a job in a thread of its own.
 *
 * @module
 */
import type { Finding } from './finding.ts';
import type { BatchOrder, CaseReport, JobOptions, News, ShrinkOrder } from './fuzz-orders.ts';

export type ToJob =
  | { readonly kind: 'open'; readonly options: JobOptions }
  | { readonly kind: 'tell'; readonly news: News }
  | { readonly kind: 'batch'; readonly order: BatchOrder }
  | { readonly kind: 'shrink'; readonly order: ShrinkOrder }
  | { readonly kind: 'close' };

export type FromJob =
  | { readonly kind: 'opened' }
  | { readonly kind: 'report'; readonly report: CaseReport }
  | { readonly kind: 'batch-done' }
  | { readonly kind: 'shrunk'; readonly finding: Finding }
  | { readonly kind: 'closed' }
  /** `code` and `blame` of a BenchError; absent: a bug. */
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly code?: string;
      readonly blame?: 'usage' | 'bench';
    };
