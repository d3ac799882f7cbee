/**
 * SUIT_Digest: read, computed, compared; and the step that binds the manifest to the one authenticated
 * (draft §8.3, §10).
 *
 * @module
 */
import type { Item } from '../../cbor/item.ts';
import type { Digest } from '../../suit/model.ts';
import { bad, good, type Problem, type Result } from '../../suit/problem.ts';
import { envelopeKey } from '../../suit/registry.ts';
import type { Hashing } from './rules-component.ts';
import { open, unless, type Work } from './work.ts';

/** The manifest delivered is the one whose digest was authenticated. Then, and only then, it may be parsed. */
export function bindManifest(work: Work): Problem | undefined {
  const item = open(work, work.digest.content, 0);
  if (!item.ok) return item.problem;
  const digest = readDigest(work, item.value);
  if (!digest.ok) return digest.problem;
  const member = work.rules.member(work.envelope, envelopeKey.manifest, 'verify');
  if (member?.kind !== 'bstr') return bad('envelope-structure', 'no manifest in a byte string').problem;
  const actual = computeDigest(work, digest.value.algorithm, work.rules.digestInput(member, work.bytes));
  if (!actual.ok) return actual.problem;
  const matches = work.rules.digestMatches(digest.value.bytes, actual.value);
  const problem = unless(work.rules.bound(matches), 'the manifest is not the one authenticated', member);
  if (problem === undefined) work.effects.push({ kind: 'authenticated' });
  return problem;
}

/** Draft §10: [algorithm, bytes]; the algorithms known here have no further parameters. */
export function readDigest(work: Work, item: Item): Result<Digest> {
  const [algorithm, bytes] = item.kind === 'array' && item.items.length === 2 ? item.items : [];
  const id = algorithm && work.rules.integer(algorithm);
  if (id === undefined || bytes?.kind !== 'bstr')
    return bad('digest-malformed', 'not [algorithm, bytes]', item);
  const digest = { algorithm: Number(id), bytes: bytes.bytes };
  const length = work.rules.digestLength(digest);
  return length === true ? good(digest) : bad(length, `${bytes.bytes.length} bytes of digest`, item);
}

export function computeDigest(work: Work, algorithm: number, bytes: Uint8Array): Result<Uint8Array> {
  work.meter.steps += Math.ceil(bytes.length / 1024);
  const digest = work.rules.hash(
    work.ports.crypto,
    algorithm,
    bytes,
    work.device.recipient.capabilities.digests,
  );
  return typeof digest === 'string' ? bad(digest, `digest algorithm ${algorithm}`) : good(digest);
}

/** Digests by this algorithm, for rules that compare contents with one; an algorithm that is lacking gives none. */
export function hashingOf(work: Work, algorithm: number): Hashing {
  return {
    hash: (bytes) => {
      const digest = computeDigest(work, algorithm, bytes);
      return digest.ok ? digest.value : new Uint8Array(0);
    },
    matches: work.rules.digestMatches,
  };
}
