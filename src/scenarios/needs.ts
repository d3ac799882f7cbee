/**
 * What a verifier must be able to do for an envelope, read off the envelope itself.
 *
 * @module
 */

import { type Item, type List, valueAt } from '../cbor/item.ts';
import { coseTags, headerLabels } from '../cose/blocks.ts';
import type { DeliveryEvent } from '../device/delivery.ts';
import { type Section, sections, sequenceOf } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode, parameterKey } from '../suit/registry.ts';
import { unwrap } from '../suit/unwrap.ts';
import type { Needs } from './scenario.ts';

/** The revision of draft-ietf-suit-manifest that scenarios follow. */
export const revision = '37';

/** Codes are listed once each, ascending. Elements that are severed and gone need nothing. */
export function needsOf(parts: EnvelopeParts, events: readonly DeliveryEvent[]): Needs {
  const found = emptyFinding();
  for (const section of sections satisfies readonly Section[]) {
    const sequence = sequenceOf(parts, section);
    if (sequence) inSequence(sequence, found);
  }
  addDigest(parts.digest, found);
  for (const [, value] of parts.manifest.entries) addDigest(value, found);
  for (const block of parts.blocks) inBlock(block, found);
  const isCustom = [...found.commands, ...found.parameters].some((code) => !isRegistered(code));
  return {
    revision,
    events: [...new Set(events)],
    commands: ascending(found.commands).filter(isRegistered),
    parameters: ascending(found.parameters).filter(isRegistered),
    algorithms: ascending(found.algorithms),
    digests: ascending(found.digests),
    structures: [...found.structures],
    ...(isCustom && { extensions: ['custom-commands'] }),
  };
}

/** Private codes are below -256 (draft §8.4.9): a recipient's configuration gives them their meaning. */
function isRegistered(code: number): boolean {
  return code >= -256;
}

interface Finding {
  readonly commands: Set<number>;
  readonly parameters: Set<number>;
  readonly algorithms: Set<number>;
  readonly digests: Set<number>;
  readonly structures: Set<Needs['structures'][number]>;
}

function emptyFinding(): Finding {
  return {
    commands: new Set(),
    parameters: new Set(),
    algorithms: new Set(),
    digests: new Set(),
    structures: new Set(),
  };
}

function inSequence(sequence: List, found: Finding): void {
  for (let i = 0; i + 1 < sequence.items.length; i += 2) {
    const code = numberOf(sequence.items[i]);
    const argument = sequence.items[i + 1] as Item;
    if (code === undefined) continue;
    found.commands.add(code);
    if (code === commandCode.overrideParameters && argument.kind === 'map')
      inParameters(argument.entries, found);
    if (code === commandCode.runSequence) inWrapped(argument, found);
    if (code === commandCode.tryEach && argument.kind === 'array') {
      for (const branch of argument.items) inWrapped(branch, found);
    }
  }
}

function inParameters(entries: readonly (readonly [Item, Item])[], found: Finding): void {
  for (const [key, value] of entries) {
    const number = numberOf(key);
    if (number === undefined) continue;
    found.parameters.add(number);
    if (number === parameterKey.imageDigest) addDigest(open(value), found);
  }
}

function inWrapped(item: Item, found: Finding): void {
  const inner = open(item);
  if (inner?.kind === 'array') inSequence(inner, found);
}

/** Adds the algorithm of a SUIT_Digest; nothing if the item is none. */
function addDigest(item: Item | undefined, found: Finding): void {
  if (item?.kind !== 'array') return;
  const algorithm = numberOf(item.items[0]);
  if (algorithm !== undefined && item.items[1]?.kind === 'bstr') found.digests.add(algorithm);
}

function inBlock(block: Item, found: Finding): void {
  if (block.kind !== 'tag') return;
  for (const [name, number] of Object.entries(coseTags)) {
    if (block.tag === BigInt(number)) found.structures.add(name as Needs['structures'][number]);
  }
  const parts = block.item.kind === 'array' ? block.item.items : [];
  inHeader(parts[0], found);
  // COSE_Sign keeps the algorithm in each of its signatures (RFC 9052 §4.1).
  const signatures = block.tag === BigInt(coseTags.sign) ? parts[3] : undefined;
  const recipients = block.tag === BigInt(coseTags.mac) ? parts[4] : undefined;
  for (const recipient of recipients?.kind === 'array' ? recipients.items : []) {
    const headers = recipient.kind === 'array' ? recipient.items[1] : undefined;
    const algorithm = headers?.kind === 'map' ? numberOf(valueAt(headers, headerLabels.alg)) : undefined;
    if (algorithm !== undefined) found.algorithms.add(algorithm);
  }
  for (const signature of signatures?.kind === 'array' ? signatures.items : []) {
    if (signature.kind === 'array') inHeader(signature.items[0], found);
  }
}

function inHeader(header: Item | undefined, found: Finding): void {
  const inner = header && open(header);
  const algorithm = inner?.kind === 'map' ? numberOf(valueAt(inner, headerLabels.alg)) : undefined;
  if (algorithm !== undefined) found.algorithms.add(algorithm);
}

function open(item: Item): Item | undefined {
  if (item.kind !== 'bstr' && item.kind !== 'wrapped') return undefined;
  const inner = unwrap(item, 'not-well-formed', 'the element');
  return inner.ok ? inner.value : undefined;
}

function numberOf(item: Item | undefined): number | undefined {
  return item?.kind === 'uint' || item?.kind === 'nint' ? Number(item.value) : undefined;
}

function ascending(numbers: ReadonlySet<number>): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}
