/**
 * The walk behind `explain`: reads head by head, so that what stands before a fault is still shown, and
 * goes on after a fault wherever a byte string says where its content ends.
 *
 * @module
 */

import { type Head, readHead } from '../cbor/head.ts';
import { toHex } from '../cbor/hex.ts';
import type { Bstr, Item, Tstr } from '../cbor/item.ts';
import { notation } from '../cbor/notation.ts';
import { readFirst } from '../cbor/read.ts';
import { shortestWidth } from '../cbor/write.ts';
import { type ExplainedLine, printable } from './explain-line.ts';
import { type Place, type Shape, tagName } from './explain-shapes.ts';
import { decodeText } from './read-types.ts';

/** Where the walk is, and how its next line begins and ends. */
export interface Frame {
  /** The offset that the next line is given. */
  readonly start: number;
  readonly prefix: string;
  readonly suffix: string;
  readonly depth: number;
  /** How many items are open, wrapped ones included. */
  readonly level: number;
}

export interface Walk {
  readonly bytes: Uint8Array;
  readonly lines: ExplainedLine[];
  readonly add: (line: ExplainedLine) => void;
  readonly fail: (code: string, message: string, offset: number, depth: number) => undefined;
  readonly trailing: (from: number, to: number, depth: number) => void;
  readonly maxLines: number;
  /** Where a byte of `bytes` stands in the whole input. */
  readonly at: (offset: number) => number;
}

const maxLevel = 200;
const shownBytes = 64;
const shownText = 600;

/** `fixed` is the one offset for a walk over bytes that are no plain part of the input. */
export function startWalk(
  bytes: Uint8Array,
  maxLines: number,
  lines: ExplainedLine[] = [],
  fixed?: number,
): Walk {
  const at = (offset: number) => fixed ?? offset;
  const add = (line: ExplainedLine) => {
    lines.push({ ...line, offset: at(line.offset), end: at(line.end), text: printable(line.text) });
  };
  const fail = (code: string, message: string, offset: number, depth: number): undefined => {
    const here = toHex(bytes.subarray(offset, offset + 8));
    const text = `${code}: ${message}${here === '' ? '' : ` (here: ${here})`}`;
    add({ offset, end: Math.min(offset + 1, bytes.length), depth, text, mark: 'error' });
  };
  const trailing = (from: number, to: number, depth: number) => {
    const rest = shortHex(bytes.subarray(from, to));
    const text = `trailing-data: ${to - from} bytes follow the data item: ${rest}`;
    add({ offset: from, end: to, depth, text, mark: 'error' });
  };
  return { bytes, lines, add, fail, trailing, maxLines, at };
}

/** Explains the item at `at`; gives its end, or undefined where nothing after it can be read. */
export function walkItem(w: Walk, at: number, limit: number, shape: Shape, f: Frame): number | undefined {
  if (isFull(w)) return stop(w, at, f, 'limit-count', 'the explanation ends here, it has too many lines');
  if (f.level > maxLevel) return stop(w, at, f, 'limit-depth', `more than ${maxLevel} items are open`);
  const head = readHead(w.bytes.subarray(0, limit), at);
  if ('code' in head) return stop(w, head.offset, f, head.code, head.message);
  if (head.major === 2 && shape.wrapped !== undefined) return walkWrapped(w, head, limit, shape, f);
  if (head.major === 4 || head.major === 5) {
    const inline = isUnknown(shape) ? shortLine(w, at, limit) : undefined;
    if (inline === undefined) return walkContainer(w, head, limit, shape, f);
    w.add({ offset: f.start, end: inline.end, depth: f.depth, text: f.prefix + inline.text + f.suffix });
    return inline.end;
  }
  if (head.major === 6) {
    const name = label(tagName(head.argument));
    const prefix = `${f.prefix}${name}${head.argument}${form(head)}(`;
    const inner = shape.tagged?.(head.argument) ?? {};
    return walkItem(w, head.end, limit, inner, { ...f, prefix, suffix: `)${f.suffix}`, level: f.level + 1 });
  }
  return walkLeaf(w, head, limit, shape, f);
}

function walkLeaf(w: Walk, head: Head, limit: number, shape: Shape, f: Frame): number | undefined {
  const read = readFirst(w.bytes.subarray(head.start, limit), { offset: head.start });
  if (!read.ok) {
    stop(w, read.error.offset, f, read.error.code, read.error.message);
    const isString = read.error.code === 'length-over' && read.error.offset === head.start;
    if (isString && head.end < limit) {
      const text = `what is there of it: ${shortHex(w.bytes.subarray(head.end, limit))}`;
      w.add({ offset: head.end, end: limit, depth: f.depth + 1, text });
    }
    return undefined;
  }
  const { item } = read;
  const end = head.start + read.end;
  const name = item.kind === 'uint' || item.kind === 'nint' ? shape.names?.(item.value) : undefined;
  const text = f.prefix + leafText(item) + f.suffix + (name === undefined ? '' : ` / ${name} /`);
  w.add({ offset: f.start, end, depth: f.depth, text });
  if (item.kind === 'tstr' && decodeText(item.bytes) === undefined) {
    w.fail('cbor-invalid', 'the text is not valid UTF-8', head.start, f.depth);
  }
  return end;
}

/** A byte string with an item inside. Whatever that is, reading goes on where the string ends. */
function walkWrapped(w: Walk, head: Head, limit: number, shape: Shape, f: Frame): number | undefined {
  if (head.info === 31) return walkChunked(w, head, limit, shape, f);
  const left = limit - head.end;
  const opened = `${f.prefix}<<${form(head)} `;
  if (head.argument > BigInt(left)) {
    const message = `a string head claims ${head.argument} bytes, ${left} are left`;
    stop(w, head.start, { ...f, prefix: opened }, 'length-over', message);
    const inside = { start: head.end, prefix: '', suffix: '', depth: f.depth + 1, level: f.level + 1 };
    if (left > 0) walkItem(w, head.end, limit, shape.wrapped ?? {}, inside);
    return undefined;
  }
  const end = head.end + Number(head.argument);
  if (end === head.end) {
    w.add({ offset: f.start, end, depth: f.depth, text: `${f.prefix}<<${form(head)} >>${f.suffix}` });
    if (!shape.mayBeEmpty)
      w.fail('truncated', 'the byte string should hold a data item', head.start, f.depth);
    return end;
  }
  const inside = { ...f, prefix: opened, suffix: ` >>${f.suffix}`, level: f.level + 1 };
  const read = walkItem(w, head.end, end, shape.wrapped ?? {}, inside);
  if (read !== undefined && read < end) w.trailing(read, end, f.depth + 1);
  return isFull(w) ? undefined : end;
}

/** Chunks have heads between them: all lines inside get the offset of the string. */
function walkChunked(w: Walk, head: Head, limit: number, shape: Shape, f: Frame): number | undefined {
  const read = readFirst(w.bytes.subarray(head.start, limit), { offset: head.start });
  if (!read.ok) return stop(w, read.error.offset, f, read.error.code, read.error.message);
  const content = (read.item as Bstr).bytes;
  const inner = startWalk(content, w.maxLines, w.lines, w.at(head.start));
  const inside = { ...f, prefix: `${f.prefix}(_ << `, suffix: ` >>)${f.suffix}`, level: f.level + 1 };
  const end = walkItem(inner, 0, content.length, shape.wrapped ?? {}, inside);
  if (end !== undefined && end < content.length) inner.trailing(end, content.length, f.depth + 1);
  return head.start + read.end;
}

function walkContainer(w: Walk, head: Head, limit: number, shape: Shape, f: Frame): number | undefined {
  const [open, close] = head.major === 4 ? ['[', ']'] : ['{', '}'];
  const isIndefinite = head.info === 31;
  const needed = head.major === 5 ? 2n * head.argument : head.argument;
  const isOver = needed > BigInt(limit - head.end);
  if (needed === 0n && !isIndefinite) {
    w.add({ offset: f.start, end: head.end, depth: f.depth, text: `${f.prefix}${open}${close}${f.suffix}` });
    return head.end;
  }
  const text = `${f.prefix}${open}${isIndefinite ? '_' : form(head)}`;
  w.add({ offset: f.start, end: head.end, depth: f.depth, text });
  if (isOver) {
    const message = `a head claims ${needed} items, ${limit - head.end} bytes are left`;
    w.fail('count-over', message, head.start, f.depth);
  }
  const inside = { limit, shape, depth: f.depth + 1, level: f.level + 1 };
  const at = head.major === 4 ? walkElements(w, head, inside, isOver) : walkEntries(w, head, inside, isOver);
  if (at === undefined) return undefined;
  w.add({ offset: at, end: at, depth: f.depth, text: close + f.suffix });
  return at;
}

interface Inside {
  readonly limit: number;
  readonly shape: Shape;
  readonly depth: number;
  readonly level: number;
}

function walkElements(w: Walk, head: Head, inside: Inside, isOver: boolean): number | undefined {
  const { limit, shape, depth, level } = inside;
  let at = head.end;
  for (let i = 0; head.info === 31 || BigInt(i) < head.argument; i++) {
    if (head.info === 31 && w.bytes[at] === 0xff && at < limit) return at + 1;
    if (isOver && at >= limit) return undefined;
    const start = at;
    let prefix = '';
    let place: Place = shape.items?.(i) ?? { shape: {} };
    if (shape.argument !== undefined) {
      const code = readFirst(w.bytes.subarray(at, limit), { offset: at });
      if (code.ok && (code.item.kind === 'uint' || code.item.kind === 'nint')) {
        place = shape.argument(code.item.value);
        prefix = `${leafText(code.item)}, `;
        at += code.end;
        i += 1;
        const isLast = head.info === 31 ? w.bytes[at] === 0xff : BigInt(i) >= head.argument;
        if (isLast) {
          w.add({ offset: start, end: at, depth, text: label(place.name) + leafText(code.item) });
          w.fail('command-malformed', 'the command has no argument', start, depth);
          continue;
        }
      }
    }
    const isLast = head.info !== 31 && BigInt(i + 1) >= head.argument;
    const frame = { start, prefix: label(place.name) + prefix, suffix: isLast ? '' : ',', depth, level };
    const end = walkItem(w, at, limit, place.shape, frame);
    if (end === undefined) return undefined;
    at = end;
  }
  return at;
}

function walkEntries(w: Walk, head: Head, inside: Inside, isOver: boolean): number | undefined {
  const { limit, shape, depth, level } = inside;
  let at = head.end;
  let previous: Uint8Array | undefined;
  for (let i = 0; head.info === 31 || BigInt(i) < head.argument; i++) {
    if (head.info === 31 && w.bytes[at] === 0xff && at < limit) return at + 1;
    if (isOver && at >= limit) return undefined;
    const read = readFirst(w.bytes.subarray(at, limit), { offset: at });
    if (!read.ok) return w.fail(read.error.code, read.error.message, read.error.offset, depth);
    const value = at + read.end;
    const key = w.bytes.subarray(at, value);
    if (shape.ordered) checkOrder(w, previous, key, at, depth);
    previous = key;
    const place = shape.members?.(read.item) ?? { shape: {} };
    const prefix = `${label(place.name)}${cut(leafText(read.item), shownText)}: `;
    const isLast = head.info !== 31 && BigInt(i + 1) >= head.argument;
    const frame = { start: at, prefix, suffix: isLast ? '' : ',', depth, level };
    const end = walkItem(w, value, limit, place.shape, frame);
    if (end === undefined) return undefined;
    at = end;
  }
  return at;
}

/** §8.1 asks for the order of RFC 8949 §4.2.1; a key that comes twice is invalid (§5.6). */
function checkOrder(
  w: Walk,
  previous: Uint8Array | undefined,
  key: Uint8Array,
  at: number,
  depth: number,
): void {
  const order = previous === undefined ? -1 : Buffer.compare(previous, key);
  if (order === 0) w.fail('cbor-invalid', 'this key comes twice', at, depth);
  if (order > 0) w.fail('non-deterministic', 'this key should stand before the one above', at, depth);
}

function isFull(w: Walk): boolean {
  return w.lines.length >= w.maxLines;
}

/** Prints what is pending, then the fault. */
function stop(w: Walk, offset: number, f: Frame, code: string, message: string): undefined {
  const pending = f.prefix.trimEnd();
  if (pending !== '') w.add({ offset: f.start, end: offset, depth: f.depth, text: pending });
  return w.fail(code, message, offset, pending === '' ? f.depth : f.depth + 1);
}

/** A container that nothing is known of, where it fits on a line. */
function shortLine(w: Walk, at: number, limit: number): { text: string; end: number } | undefined {
  const read = readFirst(w.bytes.subarray(at, Math.min(limit, at + 80)), { offset: at });
  if (!read.ok) return undefined;
  const text = notation(read.item);
  return text.length > 80 ? undefined : { text, end: at + read.end };
}

function leafText(item: Item): string {
  if (item.kind === 'bstr' && item.bytes.length > shownBytes) return shortHex(item.bytes);
  return item.kind === 'tstr' ? shortText(item) : notation(item);
}

function shortHex(bytes: Uint8Array): string {
  if (bytes.length <= shownBytes) return `h'${toHex(bytes)}'`;
  return `h'${toHex(bytes.subarray(0, shownBytes))}...' / ${bytes.length} bytes /`;
}

function shortText(item: Tstr): string {
  const text = item.bytes.length > shownText ? decodeText(item.bytes) : undefined;
  if (text === undefined) return item.bytes.length > shownText ? shortHex(item.bytes) : notation(item);
  return `${JSON.stringify([...text].slice(0, shownText).join(''))}... / ${item.bytes.length} bytes /`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`;
}

/** `_0` to `_3` where the head is longer than it need be (RFC 8949 §8.1). */
function form(head: Head): string {
  return head.width === shortestWidth(head.argument) ? '' : `_${Math.log2(head.width)}`;
}

function label(name: string | undefined): string {
  return name === undefined ? '' : `/ ${name} / `;
}

function isUnknown(shape: Shape): boolean {
  return shape.items === undefined && shape.members === undefined && shape.argument === undefined;
}
