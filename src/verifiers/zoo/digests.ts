/**
 * Animals that get digests wrong: of the manifest, of severed elements, of images (draft §8.3, §8.4.12, §10).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import { bstr } from '../../cbor/item.ts';
import { readItem } from '../../cbor/read.ts';
import { write } from '../../cbor/write.ts';
import { defaultRules } from '../reference/rules.ts';
import { preferred } from '../reference/rules-encoding.ts';
import { animal } from './animal.ts';

const { hash, digestMatches, imageMatches, severed, needed } = defaultRules;

const nothing = new Uint8Array(0);

function upToNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

export const digestAnimals = [
  animal(
    'Z008',
    'never-binds-the-manifest',
    'The signature over the digest is verified; the digest is never compared with the manifest.',
    ['digest.mismatch', 'digest.graft', 'digest.scope.content', 'enc.bitflip'],
    { rules: { bound: () => true } },
  ),
  animal(
    'Z003',
    'empty-digests-match',
    'An expected digest of no bytes means that there is nothing to check.',
    ['digest.len'],
    {
      rules: {
        digestLength: () => true,
        digestMatches: (expected, actual) => expected.length === 0 || digestMatches(expected, actual),
      },
    },
  ),
  animal(
    'Z004',
    'compares-digest-prefixes',
    'Digests are compared over the length of the shorter one.',
    ['digest.len'],
    {
      rules: {
        digestLength: () => true,
        digestMatches: (expected, actual) => {
          const length = Math.min(expected.length, actual.length);
          return equalBytes(expected.subarray(0, length), actual.subarray(0, length));
        },
      },
    },
  ),
  animal(
    'Z005',
    'compares-digests-as-c-strings',
    'The comparison of digests stops at the first zero byte.',
    ['digest.graft'],
    { rules: { digestMatches: (expected, actual) => equalBytes(upToNul(expected), upToNul(actual)) } },
  ),
  animal(
    'Z006',
    'always-hashes-with-sha-256',
    'The algorithm that a digest names is ignored.',
    ['digest.alg.mislabel'],
    {
      rules: {
        digestLength: () => true,
        offers: () => true,
        hash: (crypto, _algorithm, bytes, supported) => hash(crypto, -16, bytes, supported),
      },
    },
  ),
  animal(
    'Z007',
    'unknown-digest-algorithms-match',
    'A digest by an algorithm that is not supported falls through as a match.',
    ['digest.alg.unsupported', 'digest.alg.weak'],
    {
      rules: {
        offers: () => true,
        hash: (crypto, algorithm, bytes, supported) => {
          const digest = hash(crypto, algorithm, bytes, supported);
          return typeof digest === 'string' ? nothing : digest;
        },
        digestMatches: (expected, actual) => actual.length === 0 || digestMatches(expected, actual),
      },
    },
  ),
  animal(
    'Z010',
    're-encodes-before-hashing',
    'What is hashed is a fresh encoding of the decoded items, so other bytes verify as well.',
    ['enc.head.rewrap', 'diff.reencode'],
    {
      rules: {
        digestInput: (member) => {
          const read = readItem(member.bytes);
          return write(bstr(read.ok ? write(preferred(read.item)) : member.bytes));
        },
      },
    },
  ),
  animal(
    'Z060',
    'never-checks-severed-digests',
    "A severed element is run without comparing it with the manifest's digest of it.",
    ['sever.mismatch', 'sever.swap'],
    { rules: { severed: (inManifest, inEnvelope) => severed(inManifest, inEnvelope, true) } },
  ),
  animal(
    'Z061',
    'runs-elements-the-manifest-does-not-list',
    'A sequence in the envelope is run though the manifest has no digest of it.',
    ['sever.unlisted'],
    {
      rules: {
        severed: (inManifest, inEnvelope, matches) =>
          inManifest === undefined && inEnvelope !== undefined
            ? 'envelope'
            : severed(inManifest, inEnvelope, matches),
      },
    },
  ),
  animal(
    'Z062',
    'prefers-the-copy-in-the-envelope',
    "Where manifest and envelope both have a sequence, the envelope's is run.",
    ['sever.both'],
    {
      rules: {
        severed: (inManifest, inEnvelope, matches) =>
          inManifest?.kind === 'bstr' && inEnvelope !== undefined
            ? 'envelope'
            : severed(inManifest, inEnvelope, matches),
      },
    },
  ),
  animal(
    'Z063',
    'missing-elements-succeed',
    'A severed element that the procedure needs and that is gone counts as an empty one.',
    ['sever.absent-needed'],
    { rules: { needed: () => true } },
  ),
  animal(
    'Z065',
    'every-severed-element-is-needed',
    'A severed element that is gone is an error even where the procedure has no use for it.',
    ['sever.absent-unneeded'],
    {
      rules: {
        needed: (severing, listed, section) => needed(severing, listed, section, [section]),
      },
    },
  ),
  animal(
    'Z170',
    'every-image-matches',
    'Condition image-match is always true.',
    [
      'downgrade.forced-branch',
      'fetch.arbitrary',
      'image.flip',
      'replay.payload-swapped',
      'image.load',
      'image.format',
    ],
    { rules: { imageMatches: () => true } },
  ),
  animal(
    'Z094',
    'hashes-image-size-bytes-only',
    'The digest of an image is taken over its first image-size bytes.',
    ['image.extra'],
    {
      rules: {
        imageMatches: (content, wanted, hashing) => {
          const { size } = wanted;
          if (content.kind !== 'bytes' || size === undefined || size > BigInt(content.bytes.length)) {
            return imageMatches(content, wanted, hashing);
          }
          const bytes = content.bytes.subarray(0, Number(size));
          return imageMatches({ kind: 'bytes', bytes }, wanted, hashing);
        },
      },
    },
  ),
];
