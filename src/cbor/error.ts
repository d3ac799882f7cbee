/**
 * What the lossless reader says of bytes that are not one well-formed data item (RFC 8949 §3, appendix F).
 *
 * @module
 */

export type CborErrorCode =
  | 'truncated'
  | 'length-over'
  | 'count-over'
  | 'reserved-info'
  | 'bad-simple'
  | 'stray-break'
  | 'bad-chunk'
  | 'odd-map'
  | 'trailing-data'
  | 'limit-depth'
  | 'limit-count';

/** `offset` is the byte, counted from the start of the input, where reading had to stop. */
export interface CborError {
  readonly code: CborErrorCode;
  readonly offset: number;
  readonly message: string;
}
