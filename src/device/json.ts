/**
 * Recipients, deliveries, states and decisions as JSON: the same field names, bytes as lower-case
 * hexadecimal, bigints as decimal strings. The shapes are those of docs/schemas.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { fromHex, toHex } from '../cbor/hex.ts';
import { jsonSchema } from '../json-schema.ts';
import type { Decision } from './decision.ts';
import type { Delivery } from './delivery.ts';
import type { Recipient, RecipientState } from './recipient.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function recipientToJson(recipient: Recipient): Json {
  return toJson(recipient);
}

/** The text that JSON.stringify makes of `recipientToJson`. */
export function recipientToText(recipient: Recipient): string {
  let text = '';
  const sink: JsonSink = {
    text: (piece) => {
      text += piece;
    },
    hex: (bytes) => {
      text += toHex(bytes);
    },
  };
  const rest = write(recipient, sink, '');
  return text + rest;
}

export function deliveryToJson(delivery: Delivery): { readonly [key: string]: Json } {
  return toJson(delivery) as { readonly [key: string]: Json };
}

/** Takes JSON piece by piece: text as it stands, and bytes that are to become hexadecimal digits. */
export interface JsonSink {
  text(piece: string): void;
  hex(bytes: Uint8Array): void;
}

/**
 * The fields of `deliveryToJson` after those of `head`, which is the text of an object up to its closing brace. What is
 * still unwritten at the end is returned, so that the caller's next words travel with it. Nothing is copied twice, since
 * all traffic of processes goes through here.
 */
export function writeDelivery(delivery: Delivery, sink: JsonSink, head: string): string {
  return writeFields(delivery as unknown as Fields, sink, head, ',');
}

export function stateToJson(state: RecipientState): Json {
  return toJson(state);
}

export function decisionToJson(decision: Decision): Json {
  return toJson(decision);
}

/** Throws BenchError `json-recipient`, naming the field. */
export function recipientFromJson(json: unknown): Recipient {
  demand('json-recipient', jsonSchema('open').check({ type: 'open', session: 1, recipient: json }));
  return fromJson(json) as Recipient;
}

/** Throws BenchError `json-delivery`, naming the field. */
export function deliveryFromJson(json: unknown): Delivery {
  const fields = typeof json === 'object' && json !== null ? json : {};
  demand('json-delivery', jsonSchema('deliver').check({ type: 'deliver', session: 1, id: 0, ...fields }));
  return fromJson(json) as Delivery;
}

/** Throws BenchError `json-state`, naming the field. */
export function stateFromJson(json: unknown): RecipientState {
  const decision = { type: 'decision', session: 1, id: 0, kind: 'accepted', level: 'installed' };
  demand('json-state', jsonSchema('decision').check({ ...decision, state: { full: json } }));
  return fromJson(json) as RecipientState;
}

/** Field by field, without judging it: `validateDecision` of the transports does. */
export function decisionFromJson(json: unknown): unknown {
  return fromJson(json);
}

function demand(code: string, error: string | undefined): void {
  if (error !== undefined) throw new BenchError(code, error);
}

function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(told(value).map(([key, v]) => [key, toJson(v)]));
}

type Fields = Readonly<Record<string, unknown>>;

/** Writes the value after what is still unwritten before it; returns what is still unwritten after it. */
function write(value: unknown, sink: JsonSink, before: string): string {
  if (typeof value === 'bigint') return `${before}"${value}"`;
  if (typeof value === 'string') return before + quoted(value);
  if (typeof value === 'number' && Number.isFinite(value)) return before + value;
  if (typeof value !== 'object' || value === null) return before + JSON.stringify(value);
  if (value instanceof Uint8Array) {
    sink.text(`${before}"`);
    sink.hex(value);
    return '"';
  }
  if (!Array.isArray(value)) return writeFields(value as Fields, sink, `${before}{`, '');
  let text = `${before}[`;
  let mark = '';
  for (const one of value) {
    text = write(one, sink, text + mark);
    mark = ',';
  }
  return `${text}]`;
}

/** As `write`, of the fields and the closing brace; `first` stands before the first field. */
function writeFields(value: Fields, sink: JsonSink, before: string, first: string): string {
  let text = before;
  let mark = first;
  for (const key in value) {
    const field = value[key];
    if (!isTold(key, field)) continue;
    text = write(field, sink, `${text}${mark}${named(key)}`);
    mark = ',';
  }
  return `${text}}`;
}

/** Characters that stand for themselves. */
const plainText = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return plainText.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Fields' names are few. */
const names = new Map<string, string>();

function named(key: string): string {
  const known = names.get(key);
  if (known !== undefined) return known;
  const name = `${JSON.stringify(key)}:`;
  names.set(key, name);
  return name;
}

function told(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([key, field]) => isTold(key, field));
}

/** `d` is a private scalar: it never leaves this process. */
function isTold(key: string, field: unknown): boolean {
  return field !== undefined && key !== 'd';
}

/** Fields that hold bytes, or lists of bytes, wherever they stand. */
const byteFields = new Set([
  'kid',
  'x',
  'y',
  'k',
  'pub',
  'bytes',
  'installed',
  'envelope',
  'candidates',
  'arguments',
  'sha256',
  'identifier',
  'prefix',
  'vendorIds',
  'pens',
  'classIds',
  'deviceIds',
]);

/** Fields that hold a bigint, wherever they stand. */
const bigintFields = new Set(['sequenceNumber', 'size', 'now']);

function fromJson(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => fromJson(one, key));
  if (typeof value === 'string') {
    if (byteFields.has(key)) return fromHex(value);
    return bigintFields.has(key) ? BigInt(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (byteFields.has(key))
    throw new BenchError('json-bytes', `${key}: wanted hexadecimal; files are for processes only`);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fromJson(v, k)]));
}
