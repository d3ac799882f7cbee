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
import { type Head, type HeadRoom, headRoom, readHead } from './head.ts';
import { join } from './hex.ts';
import type { CborMap, Chunk, Entry, Item, List, Span, Width } from './item.ts';
import { shortestWidth } from './write.ts';

export interface ReadOptions {
  /** Arrays, maps and tags that may be open at once; default 64. */
  readonly maxDepth?: number;
  /** Heads that may be read in one call, chunks included; default 100,000. */
  readonly maxItems?: number;
  /** Added to every span and error offset, where `bytes` are a part of something larger; default 0. */
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
  /** The head read last. */
  readonly head: HeadRoom;
  /** The innermost that is not complete. */
  open: Frame | undefined;
  /** Ends the reading: what reads answers `undefined` from here on. */
  fault: CborError | undefined;
}

function openReader(bytes: Uint8Array, options: ReadOptions = {}): Reader {
  return {
    // A plain view, so that the items of a Buffer hold Uint8Arrays like all others.
    bytes: Buffer.isBuffer(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes,
    maxDepth: options.maxDepth ?? 64,
    offset: options.offset ?? 0,
    at: 0,
    headsLeft: options.maxItems ?? 100_000,
    head: headRoom(),
    open: undefined,
    fault: undefined,
  };
}

/** An array, map or tag whose end has not been reached. */
interface Frame extends Pick<Head, 'major' | 'info' | 'argument' | 'width' | 'start'> {
  readonly parent: Frame | undefined;
  readonly depth: number;
  /** Items of an array or tag; entries of a map, and its last key while that has no value yet. */
  readonly items: Item[];
  readonly entries: Entry[];
  key: Item | undefined;
  /** Below zero where only a break ends it. */
  missing: number;
}

function readOne(reader: Reader): Item | undefined {
  for (;;) {
    const head = nextHead(reader);
    if (head === undefined) return undefined;

    let done: Item | undefined;
    if (isBreak(head)) done = closeAtBreak(reader, head);
    else if (head.major >= 4 && head.major <= 6) done = openFrame(reader, head);
    else done = readLeaf(reader, head);
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

function adopt(frame: Frame, child: Item): void {
  frame.missing -= 1;
  if (frame.major !== 5) frame.items.push(child);
  else if (frame.key === undefined) frame.key = child;
  else {
    frame.entries.push([frame.key, child]);
    frame.key = undefined;
  }
}

function nextHead(reader: Reader): Head | undefined {
  if (reader.headsLeft === 0) {
    return fault(reader, 'limit-count', reader.at, 'more data items than the limit allows');
  }
  reader.headsLeft -= 1;
  const head = readHead(reader.bytes, reader.at, reader.head);
  if ('code' in head) return fault(reader, head.code, head.offset, head.message);
  reader.at = head.end;
  return head;
}

/** Opens the frame; an empty container is closed at once and returned. */
function openFrame(reader: Reader, head: Head): Item | undefined {
  const { major, info, argument, width, start } = head;
  const left = reader.bytes.length - head.end;
  const missing = childrenOf(head);
  if (major !== 6 && missing > left) {
    const claimed = major === 5 ? 2n * argument : argument;
    return fault(reader, 'count-over', start, `a head claims ${claimed} items, ${left} bytes are left`);
  }
  const parent = reader.open;
  const depth = parent === undefined ? 1 : parent.depth + 1;
  if (depth > reader.maxDepth) {
    return fault(reader, 'limit-depth', start, `nested deeper than ${reader.maxDepth}`);
  }
  const items: Item[] = major === 5 ? none : [];
  const entries: Entry[] = major === 5 ? [] : none;
  const frame: Frame = {
    major,
    info,
    argument,
    width,
    start,
    parent,
    depth,
    items,
    entries,
    key: undefined,
    missing,
  };
  reader.open = frame;
  return missing === 0 ? closeFrame(reader, frame) : undefined;
}

/** Never written to. */
const none: never[] = [];

/** How many items must follow an array, map or tag head (rounded beyond 2^53); -1 where a break ends them. */
function childrenOf(head: Head): number {
  if (head.info === 31) return -1;
  if (head.major === 6) return 1;
  return (head.major === 5 ? 2 : 1) * Number(head.argument);
}

function closeAtBreak(reader: Reader, { start }: Head): Item | undefined {
  const frame = reader.open;
  if (frame === undefined || frame.info !== 31) {
    return fault(reader, 'stray-break', start, 'a break where nothing of indefinite length is open');
  }
  if (frame.key !== undefined) {
    return fault(reader, 'odd-map', start, `the map at ${frame.start} ends after a key`);
  }
  return closeFrame(reader, frame);
}

function closeFrame(reader: Reader, frame: Frame): Item {
  reader.open = frame.parent;
  const { major, info, argument, items, entries, start } = frame;
  const span = spanFrom(reader, start);
  if (major === 6) return inForm(frame, { kind: 'tag', tag: argument, item: items[0]!, span });
  const item: List | CborMap = major === 4 ? { kind: 'array', items, span } : { kind: 'map', entries, span };
  return info === 31 ? { ...item, indefinite: true } : inForm(frame, item);
}

/** An item without children: integer, string, simple value or float. */
function readLeaf(reader: Reader, head: Head): Item | undefined {
  const { major, argument } = head;
  if (major === 2 || major === 3) return readString(reader, head);
  const span = spanFrom(reader, head.start);
  if (major === 0) return inForm(head, { kind: 'uint', value: argument, span });
  if (major === 1) return inForm(head, { kind: 'nint', value: -1n - argument, span });
  if (head.width === 0 || head.width === 1) return { kind: 'simple', value: Number(argument), span };
  return { kind: 'float', bits: argument, width: head.width, span };
}

function readString(reader: Reader, head: Head): Item | undefined {
  const { start } = head;
  const kind = head.major === 2 ? 'bstr' : 'tstr';
  if (head.info === 31) {
    const chunks = readChunks(reader, head);
    if (chunks === undefined) return undefined;
    const bytes = join(chunks.map((chunk) => chunk.bytes));
    return { kind, bytes, chunks, span: spanFrom(reader, start) };
  }
  const bytes = readContent(reader, head);
  if (bytes === undefined) return undefined;
  return inForm(head, { kind, bytes, span: spanFrom(reader, start) });
}

/** Chunks are definite-length strings of the same major type (RFC 8949 §3.2.3). */
function readChunks(reader: Reader, { major, start }: Head): Chunk[] | undefined {
  const chunks: Chunk[] = [];
  for (;;) {
    const head = nextHead(reader);
    if (head === undefined) return undefined;
    if (isBreak(head)) return chunks;
    if (head.major !== major || head.info === 31) {
      return fault(reader, 'bad-chunk', head.start, `not a chunk of the string at ${start}`);
    }
    const bytes = readContent(reader, head);
    if (bytes === undefined) return undefined;
    chunks.push(inForm(head, { bytes }));
  }
}

function readContent(reader: Reader, head: Head): Uint8Array | undefined {
  const left = reader.bytes.length - head.end;
  const claimed = Number(head.argument);
  if (claimed > left) {
    const message = `a string head claims ${head.argument} bytes, ${left} are left`;
    return fault(reader, 'length-over', head.start, message);
  }
  reader.at = head.end + claimed;
  return reader.bytes.subarray(head.end, reader.at);
}

/** The width is recorded only where it is not the shortest, so that equal items built by hand compare equal. */
function inForm<const T extends object>(
  { width, argument }: Pick<Head, 'width' | 'argument'>,
  item: T,
): T & { readonly width?: Width } {
  return width === 0 || width === shortestWidth(Number(argument)) ? item : { ...item, width };
}

function isBreak(head: Head): boolean {
  return head.major === 7 && head.info === 31;
}

function spanFrom(reader: Reader, start: number): Span {
  return { start: start + reader.offset, end: reader.at + reader.offset };
}

function fault(reader: Reader, code: CborErrorCode, offset: number, message: string): undefined {
  reader.fault = { code, offset: offset + reader.offset, message };
}

function faultOf({ fault: noted }: Reader): CborError {
  if (noted !== undefined) return noted;
  throw new BenchError('reader', 'nothing was read, and nothing stood against it', { blame: 'bench' });
}
