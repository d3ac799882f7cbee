/**
 * An envelope in the parts that attacks edit: tags, digest, authentication blocks, manifest and the
 * other members, each unwrapped and lossless (draft-ietf-suit-manifest-37 §8.2, §8.3).
 *
 * @module
 */

import { equalBytes } from '../cbor/hex.ts';
import {
  bstr,
  type CborMap,
  type Entry,
  type Item,
  int,
  isInt,
  type List,
  map,
  type Raw,
  tstr,
  type Width,
  wrapped,
} from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { readItem } from '../cbor/read.ts';
import { write } from '../cbor/write.ts';
import { makeBlocks, type Signer } from '../cose/blocks.ts';
import { manifestItem, sha256, wrappedDigest } from './build.ts';
import type { Manifest } from './model.ts';
import { bad, type Failure, fromCborError, type Problem } from './problem.ts';
import { envelopeKey, suitTag } from './registry.ts';
import { unwrap } from './unwrap.ts';

/** A tag without what it tags. */
export interface TagHead {
  readonly tag: bigint;
  readonly width?: Width;
}

/** The form of the authentication list, and elements after the blocks that are no wrapped item. */
export type WrapperForm = Omit<List, 'kind' | 'items' | 'start' | 'end'> & {
  readonly extras?: readonly Item[];
};

export interface EnvelopeParts {
  /** Outermost first; usually the one tag 107. */
  readonly tags: readonly TagHead[];
  readonly wrapper: WrapperForm;
  /** SUIT_Digest, unwrapped. */
  readonly digest: Item;
  /** The COSE structures, unwrapped. */
  readonly blocks: readonly Item[];
  /** SUIT_Manifest, unwrapped. */
  readonly manifest: CborMap;
  /** Every other member of the envelope, as it stands. */
  readonly members: readonly Entry[];
}

/** The whole envelope as one item: wrapper, manifest, then the other members in their order. */
export function assemble(parts: EnvelopeParts): Item {
  return assembled(parts, parts.manifest);
}

function assembled(parts: EnvelopeParts, manifest: Item): Item {
  const envelope = map(
    [int(envelopeKey.authenticationWrapper), wrapped(authenticationItem(parts))],
    [int(envelopeKey.manifest), wrapped(manifest)],
    ...parts.members,
  );
  return parts.tags.reduceRight<Item>((item, head) => ({ kind: 'tag', ...head, item }), envelope);
}

/** SUIT_Authentication (§8.3), unwrapped. */
export function authenticationItem(parts: EnvelopeParts): List {
  const { extras = [], ...form } = parts.wrapper;
  const blocks = parts.blocks.map((block) => wrapped(block));
  return { kind: 'array', ...form, items: [wrapped(parts.digest), ...blocks, ...extras] };
}

export function encode(parts: EnvelopeParts): Uint8Array {
  return write(assembled(parts, encoded(parts.manifest)));
}

/** SUIT_Digest over the byte string that holds the manifest, *including its head* (§8.3). */
export function manifestDigest(parts: EnvelopeParts, algorithm: number = sha256): List {
  return wrappedDigest(wrapped(encoded(parts.manifest)), algorithm);
}

const encodings = new WeakMap<CborMap, Raw>();

/** Its bytes, written once: to be digested, and for each envelope that holds it. */
function encoded(manifest: CborMap): Raw {
  const known = encodings.get(manifest);
  if (known !== undefined) return known;
  const made: Raw = { kind: 'raw', bytes: write(manifest) };
  encodings.set(manifest, made);
  return made;
}

/** The algorithm that the parts' digest names; SHA-256 where it names none. */
export function digestAlgorithm(parts: EnvelopeParts): number {
  const first = parts.digest.kind === 'array' ? parts.digest.items[0] : undefined;
  return first?.kind === 'nint' || first?.kind === 'uint' ? Number(first.value) : sha256;
}

/** The bytes that authentication blocks protect: SUIT_Digest without its byte string (§8.3, appendix B). */
export function signedBytes(parts: EnvelopeParts): Uint8Array {
  return write(parts.digest);
}

/** Digest recomputed with its algorithm, and new authentication blocks of the signers. */
export function seal(parts: EnvelopeParts, signers: readonly Signer[]): EnvelopeParts {
  return sign({ ...parts, digest: manifestDigest(parts, digestAlgorithm(parts)) }, signers);
}

/** Authentication blocks made anew over the digest as it stands. */
export function sign(parts: EnvelopeParts, signers: readonly Signer[]): EnvelopeParts {
  return { ...parts, blocks: makeBlocks(signers, signedBytes(parts)) };
}

export interface ReleaseOptions {
  readonly severed?: readonly Entry[];
  readonly payloads?: readonly (readonly [uri: string, bytes: Uint8Array])[];
  readonly digestAlgorithm?: number;
}

/** What an author publishes: tag 107, digest, a block for each signer, members in canonical order (§8.1). */
export function release(
  manifest: Manifest | CborMap,
  signers: readonly Signer[],
  options: ReleaseOptions = {},
): EnvelopeParts {
  const item = 'kind' in manifest ? manifest : manifestItem(manifest);
  const payloads = (options.payloads ?? []).map(([uri, bytes]): Entry => [tstr(uri), bstr(bytes)]);
  const parts: EnvelopeParts = {
    tags: [{ tag: BigInt(suitTag.envelope) }],
    wrapper: {},
    digest: wrappedDigest(wrapped(encoded(item)), options.digestAlgorithm),
    blocks: [],
    manifest: item,
    members: sortEntries(map(...(options.severed ?? []), ...payloads)).entries,
  };
  return sign(parts, signers);
}

export type PartsResult = { readonly ok: true; readonly parts: EnvelopeParts } | Failure;
export type { Problem };

/**
 * Takes an envelope in the usual shape apart. Where it succeeds, `encode` gives back the same bytes;
 * an envelope whose frame is encoded in another way than the usual one is refused.
 */
export function partsOf(bytes: Uint8Array): PartsResult {
  const read = readItem(bytes);
  if (!read.ok) return fromCborError(read.error);

  const tags: TagHead[] = [];
  let item = read.item;
  for (; item.kind === 'tag'; item = item.item) tags.push(tagHead(item));
  if (item.kind !== 'map') return bad('envelope-structure', 'the envelope is not a map', item);

  const [first, second, ...members] = item.entries;
  if (!hasKey(item, envelopeKey.authenticationWrapper)) {
    return bad('auth-missing', 'the envelope has no authentication wrapper', item);
  }
  if (!hasKey(item, envelopeKey.manifest))
    return bad('envelope-structure', 'the envelope has no manifest', item);
  if (
    first === undefined ||
    second === undefined ||
    !isInt(first[0], envelopeKey.authenticationWrapper) ||
    !isInt(second[0], envelopeKey.manifest)
  ) {
    return bad('envelope-order', 'the envelope does not begin with the wrapper and the manifest', item);
  }

  const authentication = takeApart(first[1]);
  if (!authentication.ok) return authentication;
  const manifest = unwrap(second[1], 'envelope-structure', 'the manifest');
  if (!manifest.ok) return manifest;
  if (manifest.value.kind !== 'map')
    return bad('manifest-structure', 'the manifest is not a map', manifest.value);

  const parts = { tags, ...authentication.parts, manifest: manifest.value, members };
  if (!equalBytes(encode(parts), bytes)) {
    return bad('non-deterministic', 'the heads of the envelope are not in their shortest form', item);
  }
  return { ok: true, parts };
}

function takeApart(
  wrapper: Item,
): { ok: true; parts: Pick<EnvelopeParts, 'wrapper' | 'digest' | 'blocks'> } | Failure {
  const list = unwrap(wrapper, 'auth-malformed', 'the authentication wrapper');
  if (!list.ok) return list;
  if (list.value.kind !== 'array')
    return bad('auth-malformed', 'the authentication wrapper is not an array', wrapper);

  const { kind: _kind, start: _start, end: _end, items, ...form } = list.value;
  const [first, ...rest] = items;
  if (first === undefined)
    return bad('auth-malformed', 'the authentication wrapper has no digest', list.value);
  const digest = unwrap(first, 'auth-malformed', 'the digest');
  if (!digest.ok) return digest;

  const blocks: Item[] = [];
  for (const element of rest) {
    const block = unwrap(element, 'auth-malformed', 'an authentication block');
    // From the first element that is no wrapped item on, all are kept as they stand.
    if (!block.ok) break;
    blocks.push(block.value);
  }
  const extras = rest.slice(blocks.length);
  const kept = extras.length === 0 ? form : { ...form, extras };
  return { ok: true, parts: { wrapper: kept, digest: digest.value, blocks } };
}

function tagHead(item: Item & { kind: 'tag' }): TagHead {
  return item.width === undefined ? { tag: item.tag } : { tag: item.tag, width: item.width };
}

function hasKey(container: CborMap, key: number): boolean {
  return container.entries.some(([k]) => isInt(k, key));
}
