/**
 * Rules of COSE_Mac: whose key the MAC was made with (RFC 9052 §6.1, §8.5; RFC 9053 §6.1.1, §6.2.1).
 *
 * @module
 */
import { type Item, isInt, valueAt } from '../../cbor/item.ts';
import { recipientAlgorithms } from '../../cose/algorithms.ts';
import type { Crypto } from '../../cose/crypto.ts';
import type { CoseKey } from '../../cose/key.ts';
import type { TrustAnchor } from '../../device/recipient.ts';
import type { Reason } from '../../suit/stage.ts';
import type { Headers } from './rules-authentication.ts';

/** COSE_recipient. */
export interface MacRecipient extends Headers {
  readonly protectedBytes: Uint8Array;
  readonly ciphertext: Item;
  /** It has recipients of its own. */
  readonly hasRecipients: boolean;
}

/** Key operations (RFC 9052 table 5) that allow unwrapping. */
const unwrapping: readonly number[] = [4, 6];

export const macRules = {
  /**
   * The key that this recipient gives under the anchor: the anchor's own, or the one that it unwraps. Only who
   * shares a secret with this device can have made it so; a key agreed with the device's public key proves nothing
   * (RFC 9124 §4.3.1), and neither agreement nor derivation is taken here.
   */
  macKey(
    crypto: Crypto,
    recipient: MacRecipient,
    count: number,
    anchor: TrustAnchor,
  ): { readonly key: CoseKey } | Reason {
    const isEmpty = recipient.protected.entries.length === 0;
    const alg = valueAt(recipient.unprotected, 1);
    if (alg === undefined || !isEmpty || recipient.hasRecipients) return 'key-usage';
    const { ciphertext } = recipient;
    if (isInt(alg, recipientAlgorithms.direct)) {
      // RFC 9052 §8.5.1: a direct recipient is the only one, and its ciphertext is empty.
      const isPlain = count === 1 && ciphertext.kind === 'bstr' && ciphertext.bytes.length === 0;
      return isPlain ? { key: anchor.key } : 'auth-malformed';
    }
    if (!isInt(alg, recipientAlgorithms.a128kw) || anchor.key.kty !== 'Symmetric') return 'key-usage';
    if (!anchor.algorithms.includes(recipientAlgorithms.a128kw)) return 'alg-disallowed';
    const { alg: bound, keyOps } = anchor.key;
    if (bound !== undefined && bound !== recipientAlgorithms.a128kw) return 'key-usage';
    if (keyOps !== undefined && !unwrapping.some((one) => keyOps.includes(one))) return 'key-usage';
    if (ciphertext.kind !== 'bstr') return 'auth-malformed';
    const k = crypto.unwrapKey(anchor.key, ciphertext.bytes);
    return k === undefined ? 'sig-invalid' : { key: { kty: 'Symmetric', k } };
  },
};
