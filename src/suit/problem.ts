/**
 * Why bytes or items cannot be read as the SUIT structure that they should be.
 *
 * @module
 */

import type { CborError } from '../cbor/error.ts';
import type { Item } from '../cbor/item.ts';
import type { Reason } from './stage.ts';

export interface Problem {
  readonly reason: Reason;
  readonly message: string;
  /** The byte, in the outermost input, where the trouble starts. */
  readonly offset?: number;
}

export type Failure = { readonly ok: false; readonly problem: Problem };

/** A value, or why there is none. */
export type Result<T> = { readonly ok: true; readonly value: T } | Failure;

export function good<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A failure at the item, where it is known where the item stood. */
export function bad(reason: Reason, message: string, at?: Item): Failure {
  const offset = at?.start;
  return { ok: false, problem: { reason, message, ...(offset === undefined ? {} : { offset }) } };
}

/** The reason that a CBOR reading error amounts to. */
export function reasonOf(error: CborError): Reason {
  if (error.code === 'trailing-data' || error.code === 'limit-depth' || error.code === 'limit-count') {
    return error.code;
  }
  return 'not-well-formed';
}

export function fromCborError(error: CborError): Failure {
  return {
    ok: false,
    problem: { reason: reasonOf(error), message: error.message, offset: error.offset },
  };
}
