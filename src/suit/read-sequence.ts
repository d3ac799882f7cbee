/**
 * Reads command sequences and their parameters (draft-ietf-suit-manifest-37 §8.4.6 to §8.4.11).
 *
 * What the draft lets an interpreter decide (unknown codes, empty branches, how many) is read as it
 * stands; what no interpreter could act on is a failure.
 *
 * @module
 */

import type { Item } from '../cbor/item.ts';
import type { Command, Digest, Index, Parameters } from './model.ts';
import { bad, good, type Result } from './problem.ts';
import {
  each,
  mapped,
  plain,
  readBool,
  readBytes,
  readInt,
  readIntKeyed,
  readList,
  readText,
  readUint,
} from './read-types.ts';
import {
  type CommandRegistration,
  commandByCode,
  type ParameterRegistration,
  parameterByKey,
  parameterKey,
  suitTag,
} from './registry.ts';
import { unwrap } from './unwrap.ts';

export interface SequenceOptions {
  /** How deep try-each and run-sequence may nest; default 16. */
  readonly maxNesting?: number;
}

export const defaultNesting = 16;

/** SUIT_Command_Sequence, unwrapped. */
export function readSequence(item: Item, options: SequenceOptions = {}): Result<Command[]> {
  return sequence(item, options.maxNesting ?? defaultNesting);
}

function sequence(item: Item, nesting: number): Result<Command[]> {
  const list = readList(item, { what: 'the command sequence', reason: 'command-malformed' });
  if (!list.ok) return list;
  const items = list.value;
  if (items.length % 2 === 1)
    return bad('command-malformed', 'the last command has no argument', items.at(-1));
  const pairs = Array.from(
    { length: items.length / 2 },
    (_, i) => [items[2 * i]!, items[2 * i + 1]!] as const,
  );
  return each(pairs, ([code, argument]) => command(code, argument, nesting));
}

function command(codeItem: Item, argument: Item, nesting: number): Result<Command> {
  const read = readInt(codeItem, { what: 'the command code', reason: 'command-malformed' });
  if (!read.ok) return read;
  const code = read.value;
  const known = commandByCode(code);
  if (known !== undefined) return registeredCommand(known, argument, nesting);
  if (code >= 0) return good({ kind: 'unknown', code, argument: plain(argument) });
  if (!isCustomArgument(argument)) {
    return bad('command-malformed', 'the argument of a custom command is a structure', argument);
  }
  return good({ kind: 'custom', code, argument: plain(argument) });
}

function registeredCommand(known: CommandRegistration, argument: Item, nesting: number): Result<Command> {
  const { code, kind, name } = known;
  switch (known.argument) {
    case 'policy':
      return mapped(readPolicy(argument, name), (policy): Command => ({ kind, code, policy }));
    case 'index':
      return mapped(readIndex(argument), (index): Command => ({ kind: 'setComponentIndex', index }));
    case 'parameters':
      return mapped(
        readParameters(argument),
        (parameters): Command => ({ kind: 'overrideParameters', parameters }),
      );
    case 'sequence':
      return mapped(nested(argument, nesting), (commands): Command => ({ kind: 'runSequence', commands }));
    case 'sequences': {
      const list = readList(argument, { what: `the argument of ${name}`, reason: 'command-malformed' });
      if (!list.ok) return list;
      const branches = each(list.value, (b) => (isNil(b) ? good(null) : nested(b, nesting)));
      return mapped(branches, (read): Command => ({ kind: 'tryEach', branches: read }));
    }
  }
}

function nested(wrapper: Item, nesting: number): Result<Command[]> {
  if (nesting === 0) return bad('limit-depth', 'command sequences are nested deeper than the limit', wrapper);
  const inner = unwrap(wrapper, 'command-malformed', 'the nested sequence');
  return inner.ok ? sequence(inner.value, nesting - 1) : inner;
}

/** SUIT_Rep_Policy: four bits (§8.4.7). */
function readPolicy(item: Item, name: string): Result<number> {
  const value = readUint(item, { what: `the reporting policy of ${name}`, reason: 'command-malformed' });
  if (!value.ok) return value;
  if (value.value > 15n)
    return bad('command-malformed', `the reporting policy of ${name} has unknown bits`, item);
  return good(Number(value.value));
}

/** IndexArg (§6.5). */
export function readIndex(item: Item): Result<Index> {
  if (item.kind === 'simple' && item.value === 21) return good(true);
  if (item.kind === 'uint') {
    const small = Number(item.value);
    return good(Number.isSafeInteger(small) ? small : item.value);
  }
  if (item.kind !== 'array' || item.items.length === 0) {
    return bad('index-type', 'the component index is neither an unsigned integer, true, nor a list', item);
  }
  return each(item.items, (element) => {
    const value = readUint(element, { what: 'an element of the component index', reason: 'index-type' });
    if (!value.ok) return value;
    const small = Number(value.value);
    return Number.isSafeInteger(small)
      ? good(small)
      : bad('index-range', 'a component index beyond 2^53', element);
  });
}

/** SUIT_Parameters (§8.4.8). */
export function readParameters(item: Item): Result<Parameters> {
  const entries = readIntKeyed(item, { what: 'the parameters', reason: 'param-type' });
  if (!entries.ok) return entries;
  let parameters: Parameters = {};
  const custom: [number, Item][] = [];
  for (const [key, value] of entries.value) {
    const known = parameterByKey(key);
    if (known === undefined) {
      if (!Number.isSafeInteger(Number(key)))
        return bad('param-unsupported', 'a parameter key beyond 2^53', value);
      custom.push([Number(key), plain(value)]);
      continue;
    }
    const read = readParameter(known, value);
    if (!read.ok) return read;
    parameters = { ...parameters, [memberNames[known.code as keyof typeof memberNames]]: read.value };
  }
  return good(custom.length === 0 ? parameters : { ...parameters, custom });
}

const memberNames = {
  [parameterKey.vendorIdentifier]: 'vendorId',
  [parameterKey.classIdentifier]: 'classId',
  [parameterKey.imageDigest]: 'imageDigest',
  [parameterKey.componentSlot]: 'componentSlot',
  [parameterKey.strictOrder]: 'strictOrder',
  [parameterKey.softFailure]: 'softFailure',
  [parameterKey.imageSize]: 'imageSize',
  [parameterKey.content]: 'content',
  [parameterKey.uri]: 'uri',
  [parameterKey.sourceComponent]: 'sourceComponent',
  [parameterKey.invokeArguments]: 'invokeArguments',
  [parameterKey.deviceIdentifier]: 'deviceId',
  [parameterKey.fetchArguments]: 'fetchArguments',
} as const satisfies Record<number, keyof Parameters>;

function readParameter(known: ParameterRegistration, value: Item): Result<unknown> {
  const e = { what: known.name, reason: 'param-type' } as const;
  switch (known.type) {
    case 'uint':
      return readUint(value, e);
    case 'bool':
      return readBool(value, e);
    case 'bytes':
      return readBytes(value, e);
    case 'text':
      return readText(value, e);
    case 'uuid':
      return readUuid(value, e.what);
    case 'vendor':
      if (value.kind !== 'tag' || value.tag !== BigInt(suitTag.pen)) return readUuid(value, e.what);
      return mapped(readBytes(value.item, e), (pen) => ({ pen }));
    case 'digest': {
      const digest = unwrap(value, 'param-type', known.name);
      return digest.ok ? readDigest(digest.value) : digest;
    }
  }
}

function readUuid(item: Item, what: string): Result<Uint8Array> {
  const bytes = readBytes(item, { what, reason: 'param-type' });
  if (!bytes.ok || bytes.value.length === 16) return bytes;
  return bad('param-type', `${what} is not a UUID of 16 bytes`, item);
}

/** SUIT_Digest, unwrapped (§10). */
export function readDigest(item: Item): Result<Digest> {
  const list = readList(item, { what: 'the digest', reason: 'digest-malformed' });
  if (!list.ok) return list;
  const [first, second, extra] = list.value;
  if (first === undefined || second === undefined || extra !== undefined) {
    return bad('digest-malformed', 'the digest is not a pair of algorithm and bytes', item);
  }
  const algorithm = readInt(first, { what: 'the digest algorithm', reason: 'digest-malformed' });
  if (!algorithm.ok) return algorithm;
  const bytes = readBytes(second, { what: 'the digest value', reason: 'digest-malformed' });
  return mapped(bytes, (value) => ({ algorithm: algorithm.value, bytes: value }));
}

function isNil(item: Item): boolean {
  return item.kind === 'simple' && item.value === 22;
}

function isCustomArgument(item: Item): boolean {
  return ['bstr', 'tstr', 'uint', 'nint'].includes(item.kind) || isNil(item);
}
