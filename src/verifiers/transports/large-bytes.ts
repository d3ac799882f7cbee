/**
 * Bytes of a message put into files where a process asks for that: `{ "path": … }` in place of hexadecimal.
 *
 * @module
 */
import { fromHex } from '../../cbor/hex.ts';
import type { Json } from '../../device/json.ts';
import type { SessionFolder } from './session-folder.ts';

/** Fields that may hold many bytes, or lists of such. */
const large: readonly string[] = ['envelope', 'candidates', 'installed', 'bytes'];

/** The message with files for all that has more than `over` bytes. */
export function withPaths(message: Json, over: number, folder: () => SessionFolder): Json {
  const put = (hex: string): Json => ({ path: folder().writeNext(fromHex(hex)) });
  const walk = (value: Json, key: string): Json => {
    if (typeof value === 'string') return large.includes(key) && value.length > 2 * over ? put(value) : value;
    if (Array.isArray(value)) return value.map((one: Json) => walk(one, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v, k)]));
  };
  return walk(message, '');
}
