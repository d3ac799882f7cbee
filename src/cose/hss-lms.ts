/**
 * Verification of HSS/LMS signatures (RFC 8554 §4.6, §5.4, §6.3), strictly bounds-checked.
 *
 * No npm package that we know of offers it, so it is our own; the tests hold it against vectors of RFC 8554, RFC
 * 9858 and of other implementations.
 *
 * @module
 */

import { equalBytes } from '../cbor/hex.ts';
import {
  digitsOf,
  identifierBytes,
  type LmsHash,
  maxLevels,
  type OtsParameters,
  otsParameters,
  otsSignatureBytes,
  type TreeParameters,
  treeHashes,
  treeKeyBytes,
  treeParameters,
} from './hss-lms-parameters.ts';

/** An LMS public key: the root of one tree. */
export interface TreeKey {
  readonly tree: TreeParameters;
  readonly ots: OtsParameters;
  readonly identifier: Uint8Array;
  readonly root: Uint8Array;
}

/** An HSS public key: how many levels of trees there are, and the highest tree. */
export interface HssPublicKey {
  readonly levels: number;
  readonly top: TreeKey;
}

/** undefined: not an HSS public key, or one of unknown parameters. */
export function readHssKey(bytes: Uint8Array): HssPublicKey | undefined {
  const reader = readerOf(bytes);
  const levels = reader.number();
  const top = readTreeKey(reader);
  const isWhole = top !== undefined && reader.isAtEnd();
  return isWhole && levels !== undefined && levels >= 1 && levels <= maxLevels ? { levels, top } : undefined;
}

/** Never throws. */
export function verifyHss(
  key: HssPublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  hash: LmsHash,
): boolean {
  const reader = readerOf(signature);
  // RFC 8554 §6.3: the number of signed public keys, one less than there are levels.
  if (reader.number() !== key.levels - 1) return false;
  let signer = key.top;
  for (let level = 1; level < key.levels; level++) {
    const signed = readTreeSignature(reader, signer);
    const start = reader.position();
    const next = signed && readTreeKey(reader);
    if (signed === undefined || next === undefined) return false;
    if (!verifyTree(signer, signature.subarray(start, reader.position()), signed, hash)) return false;
    signer = next;
  }
  const last = readTreeSignature(reader, signer);
  return last !== undefined && reader.isAtEnd() && verifyTree(signer, message, last, hash);
}

interface TreeSignature {
  /** Number of the leaf. */
  readonly q: number;
  readonly randomizer: Uint8Array;
  /** One value a chain. */
  readonly values: readonly Uint8Array[];
  /** The sibling of each node from the leaf up to the root's child. */
  readonly path: readonly Uint8Array[];
}

/** RFC 8554 §5.4.2: both typecodes are the key's, and the leaf is one of the tree. */
function readTreeSignature(reader: Reader, { tree, ots }: TreeKey): TreeSignature | undefined {
  const q = reader.number();
  if (q === undefined || q >= 2 ** tree.h || reader.number() !== ots.type) return undefined;
  const hashes = reader.parts(otsSignatureBytes(ots) - 4, ots.n);
  if (hashes === undefined || reader.number() !== tree.type) return undefined;
  const path = reader.parts(tree.h * tree.m, tree.m);
  const [randomizer, ...values] = hashes;
  return path && randomizer && { q, randomizer, values, path };
}

function readTreeKey(reader: Reader): TreeKey | undefined {
  const tree = treeParameters(reader.number() ?? 0);
  const ots = otsParameters(reader.number() ?? 0);
  // SP 800-208 §4: the one-time signatures use the hash of their tree.
  if (tree === undefined || ots === undefined || tree.hash !== ots.hash || tree.m !== ots.n) return undefined;
  const identifier = reader.take(identifierBytes);
  const root = reader.take(treeKeyBytes(tree) - 8 - identifierBytes);
  return identifier && root && { tree, ots, identifier, root };
}

/** RFC 8554 §4.6, §5.4.2: the root that the signature leads to is the key's. */
function verifyTree(key: TreeKey, message: Uint8Array, signature: TreeSignature, hash: LmsHash): boolean {
  const { q, randomizer, values, path } = signature;
  const { ots, tree, identifier, root } = key;
  const hashes = treeHashes(ots, identifier, hash);
  const digits = digitsOf(ots, hashes.message(q, randomizer, message));
  const ends = values.map((value, i) => hashes.chain(q, i, digits[i] ?? 0, 2 ** ots.w - 1, value));
  let number = 2 ** tree.h + q;
  let node = hashes.leaf(number, hashes.otsKey(q, ends));
  for (const sibling of path) {
    const isRight = number % 2 === 1;
    number = Math.floor(number / 2);
    node = isRight ? hashes.inner(number, sibling, node) : hashes.inner(number, node, sibling);
  }
  return equalBytes(node, root);
}

/** Takes what is there; undefined once there is too little. */
interface Reader {
  number(): number | undefined;
  take(length: number): Uint8Array | undefined;
  /** So many bytes, cut into pieces of one length. */
  parts(length: number, each: number): readonly Uint8Array[] | undefined;
  position(): number;
  isAtEnd(): boolean;
}

function readerOf(bytes: Uint8Array): Reader {
  let at = 0;
  const take = (length: number) => {
    if (length > bytes.length - at) return undefined;
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    take,
    number() {
      const field = take(4);
      return field && Buffer.from(field).readUInt32BE();
    },
    parts(length, each) {
      const all = take(length);
      return all && Array.from({ length: length / each }, (_, i) => all.subarray(i * each, (i + 1) * each));
    },
    position: () => at,
    isAtEnd: () => at === bytes.length,
  };
}
