/**
 * The checks that `explain` prints: manifest digest (draft-ietf-suit-manifest-37 §8.3), severed elements
 * (§8.4.12) and, with a key, the authentication blocks (RFC 9052 §4.4, §6.3).
 *
 * @module
 */

import { equalBytes, toHex } from '../cbor/hex.ts';
import { type CborMap, type Item, isInt, valueAt } from '../cbor/item.ts';
import { readFirst } from '../cbor/read.ts';
import { algorithmById, digestAlgorithmById, digestOf } from '../cose/algorithms.ts';
import type { CoseKey } from '../cose/key.ts';
import { nodeCrypto } from '../cose/node-crypto.ts';
import { macStructure, sigStructure } from '../cose/structures.ts';
import { readDigest } from './read.ts';
import { envelopeKey, manifestKeys, registered } from './registry.ts';
import { unwrap } from './unwrap.ts';

export interface Check {
  /** The offset of the item that was checked. */
  readonly at: number;
  readonly text: string;
  readonly mark: 'error' | 'ok';
}

/** What can be checked in these bytes; undefined where they cannot be read as an envelope. */
export function checksOf(bytes: Uint8Array, key?: CoseKey): Check[] | undefined {
  const read = readFirst(bytes);
  if (!read.ok) return undefined;
  let envelope = read.item;
  while (envelope.kind === 'tag') envelope = envelope.item;
  if (envelope.kind !== 'map') return undefined;

  const wrapper = open(valueAt(envelope, envelopeKey.authenticationWrapper));
  const [digest, ...blocks] = wrapper?.kind === 'array' ? wrapper.items : [];
  const manifestHolder = valueAt(envelope, envelopeKey.manifest);
  const manifest = open(manifestHolder);
  const checks: Check[] = [];
  const digestInside = open(digest);
  if (digest !== undefined && digestInside !== undefined && manifestHolder !== undefined) {
    checks.push(digestCheck(bytes, 'manifest digest', digest, digestInside, manifestHolder));
  }
  if (manifest?.kind === 'map') checks.push(...severedChecks(bytes, envelope, manifest));
  if (key !== undefined && digest?.kind === 'bstr') {
    if (blocks.length === 0) checks.push(failed(digest, 'there is no authentication block to check'));
    for (const block of blocks) checks.push(...blockChecks(block, digest.bytes, key));
  }
  return checks;
}

function severedChecks(bytes: Uint8Array, envelope: CborMap, manifest: CborMap): Check[] {
  const checks: Check[] = [];
  for (const code of [envelopeKey.payloadFetch, envelopeKey.install, envelopeKey.text]) {
    const name = registered(manifestKeys, code)?.name ?? String(code);
    const inManifest = manifest.entries.find(([k]) => isInt(k, code));
    const inEnvelope = envelope.entries.find(([k]) => isInt(k, code));
    if (inManifest?.[1].kind === 'array' && inEnvelope !== undefined) {
      checks.push(digestCheck(bytes, `${name} digest`, inManifest[0], inManifest[1], inEnvelope[1]));
    } else if (inEnvelope !== undefined) {
      checks.push(failed(inEnvelope[0], `${name}: the manifest has no digest of this element`));
    }
  }
  return checks;
}

/** The digest is over the byte string as it stands, its head included. */
function digestCheck(bytes: Uint8Array, what: string, at: Item, digestItem: Item, element: Item): Check {
  const digest = readDigest(digestItem);
  if (!digest.ok) return failed(at, `${what}: ${digest.problem.message}`);
  const { algorithm, bytes: expected } = digest.digest;
  const { start, end } = element;
  const actual = digestOf(algorithm, bytes.subarray(start, end));
  const name = digestAlgorithmById(algorithm)?.name ?? `algorithm ${algorithm}`;
  if (actual === undefined) return failed(at, `${what}: ${name} is not supported`);
  if (equalBytes(expected, actual)) return { at: at.start!, mark: 'ok', text: `${what} ok (${name})` };
  return failed(at, `${what} mismatch: expected ${toHex(expected)}, actual ${toHex(actual)}`);
}

function blockChecks(holder: Item, digest: Uint8Array, key: CoseKey): Check[] {
  const block = open(holder);
  const fault = [failed(holder, 'authentication block error: it is no COSE structure that can be checked')];
  if (block?.kind !== 'tag' || block.item.kind !== 'array') return fault;
  const [header, , , mac] = block.item.items;
  if (header?.kind !== 'bstr' || mac === undefined) return fault;
  switch (block.tag) {
    case 18n: {
      const message = sigStructure('Signature1', header.bytes, digest);
      return [signatureCheck(holder, 'signature', header.bytes, message, mac, key)];
    }
    case 17n:
    case 97n: {
      const message = macStructure(block.tag === 17n ? 'MAC0' : 'MAC', header.bytes, digest);
      return [signatureCheck(holder, 'MAC', header.bytes, message, mac, key)];
    }
    case 98n: {
      if (mac.kind !== 'array' || mac.items.length === 0) return fault;
      return mac.items.flatMap((signer) => {
        const [own, , signature] = signer.kind === 'array' ? signer.items : [];
        if (own?.kind !== 'bstr' || signature === undefined) return fault;
        const message = sigStructure('Signature', header.bytes, digest, { signProtected: own.bytes });
        return [signatureCheck(signer, 'signature', own.bytes, message, signature, key)];
      });
    }
    default:
      return fault;
  }
}

function signatureCheck(
  at: Item,
  what: string,
  header: Uint8Array,
  message: Uint8Array,
  signature: Item,
  key: CoseKey,
): Check {
  const read = readFirst(header);
  const alg = read.ok && read.item.kind === 'map' ? valueAt(read.item, 1) : undefined;
  if (alg?.kind !== 'uint' && alg?.kind !== 'nint') {
    return failed(at, `${what} error: the protected header names no algorithm`);
  }
  if (signature.kind !== 'bstr') return failed(at, `${what} error: it is not a byte string`);
  const algorithm = Number(alg.value);
  const name = algorithmById(algorithm)?.name ?? `algorithm ${alg.value}`;
  const result = nodeCrypto.verify(algorithm, key, message, signature.bytes);
  const text = `${what} ${result} (${name}, with the key given)`;
  return result === 'valid' ? { at: at.start!, mark: 'ok', text } : failed(at, text);
}

function failed(at: Item, text: string): Check {
  return { at: at.start!, mark: 'error', text };
}

function open(item: Item | undefined): Item | undefined {
  if (item?.kind !== 'bstr') return undefined;
  const inner = unwrap(item, 'not-well-formed', 'the element');
  return inner.ok ? inner.value : undefined;
}
