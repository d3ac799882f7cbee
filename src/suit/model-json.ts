/**
 * A manifest as JSON, for the corpus and for scenarios: bytes in hexadecimal, commands by the draft's
 * names, integers beyond 2^53 as decimal text.
 *
 * @module
 */

import { toHex } from '../cbor/hex.ts';
import type { Item } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import {
  type Command,
  type ComponentIdentifier,
  type Digest,
  isSevered,
  type Manifest,
  type Parameters,
  type Severed,
  type SeveredElements,
  type TextMap,
} from './model.ts';
import { plain } from './read-types.ts';
import { commandByCode } from './registry.ts';

export { manifestFromJson, severedFromJson } from './model-from-json.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

export function manifestToJson(m: Manifest): Json {
  return compact({
    version: integer(m.version),
    sequenceNumber: integer(m.sequenceNumber),
    referenceUri: m.referenceUri,
    components: m.components.map(component),
    sharedSequence: m.sharedSequence?.map(command),
    validate: m.validate?.map(command),
    load: m.load?.map(command),
    invoke: m.invoke?.map(command),
    payloadFetch: m.payloadFetch && severable(m.payloadFetch, (list) => list.map(command)),
    install: m.install && severable(m.install, (list) => list.map(command)),
    text: m.text && severable(m.text, text),
    extensions: m.extensions?.map(([key, value]) => [integer(key), itemToJson(value)]),
    commonExtensions: m.commonExtensions?.map(([key, value]) => [integer(key), itemToJson(value)]),
  });
}

/** The elements that an envelope carries outside its manifest. */
export function severedToJson(severed: SeveredElements): Json {
  return compact({
    payloadFetch: severed.payloadFetch?.map(command),
    install: severed.install?.map(command),
    text: severed.text && text(severed.text),
  });
}

function command(c: Command): Json {
  switch (c.kind) {
    case 'condition':
    case 'directive':
      return { [c.kind]: shortName(c), policy: c.policy };
    case 'setComponentIndex':
      return { setComponentIndex: typeof c.index === 'bigint' ? integer(c.index) : c.index };
    case 'overrideParameters':
      return { overrideParameters: parameters(c.parameters) };
    case 'tryEach':
      return { tryEach: c.branches.map((branch) => branch?.map(command) ?? null) };
    case 'runSequence':
      return { runSequence: c.commands.map(command) };
    case 'custom':
    case 'unknown':
      return { [c.kind]: c.code, argument: itemToJson(c.argument) };
  }
}

/** "fetch" for suit-directive-fetch; the code itself where the registry has none of that kind. */
function shortName(c: Command & { kind: 'condition' | 'directive' }): string | number {
  const known = commandByCode(c.code);
  return known?.kind === c.kind ? known.name.slice(`suit-${c.kind}-`.length) : c.code;
}

function parameters(p: Parameters): Json {
  return compact({
    vendorId:
      p.vendorId && (p.vendorId instanceof Uint8Array ? toHex(p.vendorId) : { pen: toHex(p.vendorId.pen) }),
    classId: p.classId && toHex(p.classId),
    deviceId: p.deviceId && toHex(p.deviceId),
    imageDigest: p.imageDigest && digest(p.imageDigest),
    imageSize: p.imageSize === undefined ? undefined : integer(p.imageSize),
    componentSlot: p.componentSlot === undefined ? undefined : integer(p.componentSlot),
    strictOrder: p.strictOrder,
    softFailure: p.softFailure,
    content: p.content && toHex(p.content),
    uri: p.uri,
    sourceComponent: p.sourceComponent === undefined ? undefined : integer(p.sourceComponent),
    invokeArguments: p.invokeArguments && toHex(p.invokeArguments),
    fetchArguments: p.fetchArguments && toHex(p.fetchArguments),
    custom: p.custom?.map(([key, value]) => [key, itemToJson(value)]),
  });
}

function text(map: TextMap): Json {
  return map.map((l) => ({
    language: l.language,
    texts: l.texts.map(([key, value]) => [key, value]),
    components: l.components.map((c) => ({
      identifier: component(c.identifier),
      texts: c.texts.map(([key, value]) => [key, value]),
    })),
  }));
}

function component(identifier: ComponentIdentifier): Json {
  return identifier.map(toHex);
}

function digest(d: Digest): Json {
  return { algorithm: d.algorithm, bytes: toHex(d.bytes) };
}

function severable<T extends readonly unknown[]>(element: T | Severed, inline: (element: T) => Json): Json {
  return isSevered(element) ? { severed: digest(element.severed) } : inline(element);
}

/** `{ int }`, `{ text }`, `{ bytes }`, a boolean or null; anything else as its encoding, `{ cbor }`. */
export function itemToJson(item: Item): Json {
  if (item.kind === 'uint' || item.kind === 'nint') return { int: integer(item.value) };
  if (item.kind === 'bstr') return { bytes: toHex(item.bytes) };
  if (item.kind === 'simple' && item.value === 22) return null;
  if (item.kind === 'simple' && (item.value === 20 || item.value === 21)) return item.value === 21;
  if (item.kind === 'tstr') {
    const decoded = Buffer.from(item.bytes).toString('utf8');
    if (Buffer.from(decoded, 'utf8').equals(item.bytes)) return { text: decoded };
  }
  return { cbor: toHex(write(plain(item))) };
}

function integer(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

function compact(members: { readonly [name: string]: Json | undefined }): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
