/**
 * The bytes that COSE signatures and MACs are computed over (RFC 9052 §4.4, §6.3).
 *
 * @module
 */

import { array, bstr, tstr } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';

/** The four COSE structures that authenticate (RFC 9052 §4, §6). */
export type Structure = 'sign1' | 'sign' | 'mac0' | 'mac';

export function isMacStructure(structure: Structure): boolean {
  return structure === 'mac0' || structure === 'mac';
}

const empty = new Uint8Array(0);
/** The context strings of the four, encoded once. */
const contexts = new Map(['Signature1', 'Signature', 'MAC0', 'MAC'].map((text) => [text, tstr(text)]));

/** Sig_structure. `bodyProtected` and `signProtected` are the contents of the byte strings in the message. */
export function sigStructure(
  context: 'Signature1' | 'Signature',
  bodyProtected: Uint8Array,
  payload: Uint8Array,
  options: { readonly signProtected?: Uint8Array; readonly externalAad?: Uint8Array } = {},
): Uint8Array {
  // RFC 9052 §4.4: sign_protected is left out for COSE_Sign1, and never for COSE_Sign.
  const signProtected = context === 'Signature' ? [options.signProtected ?? empty] : [];
  return structure(
    context,
    [bodyProtected, ...signProtected].map(asAuthenticated),
    options.externalAad,
    payload,
  );
}

/** MAC_structure. */
export function macStructure(
  context: 'MAC0' | 'MAC',
  bodyProtected: Uint8Array,
  payload: Uint8Array,
  options: { readonly externalAad?: Uint8Array } = {},
): Uint8Array {
  return structure(context, [asAuthenticated(bodyProtected)], options.externalAad, payload);
}

/** Either structure under any context string, as an attack needs it; the headers are taken as they are. */
export function structure(
  context: string,
  headers: readonly Uint8Array[],
  externalAad: Uint8Array | undefined,
  payload: Uint8Array,
): Uint8Array {
  const fields = [...headers, externalAad ?? empty, payload];
  return write(array(contexts.get(context) ?? tstr(context), ...fields.map(bstr)));
}

/** RFC 9052 §4.4 step 2, §6.3: an empty protected map sent as h'a0' is authenticated as the empty string. */
export function asAuthenticated(protectedBytes: Uint8Array): Uint8Array {
  return protectedBytes.length === 1 && protectedBytes[0] === 0xa0 ? empty : protectedBytes;
}
