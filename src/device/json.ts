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

export function deliveryToJson(delivery: Delivery): { readonly [key: string]: Json } {
  return toJson(delivery) as { readonly [key: string]: Json };
}

/** The text that JSON.stringify makes of `deliveryToJson`; nothing is copied twice, since all traffic goes through here. */
export function deliveryToText(delivery: Delivery): string {
  return textOf(delivery);
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

function textOf(value: unknown): string {
  if (typeof value === 'bigint') return `"${value}"`;
  if (value instanceof Uint8Array) return `"${toHex(value)}"`;
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  for (const [key, field] of told(value))
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${textOf(field)}`;
  return `{${text}}`;
}

function told(value: object): readonly (readonly [string, unknown])[] {
  // `d` is a private scalar: it never leaves this process.
  return Object.entries(value).filter(([key, field]) => field !== undefined && key !== 'd');
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
