/**
 * What a verifier asks of its cryptographic library and of its reader, counted at the ports: the same in every run.
 *
 * @module
 */
import type { Item } from '../cbor/item.ts';
import { readFirst } from '../cbor/read.ts';
import type { Crypto } from '../cose/crypto.ts';
import { nodeCrypto } from '../cose/node-crypto.ts';
import type { Ports } from '../verifiers/reference/ports.ts';

export interface Counts {
  /** Blocks of the hash function that messages, MACs and digests fill, padding included; hashes inside HSS-LMS not. */
  hashBlocks: number;
  /** Signatures checked. */
  signatureOperations: number;
  /** Data items read, each time they are. */
  items: number;
}

export function emptyCounts(): Counts {
  return { hashBlocks: 0, signatureOperations: 0, items: 0 };
}

/** Bytes of a block, and the least that padding takes (FIPS 180-4 §5.1, FIPS 202 §6.2). */
const hashForms: Readonly<Record<number, { readonly block: number; readonly padding: number }>> = {
  [-16]: { block: 64, padding: 9 },
  [-43]: { block: 128, padding: 17 },
  [-44]: { block: 128, padding: 17 },
  [-18]: { block: 168, padding: 1 },
  [-45]: { block: 136, padding: 1 },
};

const sha256 = -16;
const sha512 = -44;
/** Ed25519 hashes the message behind 64 bytes of its own (RFC 8032 §5.1.7). */
const edDsa: readonly number[] = [-8, -19];

/** Blocks that so many bytes fill. */
export function hashBlocksOf(algorithm: number, bytes: number): number {
  const { block, padding } = hashForms[algorithm] ?? { block: 64, padding: 9 };
  return Math.ceil((bytes + padding) / block);
}

export function countingCrypto(counts: Counts, inner: Crypto = nodeCrypto): Crypto {
  return {
    ...inner,
    verify(algorithm, key, message, signature) {
      counts.signatureOperations++;
      counts.hashBlocks += edDsa.includes(algorithm)
        ? hashBlocksOf(sha512, 64 + message.length)
        : hashBlocksOf(sha256, message.length);
      return inner.verify(algorithm, key, message, signature);
    },
    mac(key, message) {
      // Twice a block of key, the message, the inner digest (RFC 2104).
      counts.hashBlocks += hashBlocksOf(sha256, 64 + message.length) + hashBlocksOf(sha256, 64 + 32);
      return inner.mac(key, message);
    },
    digest(algorithm, bytes) {
      counts.hashBlocks += hashBlocksOf(algorithm, bytes.length);
      return inner.digest(algorithm, bytes);
    },
  };
}

export function countingRead(counts: Counts, inner: Ports['read'] = readFrom): Ports['read'] {
  return (bytes, offset) => {
    const read = inner(bytes, offset);
    if (read.ok) counts.items += itemsIn(read.item);
    return read;
  };
}

const readFrom: Ports['read'] = (bytes, offset) => readFirst(bytes, { offset });

/** The item and all inside it; the content of a byte string is not read yet. */
export function itemsIn(item: Item): number {
  let count = 0;
  const todo: Item[] = [item];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    count++;
    if (next.kind === 'array') for (const one of next.items) todo.push(one);
    else if (next.kind === 'map') for (const [key, value] of next.entries) todo.push(key, value);
    else if (next.kind === 'tag') todo.push(next.item);
  }
  return count;
}

/** Does what `crypto` does, and keeps each signature check and digest, to be done again alone. */
export function recordingCrypto(calls: (() => unknown)[], inner: Crypto = nodeCrypto): Crypto {
  return {
    ...inner,
    verify(algorithm, key, message, signature) {
      const [copy, given] = [message.slice(), signature.slice()];
      calls.push(() => inner.verify(algorithm, key, copy, given));
      return inner.verify(algorithm, key, message, signature);
    },
    mac(key, message) {
      const copy = message.slice();
      calls.push(() => inner.mac(key, copy));
      return inner.mac(key, message);
    },
    digest(algorithm, bytes) {
      const copy = bytes.slice();
      calls.push(() => inner.digest(algorithm, copy));
      return inner.digest(algorithm, bytes);
    },
  };
}
