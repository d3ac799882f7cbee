/**
 * Rules for components: does what is there match, and may what is offered go in
 * (draft §6.3, §7.5, §8.4.8.10, §8.4.9, §8.4.10).
 *
 * @module
 */
import { timingSafeEqual } from 'node:crypto';
import { equalBytes } from '../../cbor/hex.ts';
import type { Component, Content } from '../../device/recipient.ts';
import type { Digest, Parameters } from '../../suit/model.ts';
import type { Reason } from '../../suit/stage.ts';
import type { Ok } from './rules-encoding.ts';
import { sizeOf } from './storage.ts';

export type PayloadPlace =
  | { readonly from: 'envelope'; readonly bytes: Uint8Array }
  | { readonly from: 'network' };

export interface WantedImage {
  readonly digest: Digest;
  readonly size: bigint | undefined;
}

/** The digest of some bytes, by the algorithm wanted; and the comparison of two digests. */
export interface Hashing {
  readonly hash: (bytes: Uint8Array) => Uint8Array;
  readonly matches: (expected: Uint8Array, actual: Uint8Array) => boolean;
}

/** RFC 3986 §2: the characters of a URI, `%` only before two hexadecimal digits; §3.1: it begins with a scheme. */
const uriForm = /^([a-z][a-z0-9+.-]*):(?:[a-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9a-f]{2})*$/i;

/** Schemes of channels that are secured end to end. */
const secure: readonly string[] = ['https', 'coaps'];

export const componentRules = {
  /** Draft §8.4.9.1: one of the component's own ids, in full. */
  identifierMatches(
    _kind: 'vendor' | 'class' | 'device',
    wanted: Uint8Array,
    ids: readonly Uint8Array[],
    _others: () => readonly Uint8Array[],
  ): boolean {
    return ids.some((id) => equalBytes(id, wanted));
  },

  /** Draft §8.4.9.2: digest and size of the whole content. */
  imageMatches(content: Content, wanted: WantedImage, hashing: Hashing): Ok {
    const digest = contentDigest(content, wanted.digest, hashing.hash);
    if (digest === undefined || !hashing.matches(wanted.digest.bytes, digest)) return 'image-mismatch';
    const size = sizeOf(content);
    return wanted.size === undefined || size === undefined || size === wanted.size ? true : 'size-mismatch';
  },

  /** Draft §8.4.9.3: no early exit; the time depends on the lengths alone. */
  contentEquals(content: Uint8Array, bytes: Uint8Array): { readonly equal: boolean; readonly steps: number } {
    const length = Math.max(content.length, bytes.length);
    const isSame = timingSafeEqual(padded(content, length), padded(bytes, length));
    return { equal: isSame && content.length === bytes.length, steps: length };
  },

  /** Draft §8.4.9.4. */
  slotMatches(component: Component, wanted: bigint): boolean {
    return BigInt(component.current) === wanted;
  },

  /** Draft §8.4.8.8: commands act on the component's current slot. */
  slotToWrite(component: Component): number {
    return component.current;
  },

  /** Draft §8.4.10.5: the source is set, and is another component of the manifest. */
  source(parameters: Parameters, current: number, components: number): number | Reason {
    const source = parameters.sourceComponent;
    if (source === undefined) return 'param-missing';
    return source < BigInt(components) && source !== BigInt(current) ? Number(source) : 'source-missing';
  },

  /** Draft §7.5, §8.4.10.4: the envelope's payload of exactly this key, else the network if the URI leads there. */
  payloadFrom(
    uri: string,
    integrated: ReadonlyMap<string, Uint8Array>,
    schemes: readonly string[],
  ): PayloadPlace | Reason {
    const bytes = integrated.get(uri);
    if (bytes !== undefined) return { from: 'envelope', bytes };
    // RFC 3986 §4.4: a fragment alone names a part of this document, which is not there.
    if (uri.startsWith('#')) return 'fetch-failed';
    const scheme = schemeOf(uri);
    return scheme !== undefined && schemes.includes(scheme) ? { from: 'network' } : 'uri-rejected';
  },

  /** Draft §6.3: retrieval stops at the image's size, and at the slot's; `received` undefined has no end. */
  mayGoOn(received: bigint | undefined, size: bigint | undefined, capacity: number): Ok {
    if (received === undefined) return 'size-mismatch';
    if (size !== undefined && received > size) return 'size-mismatch';
    return received <= BigInt(capacity) ? true : 'limit-size';
  },

  /**
   * RFC 9124 §4.3.7: a redirect is followed to where the recipient can fetch from, not out of a secure channel, and
   * not for ever.
   */
  mayFollow(
    from: string,
    to: string,
    {
      hops,
      limit,
      schemes,
    }: { readonly hops: number; readonly limit: number; readonly schemes: readonly string[] },
  ): Ok {
    if (hops >= limit) return 'fetch-failed';
    const scheme = schemeOf(to);
    if (scheme === undefined || !schemes.includes(scheme)) return 'uri-rejected';
    return secure.includes(schemeOf(from) ?? '') && !secure.includes(scheme) ? 'uri-rejected' : true;
  },

  /** No clause: who answers slowly does not hold up the recipient for ever (THREAT.NET.ONPATH). */
  inTime(seconds: number, limit: number): Ok {
    return seconds <= limit ? true : 'limit-time';
  },

  /** Draft §6.3: nothing is written beyond the slot. */
  fits(size: bigint, capacity: number): Ok {
    return size <= BigInt(capacity) ? true : 'limit-size';
  },

  /** Draft §6.3.1: an update that is interrupted leaves what runs; no clause forbids to write over it. */
  mayOverwrite({ running }: Component, slot: number): Ok {
    return running === slot ? 'state-conflict' : true;
  },

  /** Draft §8.4.10.4: content that a recipient may take instead of fetching it; this one always fetches. */
  shortcut(_wanted: WantedImage, _held: readonly Content[], _hashing: Hashing): Content | undefined {
    return undefined;
  },

  /** Draft §8.4.8.12: the arguments are forwarded as they are. */
  argumentsOf(given: Uint8Array): Uint8Array {
    return given;
  },

  /** RFC 9124 §4.3.4, draft §6.3: nothing fetched is left that no known digest was checked with. */
  verified(left: number): Ok {
    return left === 0 ? true : 'not-validated';
  },

  /** RFC 9124 §4.3.8: the check that an image has passed, once more just before the image is invoked. */
  checkAgain(check: () => Ok): Ok {
    return check();
  },

  /** Draft §4.2: what is invoked was validated in this procedure, after it was last written. */
  mustCheck(component: number, validated: ReadonlySet<number>): Ok {
    return validated.has(component) ? true : 'not-validated';
  },
};

function schemeOf(uri: string): string | undefined {
  return uriForm.exec(uri)?.[1]?.toLowerCase();
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const longer = new Uint8Array(length);
  longer.set(bytes);
  return longer;
}

function contentDigest(content: Content, wanted: Digest, hash: Hashing['hash']): Uint8Array | undefined {
  if (content.kind === 'bytes') return hash(content.bytes);
  return content.kind === 'assumed' && content.digest.algorithm === wanted.algorithm
    ? content.digest.bytes
    : undefined;
}
