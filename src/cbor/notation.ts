/**
 * Diagnostic notation of items (RFC 8949 §8), with an encoding indicator wherever the form is not the shortest.
 *
 * What the notation has no words for stands in a comment between slashes (RFC 8610 appendix G.6):
 * claims that are not true, text that is not UTF-8, raw bytes, the payload of a NaN.
 *
 * @module
 */

import { floatValue, shortestFloatWidth } from './float.ts';
import { toHex } from './hex.ts';
import type { Bstr, Float, Item, Simple, Tstr, Width, Wrapped } from './item.ts';
import { contentOf, shortestWidth } from './write.ts';

export interface NotationOptions {
  /** Spaces a level; left out or 0: all on one line. */
  readonly indent?: number;
}

export function notation(item: Item, { indent = 0 }: NotationOptions = {}): string {
  const text: string[] = [];
  const pending: Piece[] = [{ item, level: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      text.push(next);
      continue;
    }
    const pieces = piecesOf(next, indent);
    for (let i = pieces.length - 1; i >= 0; i--) pending.push(pieces[i]!);
  }
  return text.join('');
}

/** Text that is ready, or an item still to be written: deep nesting must not cost the call stack. */
type Piece = string | Nested;

interface Nested {
  readonly item: Item;
  readonly level: number;
}

function piecesOf({ item, level }: Nested, indent: number): Piece[] {
  const inside = (child: Item): Nested => ({ item: child, level: level + 1 });
  switch (item.kind) {
    case 'array': {
      const open = `[${containerForm(item, item.items.length)}`;
      const rows = item.items.map((child) => [inside(child)]);
      return enclose(open, rows, ']', level, item.items.every(isLeaf) ? 0 : indent);
    }
    case 'map': {
      const open = `{${containerForm(item, item.entries.length)}`;
      const rows = item.entries.map(([key, value]) => [inside(key), ': ', inside(value)]);
      return enclose(open, rows, '}', level, indent);
    }
    case 'wrapped': {
      const rows = item.items.map((child) => [inside(child)]);
      const close = `>>${wrappedForm(item)}`;
      return enclose('<<', rows, close, level, item.items.every(isLeaf) ? 0 : indent);
    }
    case 'tag':
      return [`${item.tag}${indicator(item.width, item.tag)}(`, { item: item.item, level }, ')'];
    default:
      return [leaf(item)];
  }
}

function enclose(open: string, rows: Piece[][], close: string, level: number, indent: number): Piece[] {
  if (rows.length === 0) return [open, close];
  const newLine = indent > 0 ? `\n${' '.repeat(indent * (level + 1))}` : '';
  const pieces: Piece[] = [indent > 0 ? open.trimEnd() : open, newLine];
  rows.forEach((row, i) => {
    if (i > 0) pieces.push(indent > 0 ? `,${newLine}` : ', ');
    for (const piece of row) pieces.push(piece);
  });
  pieces.push(indent > 0 ? `\n${' '.repeat(indent * level)}${close}` : close);
  return pieces;
}

type Leaf = Exclude<Item, { readonly kind: 'array' | 'map' | 'wrapped' | 'tag' }>;

function isLeaf(item: Item): item is Leaf {
  return item.kind !== 'array' && item.kind !== 'map' && item.kind !== 'wrapped' && item.kind !== 'tag';
}

function leaf(item: Leaf): string {
  switch (item.kind) {
    case 'uint':
      return `${item.value}${indicator(item.width, item.value)}`;
    case 'nint':
      return `${item.value}${indicator(item.width, -1n - item.value)}`;
    case 'bstr':
    case 'tstr':
      return string(item);
    case 'simple':
      return simple(item);
    case 'float':
      return float(item);
    case 'raw':
      return `/raw/ h'${toHex(item.bytes)}'`;
  }
}

function string(item: Bstr | Tstr): string {
  const content = item.kind === 'bstr' ? byteString : textString;
  if (item.chunks === undefined) {
    const head = item.claims ?? BigInt(item.bytes.length);
    return `${content(item.bytes)}${indicator(item.width, head)}${claimed(item.claims, ' ')}`;
  }
  // RFC 8949 §8.1: without chunks, the parentheses would not say which kind of string it is.
  if (item.chunks.length === 0) return item.kind === 'bstr' ? "''_" : '""_';
  const chunks = item.chunks.map(
    ({ bytes, width }) => content(bytes) + indicator(width, BigInt(bytes.length)),
  );
  return `(_ ${chunks.join(', ')})`;
}

function byteString(bytes: Uint8Array): string {
  return `h'${toHex(bytes)}'`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textString(bytes: Uint8Array): string {
  try {
    return quoted(utf8.decode(bytes));
  } catch {
    return `/not UTF-8/ ${byteString(bytes)}`;
  }
}

/** JSON's escapes, and those controls that JSON leaves alone but a terminal or a browser would obey. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const simpleNames: Readonly<Record<number, string>> = {
  20: 'false',
  21: 'true',
  22: 'null',
  23: 'undefined',
};

function simple({ value, width }: Simple): string {
  return `${simpleNames[value] ?? `simple(${value})`}${indicator(width, BigInt(value))}`;
}

function float(item: Float): string {
  const value = floatValue(item);
  const form = item.width === shortestFloatWidth(item) ? '' : `_${Math.log2(item.width)}`;
  if (!Number.isNaN(value)) return `${decimal(value)}${form}`;
  const quiet = { 2: 0x7e00n, 4: 0x7fc0_0000n, 8: 0x7ff8_0000_0000_0000n }[item.width];
  return item.bits === quiet ? `NaN${form}` : `NaN${form} /bits ${item.bits.toString(16)}/`;
}

/** As RFC 8949 appendix A prints them: always with a point, so that it cannot be read as an integer. */
function decimal(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', exponent] = String(value).split('e');
  const pointed = digits.includes('.') ? digits : `${digits}.0`;
  return exponent === undefined ? pointed : `${pointed}e${exponent}`;
}

/** `_0` to `_3`: the argument stands in 1, 2, 4 or 8 bytes although fewer would do (RFC 8949 §8.1). */
function indicator(width: Width | undefined, argument: bigint): string {
  return width === undefined || width === 0 || width === shortestWidth(argument)
    ? ''
    : `_${Math.log2(width)}`;
}

function claimed(claims: bigint | undefined, before = ''): string {
  return claims === undefined ? '' : `${before}/claims ${claims}/`;
}

interface Form {
  readonly width?: Width;
  readonly claims?: bigint;
  readonly indefinite?: true;
}

function containerForm({ width, claims, indefinite }: Form, count: number): string {
  if (indefinite) return '_ ';
  const form = indicator(width, claims ?? BigInt(count));
  return [form, claimed(claims)]
    .filter((part) => part !== '')
    .map((part) => `${part} `)
    .join('');
}

function wrappedForm(item: Wrapped): string {
  if (item.width === undefined && item.claims === undefined) return '';
  const head = item.claims ?? BigInt(contentOf(item).length);
  return `${indicator(item.width, head)}${claimed(item.claims, ' ')}`;
}
