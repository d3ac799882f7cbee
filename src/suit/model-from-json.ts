/**
 * Reads a manifest from the JSON of model-json.ts; what does not fit is a usage error that names the place.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { fromHex } from '../cbor/hex.ts';
import { bool, bstr, type Item, int, nil, tstr } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import type {
  Command,
  ComponentIdentifier,
  Digest,
  Extension,
  Index,
  LanguageText,
  Manifest,
  Parameters,
  Severed,
  SeveredElements,
  TextEntry,
} from './model.ts';
import { plain } from './read-types.ts';
import { commands } from './registry.ts';

export function manifestFromJson(json: unknown): Manifest {
  return members<Manifest>(
    json,
    'manifest',
    { version: integer, sequenceNumber: integer, components: listOf(component) },
    {
      referenceUri: string,
      sharedSequence: listOf(command),
      validate: listOf(command),
      load: listOf(command),
      invoke: listOf(command),
      payloadFetch: severable(listOf(command)),
      install: severable(listOf(command)),
      text: severable(listOf(language)),
      extensions: listOf(extension),
      commonExtensions: listOf(extension),
    },
  );
}

/** The elements that an envelope carries outside its manifest. */
export function severedFromJson(json: unknown): SeveredElements {
  const sequence = listOf(command);
  return members<SeveredElements>(
    json,
    'severed',
    {},
    { payloadFetch: sequence, install: sequence, text: listOf(language) },
  );
}

/** Turns a JSON value at a place into a value, or throws. */
type Reader<T> = (json: unknown, path: string) => T;

function command(json: unknown, path: string): Command {
  const given = object(json, path);
  const kind = Object.keys(given).find((name) => name !== 'policy' && name !== 'argument');
  switch (kind) {
    case 'condition':
    case 'directive': {
      const read = members<{ policy: number; name: number }>(
        { policy: given.policy, name: given[kind] },
        path,
        { policy: number, name: (name, at) => codeOf(kind, name, at) },
        {},
      );
      return { kind, code: read.name, policy: read.policy };
    }
    case 'setComponentIndex':
      return { kind, index: index(given[kind], `${path}.${kind}`) };
    case 'overrideParameters':
      return { kind, parameters: parameters(given[kind], `${path}.${kind}`) };
    case 'tryEach': {
      const branch: Reader<Command[] | null> = (b, at) => (b === null ? null : listOf(command)(b, at));
      return { kind, branches: listOf(branch)(given[kind], `${path}.${kind}`) };
    }
    case 'runSequence':
      return { kind, commands: listOf(command)(given[kind], `${path}.${kind}`) };
    case 'custom':
    case 'unknown':
      return { kind, code: number(given[kind], path), argument: item(given.argument, `${path}.argument`) };
    default:
      return fail(path, 'is not a command');
  }
}

function codeOf(kind: 'condition' | 'directive', name: unknown, path: string): number {
  if (typeof name === 'number') return name;
  const known = commands.find((row) => row.name === `suit-${kind}-${name}`);
  return known?.code ?? fail(path, `names no ${kind}`);
}

function index(json: unknown, path: string): Index {
  if (json === true) return true;
  if (Array.isArray(json)) return listOf(number)(json, path);
  return typeof json === 'string' ? integer(json, path) : number(json, path);
}

function parameters(json: unknown, path: string): Parameters {
  return members<Parameters>(
    json,
    path,
    {},
    {
      vendorId: (v, at) => (typeof v === 'string' ? bytes(v, at) : { pen: bytes(object(v, at).pen, at) }),
      classId: bytes,
      deviceId: bytes,
      imageDigest: digest,
      imageSize: integer,
      componentSlot: integer,
      strictOrder: boolean,
      softFailure: boolean,
      content: bytes,
      uri: string,
      sourceComponent: integer,
      invokeArguments: bytes,
      fetchArguments: bytes,
      custom: listOf((entry, at) => pair(entry, at, number, item)),
    },
  );
}

function language(json: unknown, path: string): LanguageText {
  const texts: Reader<TextEntry[]> = listOf((entry, at) => pair(entry, at, number, string));
  const components = listOf((c, at) => members(c, at, { identifier: component, texts }, {}));
  return members<LanguageText>(json, path, { language: string, texts, components }, {});
}

function component(json: unknown, path: string): ComponentIdentifier {
  return listOf(bytes)(json, path);
}

function digest(json: unknown, path: string): Digest {
  return members<Digest>(json, path, { algorithm: number, bytes }, {});
}

function extension(json: unknown, path: string): Extension {
  return pair(json, path, integer, item);
}

function severable<T>(inline: Reader<T>): Reader<T | Severed> {
  return (json, path) =>
    Array.isArray(json) ? inline(json, path) : members<Severed>(json, path, { severed: digest }, {});
}

function item(json: unknown, path: string): Item {
  if (json === null) return nil;
  if (typeof json === 'boolean') return bool(json);
  const given = object(json, path);
  if ('int' in given) return int(integer(given.int, path));
  if ('text' in given) return tstr(string(given.text, path));
  if ('bytes' in given) return bstr(bytes(given.bytes, path));
  const read = readItem(bytes(given.cbor, path));
  return read.ok ? plain(read.item) : fail(path, `is not CBOR: ${read.error.message}`);
}

/** An object with these members and no others. */
function members<T extends object>(
  json: unknown,
  path: string,
  required: Partial<Readers<T>>,
  optional: Partial<Readers<T>>,
): T {
  const given = object(json, path);
  const readers: Record<string, Reader<unknown>> = { ...required, ...optional } as never;
  const read: Record<string, unknown> = {};
  for (const name of Object.keys(required)) {
    if (given[name] === undefined) fail(path, `lacks "${name}"`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(readers, name)) fail(path, `has the unknown member "${name}"`);
    if (value !== undefined) read[name] = readers[name]!(value, `${path}.${name}`);
  }
  return read as T;
}

type Readers<T> = { readonly [K in keyof T]-?: Reader<Exclude<T[K], undefined>> };

function listOf<T>(element: Reader<T>): Reader<T[]> {
  return (json, path) => {
    if (!Array.isArray(json)) return fail(path, 'is not an array');
    return json.map((value: unknown, i) => element(value, `${path}[${i}]`));
  };
}

function pair<A, B>(json: unknown, path: string, first: Reader<A>, second: Reader<B>): [A, B] {
  if (!Array.isArray(json) || json.length !== 2) return fail(path, 'is not a pair');
  return [first(json[0], `${path}[0]`), second(json[1], `${path}[1]`)];
}

function object(json: unknown, path: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return fail(path, 'is not an object');
  return json as Record<string, unknown>;
}

function string(json: unknown, path: string): string {
  return typeof json === 'string' ? json : fail(path, 'is not text');
}

function boolean(json: unknown, path: string): boolean {
  return typeof json === 'boolean' ? json : fail(path, 'is not a boolean');
}

function number(json: unknown, path: string): number {
  return Number.isSafeInteger(json) ? (json as number) : fail(path, 'is not an integer');
}

function integer(json: unknown, path: string): bigint {
  if (Number.isSafeInteger(json)) return BigInt(json as number);
  return typeof json === 'string' && /^-?[0-9]{1,30}$/.test(json)
    ? BigInt(json)
    : fail(path, 'is not an integer');
}

function bytes(json: unknown, path: string): Uint8Array {
  try {
    return fromHex(string(json, path));
  } catch (cause) {
    if (cause instanceof BenchError) throw cause;
    return fail(path, 'is not hexadecimal');
  }
}

function fail(path: string, problem: string): never {
  throw new BenchError('model-json', `The manifest in JSON is wrong: ${path} ${problem}.`);
}
