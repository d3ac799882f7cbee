/**
 * Parameter sets of LM-OTS and LMS, and the one-way functions both are made of (RFC 8554 §4.1, §5.1; typecodes
 * beyond it: NIST SP 800-208 §4, RFC 9858).
 *
 * Numbers: https://www.iana.org/assignments/leighton-micali-signatures/
 *
 * @module
 */

import { createHash, hash } from 'node:crypto';

/** The hash of the bytes, cut to `length`; the library that makes it is the caller's choice. */
export type LmsHash = (name: 'sha256' | 'shake256', bytes: Uint8Array, length: number) => Uint8Array;

/** By OpenSSL. */
export const nodeLmsHash: LmsHash = (name, bytes, length) =>
  name === 'sha256'
    ? hash(name, bytes, 'buffer').subarray(0, length)
    : createHash(name, { outputLength: length }).update(bytes).digest();

export interface OtsParameters {
  readonly type: number;
  readonly hash: 'sha256' | 'shake256';
  /** Bytes of a hash. */
  readonly n: number;
  /** Bits of a digit. */
  readonly w: 1 | 2 | 4 | 8;
  /** Number of chains: digits of the message's hash and of its checksum. */
  readonly p: number;
  /** The checksum is moved up so that its digits begin at the highest bit of 16. */
  readonly shift: number;
}

export interface TreeParameters {
  readonly type: number;
  readonly hash: 'sha256' | 'shake256';
  /** Bytes of a node. */
  readonly m: number;
  /** Height; a tree has 2^h leaves. */
  readonly h: number;
}

/** Bytes of the identifier I of a tree. */
export const identifierBytes = 16;

/** Levels of trees that HSS allows (RFC 8554 §6). */
export const maxLevels = 8;

/** Hashes in the registry's order: each has four LM-OTS and five LMS typecodes. */
const families = [
  { hash: 'sha256', bytes: 32, ots: 1, tree: 5 },
  { hash: 'sha256', bytes: 24, ots: 5, tree: 10 },
  { hash: 'shake256', bytes: 32, ots: 9, tree: 15 },
  { hash: 'shake256', bytes: 24, ots: 13, tree: 20 },
] as const;

const otsSets: readonly OtsParameters[] = families.flatMap(({ hash, bytes, ots }) =>
  ([1, 2, 4, 8] as const).map((w, i) => ({ type: ots + i, hash, n: bytes, w, ...chainsOf(bytes, w) })),
);

const treeSets: readonly TreeParameters[] = families.flatMap(({ hash, bytes, tree }) =>
  [5, 10, 15, 20, 25].map((h, i) => ({ type: tree + i, hash, m: bytes, h })),
);

/** undefined: no LM-OTS parameter set has this typecode. */
export function otsParameters(type: number): OtsParameters | undefined {
  return otsSets.find((set) => set.type === type);
}

/** undefined: no LMS parameter set has this typecode. */
export function treeParameters(type: number): TreeParameters | undefined {
  return treeSets.find((set) => set.type === type);
}

/** Bytes of an LM-OTS signature: typecode, randomizer, one hash a chain. */
export function otsSignatureBytes({ n, p }: OtsParameters): number {
  return 4 + n * (p + 1);
}

/** Bytes of an LMS public key: two typecodes, identifier, root. */
export function treeKeyBytes({ m }: TreeParameters): number {
  return 8 + identifierBytes + m;
}

/** RFC 8554 appendix B. */
function chainsOf(n: number, w: number): { readonly p: number; readonly shift: number } {
  const digits = (8 * n) / w;
  const checksumBits = Math.floor(Math.log2((2 ** w - 1) * digits)) + 1;
  const checksumDigits = Math.ceil(checksumBits / w);
  return { p: digits + checksumDigits, shift: 16 - checksumDigits * w };
}

/** Separate what is hashed for different purposes (RFC 8554 §7.1). */
const domain = { publicKey: 0x8080, message: 0x8181, leaf: 0x8282, inner: 0x8383 } as const;

/** The one-way functions of one tree: all take its identifier first. */
export interface TreeHashes {
  /** A chain from its digit `from` to `to` (RFC 8554 §4.3, §4.6). */
  chain(q: number, i: number, from: number, to: number, value: Uint8Array): Uint8Array;
  /** The LM-OTS public key of a leaf. */
  otsKey(q: number, ends: readonly Uint8Array[]): Uint8Array;
  message(q: number, randomizer: Uint8Array, message: Uint8Array): Uint8Array;
  /** Nodes are numbered from the root, 1, downwards. */
  leaf(node: number, otsKey: Uint8Array): Uint8Array;
  inner(node: number, left: Uint8Array, right: Uint8Array): Uint8Array;
  /** Secret number `i` of leaf `q`, from the seed (RFC 8554 appendix A). */
  secret(q: number, i: number, seed: Uint8Array): Uint8Array;
}

export function treeHashes(
  { hash: name, n }: Pick<OtsParameters, 'hash' | 'n'>,
  identifier: Uint8Array,
  make: LmsHash,
): TreeHashes {
  const of = (number: number, tail: Uint8Array, ...parts: readonly Uint8Array[]) =>
    make(name, Buffer.concat([identifier, u32(number), tail, ...parts]), n);
  return {
    chain(q, i, from, to, value) {
      const input = Buffer.concat([identifier, u32(q), u16(i), Uint8Array.of(0), value]);
      for (let j = from; j < to; j++) {
        input[identifierBytes + 6] = j;
        input.set(make(name, input, n), identifierBytes + 7);
      }
      return new Uint8Array(input.subarray(identifierBytes + 7));
    },
    otsKey: (q, ends) => of(q, u16(domain.publicKey), ...ends),
    message: (q, randomizer, message) => of(q, u16(domain.message), randomizer, message),
    leaf: (node, otsKey) => of(node, u16(domain.leaf), otsKey),
    inner: (node, left, right) => of(node, u16(domain.inner), left, right),
    secret: (q, i, seed) => of(q, u16(i), Uint8Array.of(0xff), seed),
  };
}

/** The digits of the message's hash and of its checksum (RFC 8554 §4.4). */
export function digitsOf({ w, n, p, shift }: OtsParameters, hashed: Uint8Array): readonly number[] {
  const highest = 2 ** w - 1;
  const count = (8 * n) / w;
  const digit = (bytes: Uint8Array, i: number) => {
    const bit = i * w;
    return ((bytes[bit >> 3] ?? 0) >> (8 - w - (bit & 7))) & highest;
  };
  const digits = Array.from({ length: count }, (_, i) => digit(hashed, i));
  const checksum = u16(digits.reduce((sum, one) => sum + highest - one, 0) << shift);
  return [...digits, ...Array.from({ length: p - count }, (_, i) => digit(checksum, i))];
}

export function u32(number: number): Uint8Array {
  return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
}

function u16(number: number): Uint8Array {
  return Uint8Array.of(number >>> 8, number);
}
