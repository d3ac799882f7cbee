/**
 * The one error that is thrown: bad input from the user, or a bug in the bench itself.
 *
 * @module
 */

/** `usage` exits 2 (the caller can mend it), `bench` exits 3 (the bench could not do its work). */
export class BenchError extends Error {
  readonly code: string;
  readonly blame: 'usage' | 'bench';

  constructor(code: string, message: string, options: { blame?: 'usage' | 'bench'; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BenchError';
    this.code = code;
    this.blame = options.blame ?? 'usage';
  }
}
