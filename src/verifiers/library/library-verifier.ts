/**
 * The reference verifier's rules over the data items that another decoder sees, with either crypto library: what an
 * ordinary decoder costs.
 *
 * Ordinary decoders keep neither widths nor byte positions, so digests are taken over shortest heads, and of two
 * equal keys only the last is left. Each is used with its defaults: the panel asks what those would let through.
 *
 * @module
 */
import { type Codec, decodeWith } from '../../cbor/codec.ts';
import type { Crypto } from '../../cose/crypto.ts';
import { createVerifier } from '../reference/reference.ts';
import type { Verifier } from '../verifier.ts';

export function libraryVerifier(name: string, codec: Codec, crypto: Crypto): Verifier {
  return createVerifier({
    name,
    ports: {
      crypto,
      // The decoder itself refuses what follows the item, and does not say where it gave up.
      read(bytes, offset) {
        const decoded = decodeWith(codec, bytes);
        if (decoded.ok) return { ok: true, item: decoded.item, end: bytes.length };
        return { ok: false, error: { code: 'truncated', offset, message: decoded.message } };
      },
    },
  });
}
