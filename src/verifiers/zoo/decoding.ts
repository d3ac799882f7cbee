/**
 * Animals that get data items wrong: lengths, numbers, keys, errors (RFC 8949 §3, §5.6).
 *
 * @module
 */

import { readHead } from '../../cbor/head.ts';
import { type Item, int, isInt } from '../../cbor/item.ts';
import { readFirst } from '../../cbor/read.ts';
import type { Ports } from '../reference/ports.ts';
import { defaultRules } from '../reference/rules.ts';
import { animal } from './animal.ts';

const { algorithm, integer, member } = defaultRules;

/** The argument of the head at this offset, where a string claims too much. */
function claimedAt(bytes: Uint8Array, at: number): number {
  const head = readHead(bytes, at);
  return 'code' in head ? 0 : Number(head.argument);
}

/** Compares the claimed length with what is left from the head on; reading then leaves the buffer, as a DataView would. */
const forgetHead: Ports['read'] = (bytes, offset) => {
  const read = readFirst(bytes, { offset });
  if (read.ok || read.error.code !== 'length-over') return read;
  const at = read.error.offset - offset;
  if (claimedAt(bytes, at) <= bytes.length - at)
    throw new RangeError('offset is outside the bounds of the buffer');
  return read;
};

const allocateFirst: Ports['read'] = (bytes, offset) => {
  const read = readFirst(bytes, { offset });
  if (read.ok || read.error.code !== 'length-over') return read;
  const buffer = new Uint8Array(claimedAt(bytes, read.error.offset - offset));
  return {
    ok: false,
    error: { ...read.error, message: `${read.error.message}; ${buffer.length} bytes allocated` },
  };
};

const throwing: Ports['read'] = (bytes, offset) => {
  const read = readFirst(bytes, { offset });
  if (!read.ok) throw new Error(read.error.message);
  return read;
};

export const decodingAnimals = [
  animal(
    'Z033',
    'forgets-head-bytes',
    "A string's length is compared with the bytes left before its head, not after it.",
    ['enc.length.straddle'],
    { ports: { read: forgetHead } },
  ),
  animal(
    'Z035',
    'allocates-claimed-lengths',
    'A buffer of the claimed length is allocated before the length is checked.',
    ['enc.length.over'],
    { ports: { read: allocateFirst } },
  ),
  animal(
    'Z198',
    'throws-instead-of-refusing',
    'What is not well-formed ends the program.',
    ['enc.truncate', 'enc.junk', 'enc.truncate.inner', 'enc.count.over', 'enc.malformed', 'replay.split'],
    { ports: { read: throwing } },
  ),
  animal(
    'Z038',
    'ignores-trailing-bytes',
    'Bytes after a data item are ignored everywhere.',
    ['enc.trailing.wrapped', 'cose.hdr.protected-shape'],
    { rules: { atEnd: () => true } },
  ),
  animal(
    'Z040',
    'keeps-numbers-as-doubles',
    'Numbers are doubles: 2^53 and 2^53 + 1 are the same.',
    ['rollback.sequence.width'],
    {
      rules: {
        integer: (item) => {
          const value = integer(item);
          return value === undefined ? undefined : BigInt(Number(value));
        },
      },
    },
  ),
  animal(
    'Z041',
    'reads-64-bit-heads-as-32',
    'Of an eight-byte argument the lower four bytes are read.',
    ['rollback.sequence.width', 'index.range', 'rollback.sequence.jump'],
    { rules: { integer: (item) => (item.kind === 'uint' ? BigInt.asUintN(32, item.value) : integer(item)) } },
  ),
  animal(
    'Z459',
    'reads-algorithms-as-32-bit-numbers',
    'The number of an algorithm is read into 32 bits.',
    ['cose.alg.unknown'],
    {
      rules: {
        algorithm(headers) {
          const alg = algorithm(headers);
          return alg?.kind === 'nint' || alg?.kind === 'uint' ? int(BigInt.asIntN(32, alg.value)) : alg;
        },
      },
    },
  ),
  animal(
    'Z155',
    'takes-numbers-from-anything',
    'A text of digits, null or a float does for a number.',
    ['enc.type.core'],
    { rules: { integer: (item) => integer(item) ?? numberFrom(item) } },
  ),
  animal(
    'Z042',
    'mixes-integer-and-text-keys',
    'Maps are JavaScript objects: the text key "3" is the integer key 3.',
    ['diff.key.text'],
    {
      rules: {
        member: (map, key, use) => {
          const text = new TextEncoder().encode(String(key));
          const same = (k: Item) => k.kind === 'tstr' && Buffer.compare(k.bytes, text) === 0;
          return map.entries.find(([k]) => same(k))?.[1] ?? member(map, key, use);
        },
      },
    },
  ),
  animal(
    'Z043',
    'verifies-first-and-executes-last',
    'Of two equal keys of the envelope, the first is verified and the last is run.',
    ['enc.map.dup.envelope', 'fetch.shadow.dup'],
    {
      rules: {
        uniqueKeys: () => true,
        keyOrder: () => true,
        member: (map, key, use) =>
          use === 'verify' ? member(map, key, use) : map.entries.findLast(([k]) => isInt(k, key))?.[1],
      },
    },
  ),
  animal(
    'Z044',
    'takes-the-last-of-two-keys',
    'A key that stands twice in a signed map is not noticed; its last value counts.',
    ['enc.map.dup.signed', 'diff.dup'],
    {
      rules: {
        uniqueKeys: () => true,
        member: (map, key) => map.entries.findLast(([k]) => isInt(k, key))?.[1],
      },
    },
  ),
];

function numberFrom(item: Item): bigint | undefined {
  if (item.kind === 'simple' && item.value === 22) return 0n;
  if (item.kind === 'tstr' && /^[0-9]+$/.test(Buffer.from(item.bytes).toString())) {
    return BigInt(Buffer.from(item.bytes).toString());
  }
  // The value of a good number written as a double is whole.
  if (item.kind !== 'float' || item.width !== 8) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, item.bits);
  const value = view.getFloat64(0);
  return Number.isInteger(value) ? BigInt(value) : undefined;
}
