/**
 * Reads the model from items or bytes, strict about types (draft-ietf-suit-manifest-37 §8, appendix A).
 *
 * Whether digests and signatures hold, the order of keys and the form of heads are not looked at here:
 * these are checks of a recipient.
 *
 * @module
 */

import type { Item } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import type {
  Command,
  Digest,
  Envelope,
  Extension,
  Manifest,
  Severed,
  SeveredElements,
  TextMap,
} from './model.ts';
import { bad, type Failure, fromCborError, good, type Result } from './problem.ts';
import { readDigest as digest, readSequence as readCommands, type SequenceOptions } from './read-sequence.ts';
import { readComponent, readTextMap } from './read-text.ts';
import {
  each,
  mapped,
  maybe,
  plain,
  readIntKeyed,
  readList,
  readMap,
  readText,
  readUint,
} from './read-types.ts';
import { commonKey, envelopeKey, manifestKey, suitTag } from './registry.ts';
import type { Reason } from './stage.ts';
import { unwrap } from './unwrap.ts';

export type { Problem } from './problem.ts';

export type ManifestResult = { readonly ok: true; readonly manifest: Manifest } | Failure;
export type SequenceResult = { readonly ok: true; readonly commands: readonly Command[] } | Failure;
export type DigestResult = { readonly ok: true; readonly digest: Digest } | Failure;
export type EnvelopeResult = { readonly ok: true; readonly envelope: Envelope } | Failure;

/** SUIT_Manifest, unwrapped (§8.4). */
export function readManifest(item: Item, options: SequenceOptions = {}): ManifestResult {
  const fields = readFields(item, 'the manifest', Object.values(manifestKey));
  if (!fields.ok) return fields;
  const { known, extensions } = fields.value;
  const field = <T>(key: number, read: (item: Item) => Result<T>) => maybe(known.get(key), read);

  const versionItem = known.get(manifestKey.version);
  if (versionItem === undefined) return bad('version-missing', 'the manifest has no version', item);
  const version = readUint(versionItem, { what: 'the manifest version', reason: 'type-mismatch' });
  if (!version.ok) return version;
  const numberItem = known.get(manifestKey.sequenceNumber);
  if (numberItem === undefined) return bad('sequence-missing', 'the manifest has no sequence number', item);
  const sequenceNumber = readUint(numberItem, { what: 'the sequence number', reason: 'type-mismatch' });
  if (!sequenceNumber.ok) return sequenceNumber;
  const commonItem = known.get(manifestKey.common);
  if (commonItem === undefined) return bad('manifest-structure', 'the manifest has no common part', item);
  const common = readCommon(commonItem, options);
  if (!common.ok) return common;

  const uri = (i: Item) => readText(i, { what: 'the reference URI', reason: 'type-mismatch' });
  const sequence = (i: Item) => wrappedSequence(i, options);
  const optional = gather({
    referenceUri: field(manifestKey.referenceUri, uri),
    validate: field(manifestKey.validate, sequence),
    load: field(manifestKey.load, sequence),
    invoke: field(manifestKey.invoke, sequence),
    payloadFetch: field(manifestKey.payloadFetch, severable(sequence)),
    install: field(manifestKey.install, severable(sequence)),
    text: field(manifestKey.text, severable(wrappedText)),
    extensions: good(extensions.length === 0 ? undefined : extensions),
  });
  if (!optional.ok) return optional;
  const required = { version: version.value, sequenceNumber: sequenceNumber.value };
  return { ok: true, manifest: { ...required, ...common.value, ...optional.value } };
}

/** SUIT_Command_Sequence, unwrapped (§8.4.6). */
export function readSequence(item: Item, options: SequenceOptions = {}): SequenceResult {
  const read = readCommands(item, options);
  return read.ok ? { ok: true, commands: read.value } : read;
}

/** SUIT_Digest, unwrapped (§10). */
export function readDigest(item: Item): DigestResult {
  const read = digest(item);
  return read.ok ? { ok: true, digest: read.value } : read;
}

/** SUIT_Envelope, with or without its tag 107 (§8.2). */
export function readEnvelope(bytes: Uint8Array, options: SequenceOptions = {}): EnvelopeResult {
  const read = readItem(bytes);
  if (!read.ok) return fromCborError(read.error);
  let item = read.item;
  if (item.kind === 'tag') {
    if (item.tag !== BigInt(suitTag.envelope))
      return bad('wrong-tag', `tag ${item.tag} is not an envelope's`, item);
    item = item.item;
  }
  const map = readMap(item, { what: 'the envelope', reason: 'envelope-structure' });
  if (!map.ok) return map;
  const payloads: [string, Uint8Array][] = [];
  const members = new Map<bigint, Item>();
  for (const [key, value] of map.value.entries) {
    if (key.kind === 'uint' || key.kind === 'nint') {
      members.set(key.value, value);
      continue;
    }
    const uri = readText(key, { what: 'the key of a payload', reason: 'envelope-structure' });
    if (!uri.ok) return uri;
    if (value.kind !== 'bstr') return bad('envelope-structure', 'a payload is not a byte string', value);
    payloads.push([uri.value, value.bytes]);
  }
  return readMembers(item, members, payloads, options);
}

function readMembers(
  envelope: Item,
  members: ReadonlyMap<bigint, Item>,
  payloads: Envelope['payloads'],
  options: SequenceOptions,
): EnvelopeResult {
  const member = (key: number) => members.get(BigInt(key));
  const wrapper = member(envelopeKey.authenticationWrapper);
  if (wrapper === undefined)
    return bad('auth-missing', 'the envelope has no authentication wrapper', envelope);
  const authentication = readAuthentication(wrapper);
  if (!authentication.ok) return authentication;
  const manifestItem = member(envelopeKey.manifest);
  if (manifestItem === undefined) return bad('envelope-structure', 'the envelope has no manifest', envelope);
  const inner = unwrap(manifestItem, 'envelope-structure', 'the manifest');
  if (!inner.ok) return inner;
  const manifest = readManifest(inner.value, options);
  if (!manifest.ok) return manifest;
  const severed: Result<SeveredElements> = gather({
    payloadFetch: maybe(member(envelopeKey.payloadFetch), (i) => wrappedSequence(i, options)),
    install: maybe(member(envelopeKey.install), (i) => wrappedSequence(i, options)),
    text: maybe(member(envelopeKey.text), wrappedText),
  });
  if (!severed.ok) return severed;
  const known = Object.values(envelopeKey).map(BigInt);
  const others = [...members].filter(([key]) => !known.includes(key));
  const extensions = others.map(([key, value]): Extension => [key, plain(value)]);
  const envelopeParts = {
    ...authentication.value,
    manifest: manifest.manifest,
    severed: severed.value,
    payloads,
  };
  return { ok: true, envelope: extensions.length === 0 ? envelopeParts : { ...envelopeParts, extensions } };
}

/** SUIT_Authentication (§8.3). */
function readAuthentication(wrapper: Item): Result<Pick<Envelope, 'digest' | 'blocks'>> {
  const content = unwrap(wrapper, 'auth-malformed', 'the authentication wrapper');
  if (!content.ok) return content;
  const list = readList(content.value, { what: 'the authentication wrapper', reason: 'auth-malformed' });
  if (!list.ok) return list;
  const opened = each(list.value, (element) =>
    unwrap(element, 'auth-malformed', 'an element of the authentication wrapper'),
  );
  if (!opened.ok) return opened;
  const [first, ...blocks] = opened.value;
  if (first === undefined) return bad('auth-malformed', 'the authentication wrapper has no digest', wrapper);
  return mapped(digest(first), (value) => ({ digest: value, blocks: blocks.map(plain) }));
}

type Common = Pick<Manifest, 'components' | 'sharedSequence' | 'commonExtensions'>;

/** SUIT_Common (§8.4.5). */
function readCommon(item: Item, options: SequenceOptions): Result<Common> {
  const inner = unwrap(item, 'manifest-structure', 'the common part');
  if (!inner.ok) return inner;
  const fields = readFields(inner.value, 'the common part', Object.values(commonKey));
  if (!fields.ok) return fields;
  const { known, extensions } = fields.value;
  const components = maybe(known.get(commonKey.components), readComponents);
  if (!components.ok) return components;
  const optional = gather({
    sharedSequence: maybe(known.get(commonKey.sharedSequence), (i) => wrappedSequence(i, options)),
    commonExtensions: good(extensions.length === 0 ? undefined : extensions),
  });
  return mapped(optional, (rest): Common => ({ components: components.value ?? [], ...rest }));
}

function readComponents(item: Item): Result<Manifest['components']> {
  const list = readList(item, { what: 'the component list', reason: 'manifest-structure' });
  if (!list.ok) return list;
  if (list.value.length === 0) return bad('manifest-structure', 'the component list is empty', item);
  return each(list.value, readComponent);
}

function wrappedSequence(item: Item, options: SequenceOptions): Result<readonly Command[]> {
  const reason: Reason = item.kind === 'array' ? 'manifest-structure' : 'type-mismatch';
  const inner = unwrap(item, reason, 'the command sequence');
  return inner.ok ? readCommands(inner.value, options) : inner;
}

function wrappedText(item: Item): Result<TextMap> {
  const inner = unwrap(item, 'type-mismatch', 'the text');
  return inner.ok ? readTextMap(inner.value) : inner;
}

/** A digest is an array and an element in place a byte string, which tells them apart (§8.4). */
function severable<T>(inline: (item: Item) => Result<T>): (item: Item) => Result<T | Severed> {
  return (item) => (item.kind === 'array' ? mapped(digest(item), (severed) => ({ severed })) : inline(item));
}

interface Fields {
  readonly known: ReadonlyMap<number, Item>;
  readonly extensions: readonly Extension[];
}

function readFields(item: Item, what: string, keys: readonly number[]): Result<Fields> {
  const entries = readIntKeyed(item, { what, reason: 'manifest-structure' });
  if (!entries.ok) return entries;
  const isKnown = (key: bigint) => keys.some((k) => BigInt(k) === key);
  const known = entries.value
    .filter(([key]) => isKnown(key))
    .map(([key, value]) => [Number(key), value] as const);
  const others = entries.value.filter(([key]) => !isKnown(key));
  return good({
    known: new Map(known),
    extensions: others.map(([key, value]): Extension => [key, plain(value)]),
  });
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The values of all that could be read and are there; the first failure otherwise. */
function gather<T extends object>(results: { [K in keyof T]: Result<T[K]> }): Result<Present<T>> {
  const values: Record<string, unknown> = {};
  for (const [name, result] of Object.entries(results) as [string, Result<unknown>][]) {
    if (!result.ok) return result;
    if (result.value !== undefined) values[name] = result.value;
  }
  return good(values as Present<T>);
}
