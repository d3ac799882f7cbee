/**
 * Finds the signature or MAC that a user's key made, and how it was made.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { type CborMap, type Item, map, valueAt } from '../cbor/item.ts';
import { recipientAlgorithms } from '../cose/algorithms.ts';
import { coseTags, headerLabels, type Signer } from '../cose/blocks.ts';
import type { CoseKey } from '../cose/key.ts';
import { nodeCrypto } from '../cose/node-crypto.ts';
import { macStructure, sigStructure } from '../cose/structures.ts';
import { type EnvelopeParts, signedBytes } from '../suit/parts.ts';
import { unwrap } from '../suit/unwrap.ts';

/** The signer of the first block that the key verifies. Throws BenchError `key-does-not-fit` if there is none. */
export function signerOfEnvelope(parts: EnvelopeParts, key: CoseKey): Signer {
  for (const block of parts.blocks) {
    const signer = signerOfBlock(block, signedBytes(parts), key);
    if (signer !== undefined) return signer;
  }
  throw new BenchError(
    'key-does-not-fit',
    parts.blocks.length === 0
      ? 'The envelope has no authentication block: it cannot be used, no recipient accepts it.'
      : 'The key verifies none of the envelope’s signatures and MACs: give the key of its author.',
  );
}

function signerOfBlock(block: Item, payload: Uint8Array, key: CoseKey): Signer | undefined {
  if (block.kind !== 'tag' || block.item.kind !== 'array') return undefined;
  const [header, unprotected, , last, recipients] = block.item.items;
  switch (Number(block.tag)) {
    case coseTags.sign1:
      return signerOf('sign1', [header, unprotected, last], key, (bytes) =>
        sigStructure('Signature1', bytes, payload),
      );
    case coseTags.mac0:
      return signerOf('mac0', [header, unprotected, last], key, (bytes) =>
        macStructure('MAC0', bytes, payload),
      );
    case coseTags.sign:
      return signerInSign(header, last, payload, key);
    case coseTags.mac:
      return signerInMac([header, last], recipients, payload, key);
    default:
      return undefined;
  }
}

/** Protected header, header with the kid, signature or tag. */
type Fields = readonly [header: Item | undefined, unprotected: Item | undefined, signature: Item | undefined];

function signerOf(
  structure: Signer['structure'],
  [header, unprotected, signature]: Fields,
  key: CoseKey,
  message: (header: Uint8Array) => Uint8Array,
): Signer | undefined {
  const headers = header && headersOf(header);
  const algorithm = headers && integerAt(headers, headerLabels.alg);
  if (header?.kind !== 'bstr' || signature?.kind !== 'bstr' || algorithm === undefined) return undefined;
  if (nodeCrypto.verify(algorithm, key, message(header.bytes), signature.bytes) !== 'valid') return undefined;
  const signer: Signer = { key, algorithm, structure };
  const protectedKid = kidIn(headers);
  if (protectedKid) return { ...signer, kid: protectedKid, kidIn: 'protected' };
  const kid = kidIn(unprotected);
  return kid ? { ...signer, kid, kidIn: 'unprotected' } : signer;
}

function signerInSign(
  body: Item | undefined,
  signatures: Item | undefined,
  payload: Uint8Array,
  key: CoseKey,
): Signer | undefined {
  if (body?.kind !== 'bstr' || signatures?.kind !== 'array') return undefined;
  for (const one of signatures.items) {
    const [header, unprotected, signature] = one.kind === 'array' ? one.items : [];
    const signer = signerOf('sign', [header, unprotected, signature], key, (signProtected) =>
      sigStructure('Signature', body.bytes, payload, { signProtected }),
    );
    if (signer !== undefined) return body.bytes.length > 1 ? { ...signer, bodyFilled: true } : signer;
  }
  return undefined;
}

/** By the key itself, or by one that it unwraps. */
function signerInMac(
  [header, mac]: readonly [header: Item | undefined, mac: Item | undefined],
  recipients: Item | undefined,
  payload: Uint8Array,
  key: CoseKey,
): Signer | undefined {
  for (const one of recipients?.kind === 'array' ? recipients.items : []) {
    const [, unprotected, ciphertext] = one.kind === 'array' ? one.items : [];
    const isWrapped = unprotected && integerAt(unprotected, headerLabels.alg) === recipientAlgorithms.a128kw;
    const secret = isWrapped && ciphertext?.kind === 'bstr' && nodeCrypto.unwrapKey(key, ciphertext.bytes);
    const used: CoseKey = secret ? { kty: 'Symmetric', k: secret } : key;
    const signer = signerOf('mac', [header, unprotected, mac], used, (bytes) =>
      macStructure('MAC', bytes, payload),
    );
    if (signer !== undefined) return secret ? { ...signer, key, wraps: true } : signer;
  }
  return undefined;
}

function headersOf(header: Item): CborMap | undefined {
  if (header.kind === 'bstr' && header.bytes.length === 0) return map();
  const inner = unwrap(header, 'auth-malformed', 'the protected header');
  return inner.ok && inner.value.kind === 'map' ? inner.value : undefined;
}

function integerAt(header: Item, label: number): number | undefined {
  const value = header.kind === 'map' ? valueAt(header, label) : undefined;
  return value?.kind === 'uint' || value?.kind === 'nint' ? Number(value.value) : undefined;
}

function kidIn(header: Item | undefined): Uint8Array | undefined {
  const value = header?.kind === 'map' ? valueAt(header, headerLabels.kid) : undefined;
  return value?.kind === 'bstr' ? value.bytes : undefined;
}
