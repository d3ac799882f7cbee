/**
 * Finds the authentication block that a user's key made, and how it was made.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { type Item, valueAt } from '../cbor/item.ts';
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
      : 'The key verifies none of the envelope’s COSE_Sign1 and COSE_Mac0 blocks: give the key of its author.',
  );
}

function signerOfBlock(block: Item, payload: Uint8Array, key: CoseKey): Signer | undefined {
  if (block.kind !== 'tag' || block.item.kind !== 'array') return undefined;
  const [header, unprotectedHeader, , signature] = block.item.items;
  if (header?.kind !== 'bstr' || signature?.kind !== 'bstr') return undefined;
  const inner = unwrap(header, 'auth-malformed', 'the protected header');
  const algorithm = inner.ok ? integerAt(inner.value, headerLabels.alg) : undefined;
  if (!inner.ok || algorithm === undefined) return undefined;

  const isMac = block.tag === BigInt(coseTags.mac0);
  if (!isMac && block.tag !== BigInt(coseTags.sign1)) return undefined;
  const message = isMac
    ? macStructure('MAC0', header.bytes, payload)
    : sigStructure('Signature1', header.bytes, payload);
  if (nodeCrypto.verify(algorithm, key, message, signature.bytes) !== 'valid') return undefined;

  const signer: Signer = { key, algorithm, structure: isMac ? 'mac0' : 'sign1' };
  const protectedKid = kidIn(inner.value);
  if (protectedKid) return { ...signer, kid: protectedKid, kidIn: 'protected' };
  const kid = kidIn(unprotectedHeader);
  return kid ? { ...signer, kid, kidIn: 'unprotected' } : signer;
}

function integerAt(header: Item, label: number): number | undefined {
  const value = header.kind === 'map' ? valueAt(header, label) : undefined;
  return value?.kind === 'uint' || value?.kind === 'nint' ? Number(value.value) : undefined;
}

function kidIn(header: Item | undefined): Uint8Array | undefined {
  const value = header?.kind === 'map' ? valueAt(header, headerLabels.kid) : undefined;
  return value?.kind === 'bstr' ? value.bytes : undefined;
}
