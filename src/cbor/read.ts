/**
 * The lossless reader: bytes to items, refusing what is not well-formed (RFC 8949 §3 and appendix F).
 *
 * It accepts duplicate keys, invalid UTF-8 and every non-preferred form: validity is for others. It never
 * recurses, and never allocates by a length or a count that the bytes only claim. Byte strings of an item
 * are views of the input, not copies.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import type { CborError, CborErrorCode } from './error.ts';
import { argumentOf, fillHead, type HeadRoom, headRoom } from './head.ts';
import { join } from './hex.ts';
import {
  type CborMap,
  type Chunk,
  type Entry,
  type Item,
  type List,
  nil,
  type Tag,
  type Width,
} from './item.ts';
import { shortestWidth } from './write.ts';

export interface ReadOptions {
  /** Arrays, maps and tags that may be open at once; default 64. */
  readonly maxDepth?: number;
  /** Heads that may be read in one call, chunks included; default 100,000. */
  readonly maxItems?: number;
  /** Added to every place and error offset, where `bytes` are a part of something larger; default 0. */
  readonly offset?: number;
}

/** `end` is the index in `bytes` after the item; `offset` is not added to it. */
export type ReadResult =
  | { readonly ok: true; readonly item: Item; readonly end: number }
  | { readonly ok: false; readonly error: CborError };

export type ReadSequenceResult =
  | { readonly ok: true; readonly items: Item[] }
  | { readonly ok: false; readonly error: CborError; readonly items: Item[] };

/** Reads exactly one item; bytes after it are an error. */
export function readItem(bytes: Uint8Array, options?: ReadOptions): ReadResult {
  const result = readFirst(bytes, options);
  if (!result.ok || result.end === bytes.length) return result;
  const message = `${bytes.length - result.end} bytes follow the data item`;
  return {
    ok: false,
    error: { code: 'trailing-data', offset: result.end + (options?.offset ?? 0), message },
  };
}

/** Reads the first item and leaves alone what follows. */
export function readFirst(bytes: Uint8Array, options?: ReadOptions): ReadResult {
  const reader = openReader(bytes, options);
  const item = readOne(reader);
  return item === undefined ? { ok: false, error: faultOf(reader) } : { ok: true, item, end: reader.at };
}

/** Reads items to the end (RFC 8742); an error comes with the items before it. */
export function readSequence(bytes: Uint8Array, options?: ReadOptions): ReadSequenceResult {
  const items: Item[] = [];
  const reader = openReader(bytes, options);
  while (reader.at < bytes.length) {
    const item = readOne(reader);
    if (item === undefined) return { ok: false, error: faultOf(reader), items };
    items.push(item);
  }
  return { ok: true, items };
}

interface Reader {
  readonly bytes: Uint8Array;
  readonly maxDepth: number;
  readonly offset: number;
  /** The index of the next byte. */
  at: number;
  headsLeft: number;
  /** The innermost that is not complete, and how many there are. */
  open: Frame | undefined;
  depth: number;
  /** Ends the reading: what reads answers `undefined` from here on. */
  fault: CborError | undefined;
}

/** The head read last. Reading never waits, so that one is enough. */
const head = headRoom();

function openReader(bytes: Uint8Array, options: ReadOptions | undefined): Reader {
  return {
    // A plain view, so that the items of a Buffer hold Uint8Arrays like all others.
    bytes: isPlain(bytes) ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    maxDepth: options?.maxDepth ?? 64,
    offset: options?.offset ?? 0,
    at: 0,
    headsLeft: options?.maxItems ?? 100_000,
    open: undefined,
    depth: 0,
    fault: undefined,
  };
}

function isPlain(bytes: Uint8Array): boolean {
  return Object.getPrototypeOf(bytes) === Uint8Array.prototype;
}

/** An array, map or tag whose end has not been reached. */
interface Frame {
  readonly parent: Frame | undefined;
  /** As it will be, but for what is still to come. */
  readonly item: Unfinished;
  /** Of a map: the last key, while it has no value yet. */
  key: Item | undefined;
  /** Items of an array or tag, entries of a map that are there already. */
  filled: number;
  /** Items still to come; below zero where only a break ends them. */
  missing: number;
}

type Unfinished = (Open<List> & { items: Item[] }) | (Open<CborMap> & { entries: Entry[] }) | Open<Tag>;

type Open<T> = { -readonly [Field in keyof T]: T[Field] } & { start: number };

function readOne(reader: Reader): Item | undefined {
  for (;;) {
    let done = readNext(reader);
    if (reader.fault !== undefined) return undefined;

    while (done !== undefined) {
      const parent = reader.open;
      if (parent === undefined) return done;
      adopt(parent, done);
      if (parent.missing !== 0) break;
      done = closeFrame(reader, parent);
    }
  }
}

/** Reads a head and what belongs to it: the item that is complete with it, if one is. */
function readNext(reader: Reader): Item | undefined {
  if (!nextHead(reader)) return undefined;
  if (isBreak()) return closeAtBreak(reader);
  return head.major >= 4 && head.major <= 6 ? openFrame(reader) : readLeaf(reader);
}

function adopt(frame: Frame, child: Item): void {
  frame.missing -= 1;
  const { item } = frame;
  if (item.kind === 'array') item.items[frame.filled++] = child;
  else if (item.kind === 'tag') item.item = child;
  else if (frame.key === undefined) frame.key = child;
  else {
    item.entries[frame.filled++] = [frame.key, child];
    frame.key = undefined;
  }
}

/** False: there is none. */
function nextHead(reader: Reader): boolean {
  if (reader.headsLeft === 0) {
    fault(reader, 'limit-count', reader.at, 'more data items than the limit allows');
    return false;
  }
  reader.headsLeft -= 1;
  const bad = fillHead(reader.bytes, reader.at, head);
  if (bad !== undefined) {
    fault(reader, bad.code, bad.offset, bad.message);
    return false;
  }
  reader.at = head.end;
  return true;
}

/** Opens the frame; an empty container is closed at once and returned. */
function openFrame(reader: Reader): Item | undefined {
  const { major, start } = head;
  const left = reader.bytes.length - head.end;
  const missing = childrenOf(head);
  if (major !== 6 && missing > left) {
    const claimed = (major === 5 ? 2n : 1n) * argumentOf(head);
    return fault(reader, 'count-over', start, `a head claims ${claimed} items, ${left} bytes are left`);
  }
  if (reader.depth >= reader.maxDepth) {
    return fault(reader, 'limit-depth', start, `nested deeper than ${reader.maxDepth}`);
  }
  const frame: Frame = { parent: reader.open, item: unfinished(reader), key: undefined, filled: 0, missing };
  reader.open = frame;
  reader.depth += 1;
  return missing === 0 ? closeFrame(reader, frame) : undefined;
}

function unfinished(reader: Reader): Unfinished {
  const start = head.start + reader.offset;
  if (head.major === 6) return inForm({ kind: 'tag', tag: argumentOf(head), item: nil, start, end: 0 });
  const item: Unfinished =
    head.major === 4
      ? { kind: 'array', items: roomFor<Item>(head.count), start, end: 0 }
      : { kind: 'map', entries: roomFor<Entry>(head.count), start, end: 0 };
  return head.info === 31 ? { ...item, indefinite: true } : inForm(item);
}

/** In one piece where there are few; a count that is only claimed may be large. */
function roomFor<T>(count: number): T[] {
  return count <= 16 ? new Array<T>(count) : [];
}

/** How many items must follow an array, map or tag head; -1 where a break ends them. */
function childrenOf({ major, info, count }: HeadRoom): number {
  if (info === 31) return -1;
  if (major === 6) return 1;
  return major === 5 ? 2 * count : count;
}

function closeAtBreak(reader: Reader): Item | undefined {
  const frame = reader.open;
  if (frame === undefined || frame.item.kind === 'tag' || !frame.item.indefinite) {
    return fault(reader, 'stray-break', head.start, 'a break where nothing of indefinite length is open');
  }
  if (frame.key !== undefined) {
    const start = frame.item.start - reader.offset;
    return fault(reader, 'odd-map', head.start, `the map at ${start} ends after a key`);
  }
  return closeFrame(reader, frame);
}

function closeFrame(reader: Reader, { parent, item }: Frame): Item {
  reader.open = parent;
  reader.depth -= 1;
  item.end = reader.at + reader.offset;
  return item;
}

/** An item without children: integer, string, simple value or float. */
function readLeaf(reader: Reader): Item | undefined {
  const { major, width } = head;
  if (major === 2 || major === 3) return readString(reader);
  const start = head.start + reader.offset;
  const end = head.end + reader.offset;
  if (major === 0) return inForm({ kind: 'uint', value: argumentOf(head), start, end });
  if (major === 1) return inForm({ kind: 'nint', value: -1n - argumentOf(head), start, end });
  if (width === 0 || width === 1) return { kind: 'simple', value: head.count, start, end };
  return { kind: 'float', bits: argumentOf(head), width, start, end };
}

function readString(reader: Reader): Item | undefined {
  const start = head.start + reader.offset;
  const kind = head.major === 2 ? 'bstr' : 'tstr';
  if (head.info === 31) {
    const chunks = readChunks(reader);
    if (chunks === undefined) return undefined;
    const bytes = join(chunks.map((chunk) => chunk.bytes));
    return { kind, bytes, chunks, start, end: reader.at + reader.offset };
  }
  const bytes = readContent(reader);
  if (bytes === undefined) return undefined;
  return inForm({ kind, bytes, start, end: reader.at + reader.offset });
}

/** Chunks are definite-length strings of the same major type (RFC 8949 §3.2.3). */
function readChunks(reader: Reader): Chunk[] | undefined {
  const { major, start } = head;
  const chunks: Chunk[] = [];
  for (;;) {
    if (!nextHead(reader)) return undefined;
    if (isBreak()) return chunks;
    if (head.major !== major || head.info === 31) {
      return fault(reader, 'bad-chunk', head.start, `not a chunk of the string at ${start}`);
    }
    const bytes = readContent(reader);
    if (bytes === undefined) return undefined;
    chunks.push(inForm({ bytes }));
  }
}

function readContent(reader: Reader): Uint8Array | undefined {
  const left = reader.bytes.length - head.end;
  if (head.count > left) {
    const message = `a string head claims ${argumentOf(head)} bytes, ${left} are left`;
    return fault(reader, 'length-over', head.start, message);
  }
  reader.at = head.end + head.count;
  return reader.bytes.subarray(head.end, reader.at);
}

/** The width is recorded only where it is not the shortest, so that equal items built by hand compare equal. */
function inForm<const T extends object>(item: T): T & { readonly width?: Width } {
  const { width } = head;
  if (width === 0 || width === shortestWidth(width >= 4 ? head.long : head.count)) return item;
  return { ...item, width };
}

function isBreak(): boolean {
  return head.major === 7 && head.info === 31;
}

function fault(reader: Reader, code: CborErrorCode, offset: number, message: string): undefined {
  reader.fault = { code, offset: offset + reader.offset, message };
}

function faultOf({ fault: noted }: Reader): CborError {
  if (noted !== undefined) return noted;
  throw new BenchError('reader', 'nothing was read, and nothing stood against it', { blame: 'bench' });
}
