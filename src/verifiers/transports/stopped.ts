/**
 * How code that runs beside a verifier, in its process, says that the bench stopped it.
 *
 * @module
 */
import type { Failure } from './runner.ts';

export class Stopped extends Error {
  readonly failure: Extract<Failure, { readonly kind: 'hung' | 'exhausted' }>;

  constructor(failure: Stopped['failure']) {
    super(failure.kind);
    this.failure = failure;
  }
}
