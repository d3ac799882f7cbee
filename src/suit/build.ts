/**
 * Builds the items of a SUIT manifest from the model: maps in bytewise key order, shortest heads
 * (draft-ietf-suit-manifest-37 §8, CDDL in appendix A; RFC 8949 §4.2.1).
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import {
  array,
  bool,
  bstr,
  type CborMap,
  type Entry,
  type Item,
  int,
  type List,
  map,
  nil,
  tag,
  tstr,
  wrapped,
} from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { write } from '../cbor/write.ts';
import { digestOf } from '../cose/algorithms.ts';
import {
  type Command,
  type ComponentIdentifier,
  type Digest,
  type Index,
  isSevered,
  type LanguageText,
  type Manifest,
  type Parameters,
  type Severed,
  type SeveredElements,
  type TextEntry,
  type TextMap,
} from './model.ts';
import { commandCode, commonKey, envelopeKey, manifestKey, parameterKey, suitTag } from './registry.ts';

/** SHA-256, the algorithm that every manifest processor has (§10). */
export const sha256 = -16;

/** SUIT_Manifest (§8.4), unwrapped. */
export function manifestItem(m: Manifest): CborMap {
  const key = manifestKey;
  return canonicalMap([
    [int(key.version), int(m.version)],
    [int(key.sequenceNumber), int(m.sequenceNumber)],
    [int(key.common), wrapped(commonItem(m))],
    ...optional(key.referenceUri, m.referenceUri, tstr),
    ...optional(key.validate, m.validate, wrappedSequence),
    ...optional(key.load, m.load, wrappedSequence),
    ...optional(key.invoke, m.invoke, wrappedSequence),
    ...optional(key.payloadFetch, m.payloadFetch, severable(wrappedSequence)),
    ...optional(key.install, m.install, severable(wrappedSequence)),
    ...optional(key.text, m.text, severable(wrappedText)),
    ...(m.extensions ?? []).map(([k, value]): Entry => [int(k), value]),
  ]);
}

/** SUIT_Common (§8.4.5), unwrapped. */
export function commonItem(m: Manifest): CborMap {
  return canonicalMap([
    ...optional(commonKey.components, m.components.length === 0 ? undefined : m.components, (list) =>
      array(...list.map(componentItem)),
    ),
    ...optional(commonKey.sharedSequence, m.sharedSequence, wrappedSequence),
    ...(m.commonExtensions ?? []).map(([k, value]): Entry => [int(k), value]),
  ]);
}

export function componentItem(identifier: ComponentIdentifier): List {
  return array(...identifier.map(bstr));
}

/** SUIT_Command_Sequence (§8.4.6), unwrapped: codes and arguments in turn. */
export function sequenceItem(commands: readonly Command[]): List {
  return array(...commands.flatMap(commandItems));
}

/** A command as the two items that stand in a sequence. */
export function commandItems(command: Command): [code: Item, argument: Item] {
  switch (command.kind) {
    case 'condition':
    case 'directive':
      return [int(command.code), int(command.policy)];
    case 'setComponentIndex':
      return [int(commandCode.setComponentIndex), indexItem(command.index)];
    case 'overrideParameters':
      return [int(commandCode.overrideParameters), parametersItem(command.parameters)];
    case 'tryEach':
      return [
        int(commandCode.tryEach),
        array(...command.branches.map((b) => (b ? wrappedSequence(b) : nil))),
      ];
    case 'runSequence':
      return [int(commandCode.runSequence), wrappedSequence(command.commands)];
    case 'custom':
    case 'unknown':
      return [int(command.code), command.argument];
  }
}

function indexItem(index: Index): Item {
  if (index === true) return bool(true);
  return typeof index === 'object' ? array(...index.map(int)) : int(index);
}

/** SUIT_Parameters (§8.4.8). */
export function parametersItem(p: Parameters): CborMap {
  const key = parameterKey;
  return canonicalMap([
    ...optional(key.vendorIdentifier, p.vendorId, vendorItem),
    ...optional(key.classIdentifier, p.classId, bstr),
    ...optional(key.imageDigest, p.imageDigest, (digest) => wrapped(digestItem(digest))),
    ...optional(key.componentSlot, p.componentSlot, int),
    ...optional(key.strictOrder, p.strictOrder, bool),
    ...optional(key.softFailure, p.softFailure, bool),
    ...optional(key.imageSize, p.imageSize, int),
    ...optional(key.content, p.content, bstr),
    ...optional(key.uri, p.uri, tstr),
    ...optional(key.sourceComponent, p.sourceComponent, int),
    ...optional(key.invokeArguments, p.invokeArguments, bstr),
    ...optional(key.deviceIdentifier, p.deviceId, bstr),
    ...optional(key.fetchArguments, p.fetchArguments, bstr),
    ...(p.custom ?? []).map(([k, value]): Entry => [int(k), value]),
  ]);
}

function vendorItem(vendor: NonNullable<Parameters['vendorId']>): Item {
  return vendor instanceof Uint8Array ? bstr(vendor) : tag(suitTag.pen, bstr(vendor.pen));
}

/** SUIT_Text_Map (§8.4.4), unwrapped. */
export function textItem(text: TextMap): CborMap {
  return canonicalMap(text.map((language): Entry => [tstr(language.language), languageItem(language)]));
}

function languageItem(language: LanguageText): CborMap {
  return canonicalMap([
    ...language.texts.map(textEntry),
    ...language.components.map(
      (c): Entry => [componentItem(c.identifier), canonicalMap(c.texts.map(textEntry))],
    ),
  ]);
}

function textEntry([key, text]: TextEntry): Entry {
  return [int(key), tstr(text)];
}

/** SUIT_Digest (§10), unwrapped. */
export function digestItem(digest: Digest): List {
  return array(int(digest.algorithm), bstr(digest.bytes));
}

/**
 * The SUIT_Digest over an element wrapped in a byte string, *including that string's head*: so the
 * manifest's digest (§8.3) and that of a severed element (§8.4.12) are made.
 */
export function wrappedDigest(wrappedElement: Item, algorithm: number = sha256): List {
  return digestItem(digestOver(wrappedElement, algorithm));
}

function digestOver(wrappedElement: Item, algorithm: number): Digest {
  const bytes = digestOf(algorithm, write(wrappedElement));
  if (bytes !== undefined) return { algorithm, bytes };
  throw new BenchError('digest-algorithm', `No digest can be made with COSE algorithm ${algorithm}.`);
}

/** The digest that stands in the manifest for a severed element; `element` is the unwrapped one. */
export function severedDigest(element: Item, algorithm: number = sha256): List {
  return wrappedDigest(wrapped(element), algorithm);
}

/** The severed elements as members of an envelope (§11.1). */
export function severedEntries(severed: SeveredElements): Entry[] {
  return [
    ...optional(envelopeKey.payloadFetch, severed.payloadFetch, wrappedSequence),
    ...optional(envelopeKey.install, severed.install, wrappedSequence),
    ...optional(envelopeKey.text, severed.text, wrappedText),
  ];
}

/** Moves elements that stand in the manifest out of it, leaving their digests (§8.6). */
export function sever(
  m: Manifest,
  which: readonly (keyof SeveredElements)[],
  options: { readonly algorithm?: number } = {},
): { readonly manifest: Manifest; readonly severed: SeveredElements } {
  let manifest = m;
  let severed: SeveredElements = {};
  for (const name of which) {
    const element = m[name];
    if (element === undefined || isSevered(element)) continue;
    const item = name === 'text' ? textItem(element as TextMap) : sequenceItem(element as readonly Command[]);
    const digest = digestOver(wrapped(item), options.algorithm ?? sha256);
    manifest = { ...manifest, [name]: { severed: digest } };
    severed = { ...severed, [name]: element };
  }
  return { manifest, severed };
}

function wrappedSequence(commands: readonly Command[]): Item {
  return wrapped(sequenceItem(commands));
}

function wrappedText(text: TextMap): Item {
  return wrapped(textItem(text));
}

function severable<T extends readonly unknown[]>(
  inline: (element: T) => Item,
): (element: T | Severed) => Item {
  return (element) => (isSevered(element) ? digestItem(element.severed) : inline(element));
}

function optional<T>(key: number, value: T | undefined, item: (value: T) => Item): Entry[] {
  return value === undefined ? [] : [[int(key), item(value)]];
}

function canonicalMap(entries: readonly Entry[]): CborMap {
  return sortEntries(map(...entries));
}
