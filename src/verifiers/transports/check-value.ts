/**
 * Small checks for values of unknown origin. Each names the field that is wrong.
 *
 * @module
 */
import { capText } from './cap-text.ts';

/** Thrown inside a validation and caught at its end; never leaves this folder. */
export class WrongValue extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function wrong(field: string, wanted: string, got: unknown): never {
  throw new WrongValue(`${field}: wanted ${wanted}, got ${describeValue(got)}`);
}

export function asObject(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    return wrong(field, 'an object', value);
  }
  return value as Fields;
}

export function asList(value: unknown, field: string, limit: number): readonly unknown[] {
  if (!Array.isArray(value)) return wrong(field, 'a list', value);
  if (value.length > limit) return wrong(field, `at most ${limit} elements`, value);
  return value;
}

export function asText(value: unknown, field: string, limit: number): string {
  if (typeof value !== 'string') return wrong(field, 'a text', value);
  if (value.length > limit) return wrong(field, `at most ${limit} characters`, value);
  return value;
}

/** A whole number that a double holds exactly; codes may be negative. */
export function asInteger(value: unknown, field: string): number {
  return Number.isSafeInteger(value) ? (value as number) : wrong(field, 'a whole number', value);
}

/** A finite number, 0 or more. */
export function asCount(value: unknown, field: string): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
    ? value
    : wrong(field, 'a finite number, 0 or more', value);
}

/** A bigint, 0 or more and below 2^64. */
export function asUint64(value: unknown, field: string): bigint {
  return typeof value === 'bigint' && value >= 0n && value < 1n << 64n
    ? value
    : wrong(field, 'a bigint of 0 … 2^64-1', value);
}

export function asBytes(value: unknown, field: string): Uint8Array {
  return value instanceof Uint8Array ? value : wrong(field, 'a Uint8Array', value);
}

export function asMember<T extends string>(value: unknown, field: string, known: readonly T[]): T {
  return (known as readonly unknown[]).includes(value)
    ? (value as T)
    : wrong(field, `one of ${known.join(', ')}`, value);
}

/** `{ [key]: check(value) }`, or nothing where the field is absent. */
export function optional<K extends string, T>(
  fields: Fields,
  key: K,
  parent: string,
  check: (value: unknown, field: string) => T,
): { readonly [key in K]?: T } {
  const value = fields[key];
  if (value === undefined) return {};
  return { [key]: check(value, `${parent}${key}`) } as { readonly [key in K]?: T };
}

/** The result of a validation, or one sentence about the first thing wrong. */
export type Checked<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'wrong'; readonly error: string };

export function check<T>(validate: () => T): Checked<T> {
  try {
    return { kind: 'ok', value: validate() };
  } catch (thrown) {
    // Reading a foreign object's fields may itself throw (getters, proxies): wrong all the same.
    const error = thrown instanceof WrongValue ? thrown.message : `cannot be read: ${String(thrown)}`;
    return { kind: 'wrong', error: capText(error) };
  }
}

/** In a few words, without looking into it: it may be large, deep or hostile. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'string') return capText(JSON.stringify(value), 80);
  if (typeof value === 'bigint') return `the bigint ${capText(value.toString(), 80)}`;
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
