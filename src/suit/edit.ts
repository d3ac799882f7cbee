/**
 * Lossless edits of an envelope's parts: members, sections and parameters
 * (draft-ietf-suit-manifest-37 §8.4). None of them reseals.
 *
 * @module
 */

import {
  type CborMap,
  type Entry,
  type Item,
  int,
  isInt,
  type List,
  valueAt,
  wrapped,
} from '../cbor/item.ts';
import { compareKeys } from '../cbor/order.ts';
import { sha256, wrappedDigest } from './build.ts';
import type { EnvelopeParts } from './parts.ts';
import { commandCode, commonKey, manifestKey } from './registry.ts';
import { unwrap } from './unwrap.ts';

/** The value under an integer key. */
export function memberOf(container: CborMap, key: number | bigint): Item | undefined {
  return valueAt(container, key);
}

/** Replaces the value where it stands, or puts a new entry in its canonical place (§8.1). */
export function setMember(container: CborMap, key: number | bigint, value: Item): CborMap {
  if (valueAt(container, key) !== undefined) {
    const entries = container.entries.map(([k, old]): Entry => (isInt(k, key) ? [k, value] : [k, old]));
    return { ...container, entries };
  }
  const name = int(key);
  const after = container.entries.findIndex(([k]) => compareKeys(k, name) > 0);
  const at = after === -1 ? container.entries.length : after;
  return { ...container, entries: container.entries.toSpliced(at, 0, [name, value]) };
}

export function removeMember(container: CborMap, key: number | bigint): CborMap {
  return { ...container, entries: container.entries.filter(([k]) => !isInt(k, key)) };
}

export function setSequenceNumber(parts: EnvelopeParts, n: bigint): EnvelopeParts {
  return { ...parts, manifest: setMember(parts.manifest, manifestKey.sequenceNumber, int(n)) };
}

/** SUIT_Common, unwrapped; absent where it is missing or not a wrapped map. */
export function commonOf(manifest: CborMap): CborMap | undefined {
  const member = valueAt(manifest, manifestKey.common);
  const common = member && open(member);
  return common?.kind === 'map' ? common : undefined;
}

/** The manifest with its common part changed; unchanged where it has none. */
export function withCommon(manifest: CborMap, change: (common: CborMap) => CborMap): CborMap {
  const common = commonOf(manifest);
  return common ? setMember(manifest, manifestKey.common, wrapped(change(common))) : manifest;
}

/** The command sequences of a manifest. */
export type Section = 'shared' | 'validate' | 'load' | 'invoke' | 'payloadFetch' | 'install';

export const sections: readonly Section[] = [
  'shared',
  'validate',
  'load',
  'invoke',
  'payloadFetch',
  'install',
];

/** Is the section's place in the manifest taken by a digest? */
export function isSectionSevered(parts: EnvelopeParts, section: Section): boolean {
  return section !== 'shared' && valueAt(parts.manifest, manifestKey[section])?.kind === 'array';
}

/** The section's sequence, unwrapped, wherever it is: in the manifest, or severed in the envelope. */
export function sequenceOf(parts: EnvelopeParts, section: Section): List | undefined {
  const holder = holderOf(parts, section);
  const sequence = holder && open(holder);
  return sequence?.kind === 'array' ? sequence : undefined;
}

/**
 * The parts with the section's sequence changed, and with a new digest in the manifest where the
 * sequence is severed. Parts that lack the section come back as they are.
 */
export function withSequence(
  parts: EnvelopeParts,
  section: Section,
  change: (sequence: List) => List | Item,
): EnvelopeParts {
  const sequence = sequenceOf(parts, section);
  if (sequence === undefined) return parts;
  const changed = wrapped(change(sequence));

  if (section === 'shared') {
    const manifest = withCommon(parts.manifest, (c) => setMember(c, commonKey.sharedSequence, changed));
    return { ...parts, manifest };
  }
  const key = manifestKey[section];
  if (!isSectionSevered(parts, section)) {
    return { ...parts, manifest: setMember(parts.manifest, key, changed) };
  }
  const digest = wrappedDigest(changed, algorithmOf(valueAt(parts.manifest, key)));
  const members = parts.members.map(([k, old]): Entry => (isInt(k, key) ? [k, changed] : [k, old]));
  return { ...parts, manifest: setMember(parts.manifest, key, digest), members };
}

/** Changes one parameter's value; `undefined` takes the parameter away. */
export type ParameterChange = (value: Item, section: Section) => Item | undefined;

/** Applies the change in every override-parameters that holds the key, also inside try-each and run-sequence. */
export function withParameter(parts: EnvelopeParts, key: number, change: ParameterChange): EnvelopeParts {
  return sections.reduce((edited, section) => {
    const sequence = sequenceOf(edited, section);
    if (sequence === undefined) return edited;
    const next = inSequence(sequence, key, (value) => change(value, section));
    return next === sequence ? edited : withSequence(edited, section, () => next);
  }, parts);
}

function inSequence(sequence: List, key: number, change: (value: Item) => Item | undefined): List {
  let touched = false;
  const items: Item[] = [];
  for (let i = 0; i < sequence.items.length; i += 2) {
    const code = sequence.items[i] as Item;
    const argument = sequence.items[i + 1];
    if (argument === undefined) {
      items.push(code);
      continue;
    }
    const next = inArgument(code, argument, key, change);
    touched ||= next !== argument;
    // An override that lost its last parameter goes with it: an empty one is another fault.
    if (next.kind === 'map' && next !== argument && next.entries.length === 0) continue;
    items.push(code, next);
  }
  return touched ? { ...sequence, items } : sequence;
}

function inArgument(
  code: Item,
  argument: Item,
  key: number,
  change: (value: Item) => Item | undefined,
): Item {
  if (isInt(code, commandCode.overrideParameters) && argument.kind === 'map') {
    const value = valueAt(argument, key);
    if (value === undefined) return argument;
    const next = change(value);
    if (next === value) return argument;
    return next === undefined ? removeMember(argument, key) : setMember(argument, key, next);
  }
  if (isInt(code, commandCode.runSequence)) return inWrapped(argument, key, change);
  if (isInt(code, commandCode.tryEach) && argument.kind === 'array') {
    const branches = argument.items.map((branch) => inWrapped(branch, key, change));
    return branches.some((b, i) => b !== argument.items[i]) ? { ...argument, items: branches } : argument;
  }
  return argument;
}

function inWrapped(item: Item, key: number, change: (value: Item) => Item | undefined): Item {
  const sequence = open(item);
  if (sequence?.kind !== 'array') return item;
  const next = inSequence(sequence, key, change);
  return next === sequence ? item : wrapped(next);
}

function holderOf(parts: EnvelopeParts, section: Section): Item | undefined {
  if (section === 'shared') {
    const common = commonOf(parts.manifest);
    return common && valueAt(common, commonKey.sharedSequence);
  }
  const key = manifestKey[section];
  if (!isSectionSevered(parts, section)) return valueAt(parts.manifest, key);
  return parts.members.find(([k]) => isInt(k, key))?.[1];
}

function algorithmOf(digest: Item | undefined): number {
  const first = digest?.kind === 'array' ? digest.items[0] : undefined;
  return first?.kind === 'nint' || first?.kind === 'uint' ? Number(first.value) : sha256;
}

function open(item: Item): Item | undefined {
  if (item.kind !== 'bstr' && item.kind !== 'wrapped') return undefined;
  const inner = unwrap(item, 'not-well-formed', 'the element');
  return inner.ok ? inner.value : undefined;
}
