/**
 * HSS/LMS signatures for test fixtures: small trees made from a seed (RFC 8554 §4.5, §5.4.1, §6.2, appendix A).
 *
 * Not for anything real. A one-time key must sign one message and never a second one, which takes a state that
 * outlives the process; here the leaf follows from the message, so that the same message has the same signature and
 * two messages may share a leaf. Whoever collects such pairs can forge. Lower trees are always signed by leaf 0.
 *
 * @module
 */

import { hash } from 'node:crypto';
import { BenchError } from '../bench-error.ts';
import { concat, join } from '../cbor/hex.ts';
import { readHssKey } from './hss-lms.ts';
import {
  digitsOf,
  identifierBytes,
  nodeLmsHash,
  type OtsParameters,
  otsParameters,
  type TreeHashes,
  type TreeParameters,
  treeHashes,
  treeParameters,
  u32,
} from './hss-lms-parameters.ts';

/** A tree with all its nodes, kept in memory: 2^h one-time keys are made to have it. */
export interface Tree {
  readonly tree: TreeParameters;
  readonly ots: OtsParameters;
  readonly identifier: Uint8Array;
  readonly seed: Uint8Array;
  readonly hashes: TreeHashes;
  /** Node 1 is the root; 2i and 2i + 1 are below i. */
  readonly nodes: readonly Uint8Array[];
}

/** Throws BenchError `key-kind` where the typecodes are unknown. */
export function makeTree(
  types: readonly [tree: number, ots: number],
  identifier: Uint8Array,
  seed: Uint8Array,
): Tree {
  const tree = treeParameters(types[0]);
  const ots = otsParameters(types[1]);
  if (tree === undefined || ots === undefined)
    throw new BenchError('key-kind', `no LMS and LM-OTS parameters ${types.join(', ')}`, { blame: 'bench' });
  const hashes = treeHashes(ots, identifier, nodeLmsHash);
  const leaves = 2 ** tree.h;
  const nodes: Uint8Array[] = Array.from({ length: 2 * leaves }, () => new Uint8Array(0));
  for (let q = 0; q < leaves; q++) nodes[leaves + q] = hashes.leaf(leaves + q, otsKey(ots, hashes, q, seed));
  for (let i = leaves - 1; i >= 1; i--) {
    nodes[i] = hashes.inner(i, nodes[2 * i] as Uint8Array, nodes[2 * i + 1] as Uint8Array);
  }
  return { tree, ots, identifier, seed, hashes, nodes };
}

/** u32str(tree type) ‖ u32str(one-time type) ‖ I ‖ root. */
export function treeKey({ tree, ots, identifier, nodes }: Tree): Uint8Array {
  return concat(u32(tree.type), u32(ots.type), identifier, nodes[1] as Uint8Array);
}

/** The signature by leaf `q`. */
export function signWithTree(tree: Tree, q: number, message: Uint8Array): Uint8Array {
  const { ots, hashes, seed, nodes } = tree;
  // Where RFC 8554 wants a random value, the reference implementation of its authors takes this one.
  const randomizer = hashes.secret(q, 0xfffd, seed);
  const digits = digitsOf(ots, hashes.message(q, randomizer, message));
  const values = digits.map((digit, i) => hashes.chain(q, i, 0, digit, hashes.secret(q, i, seed)));
  const path: Uint8Array[] = [];
  for (let node = 2 ** tree.tree.h + q; node > 1; node >>= 1) path.push(nodes[node ^ 1] as Uint8Array);
  return join([u32(q), u32(ots.type), randomizer, ...values, u32(tree.tree.type), ...path]);
}

/** A hierarchy: each tree signs the root of the next, the last signs messages. */
export function signWithTrees(
  trees: readonly Tree[],
  leaves: readonly number[],
  message: Uint8Array,
): Uint8Array {
  const parts = trees.map((tree, level) => {
    const next = trees[level + 1];
    const signed = next === undefined ? message : treeKey(next);
    const signature = signWithTree(tree, leaves[level] ?? 0, signed);
    return next === undefined ? signature : concat(signature, signed);
  });
  return concat(u32(trees.length - 1), ...parts);
}

/** The HSS public key of a seed: `levels` trees of the same parameters. */
export function hssPublicKey(
  levels: number,
  types: readonly [tree: number, ots: number],
  seed: Uint8Array,
): Uint8Array {
  return concat(u32(levels), treeKey(treeOf(0, types, seed)));
}

/**
 * The signature of the key pair whose public part and seed are given; the trees are made once a process.
 * Throws BenchError `key-private` where the seed is not that of the public key.
 */
export function signHss(pub: Uint8Array, seed: Uint8Array, message: Uint8Array): Uint8Array {
  const { levels, top } = readHssKey(pub) ?? {};
  if (levels === undefined || top === undefined)
    throw new BenchError('key-kind', 'not an HSS public key', { blame: 'bench' });
  const types = [top.tree.type, top.ots.type] as const;
  const trees = Array.from({ length: levels }, (_, level) => treeOf(level, types, seed));
  if (!Buffer.from(pub).equals(hssPublicKey(levels, types, seed)))
    throw new BenchError('key-private', 'the seed is not that of the HSS public key', { blame: 'bench' });
  const chosen = (hash('sha256', message, 'buffer')[0] as number) % 2 ** top.tree.h;
  return signWithTrees(trees, [...Array<number>(levels - 1).fill(0), chosen], message);
}

const trees = new Map<string, Tree>();

/** Identifier and seed of the tree at a level follow from the key's seed. */
function treeOf(level: number, types: readonly [tree: number, ots: number], seed: Uint8Array): Tree {
  const name = `${level} ${types.join(' ')} ${Buffer.from(seed).toString('hex')}`;
  const known = trees.get(name);
  if (known !== undefined) return known;
  const derived = (what: string) =>
    hash(
      'sha256',
      Buffer.concat([Buffer.from(`suit-gauntlet HSS ${what} of level ${level}`), seed]),
      'buffer',
    );
  const made = makeTree(
    types,
    derived('identifier').subarray(0, identifierBytes),
    treeSeed(types, derived('seed')),
  );
  trees.set(name, made);
  return made;
}

function treeSeed([tree]: readonly [tree: number, ots: number], derived: Uint8Array): Uint8Array {
  return derived.subarray(0, treeParameters(tree)?.m);
}

function otsKey(ots: OtsParameters, hashes: TreeHashes, q: number, seed: Uint8Array): Uint8Array {
  const ends = Array.from({ length: ots.p }, (_, i) =>
    hashes.chain(q, i, 0, 2 ** ots.w - 1, hashes.secret(q, i, seed)),
  );
  return hashes.otsKey(q, ends);
}
