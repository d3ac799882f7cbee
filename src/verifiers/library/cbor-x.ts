/**
 * The reference verifier's rules over the data items that cbor-x sees: what an ordinary decoder costs.
 *
 * cbor-x keeps neither widths nor byte positions, so digests are taken over shortest heads, and of two equal keys
 * only the last is left.
 *
 * @module
 */
import { decodeWithCborX } from '../../cbor/decode.ts';
import type { ReadResult } from '../../cbor/read.ts';
import { createVerifier } from '../reference/reference.ts';
import type { Verifier } from '../verifier.ts';

export function cborXVerifier(): Verifier {
  return createVerifier({ name: 'library:cbor-x', ports: { read: readWithCborX } });
}

/** cbor-x itself refuses what follows the item, and does not say where it gave up. */
function readWithCborX(bytes: Uint8Array, offset: number): ReadResult {
  const decoded = decodeWithCborX(bytes);
  if (decoded.ok) return { ok: true, item: decoded.item, end: bytes.length };
  return { ok: false, error: { code: 'truncated', offset, message: decoded.message } };
}
