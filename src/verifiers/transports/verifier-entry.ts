/**
 * A verifier as a config file names it: what it is, and how it is to be run (docs/schemas/config).
 *
 * @module
 */
import { resolve } from 'node:path';
import { BenchError } from '../../bench-error.ts';
import type { MemoryLimit } from '../host.ts';
import type { CommandSettings } from './command-host.ts';
import type { TransportOptions } from './isolated-host.ts';

/** Kinds of entries; each is also the prefix of its spec, but for `builtin`, which has none. */
export const entryKinds = ['command', 'process', 'module', 'wasm', 'builtin'] as const;

export type EntryKind = (typeof entryKinds)[number];

/** As it stands in the file, checked against the schema. */
export interface VerifierEntry extends Readonly<Partial<Record<EntryKind, string>>>, CommandSettings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | true>>;
  /** Milliseconds. */
  readonly deadline?: number;
  readonly memory?: MemoryLimit;
  /** MiB, of a program. */
  readonly addressSpace?: number;
  /** KiB, of a program. */
  readonly stack?: number;
  /** Counted steps that a delivery may take. */
  readonly steps?: number;
  /** It cannot be set back: what a delivery does to it stays. */
  readonly reset?: 'none';
  /** A device whose keys, ids and components are burned in. */
  readonly recipient?: RecipientEntry;
}

/** As it stands in the file: paths, hexadecimal and UUIDs as text. */
export interface RecipientEntry {
  /** File of the author's key, which the bench signs with. It never leaves the bench. */
  readonly signingKey: string;
  /** COSE id; default: ES256, EdDSA or HMAC 256, by the key. */
  readonly algorithm?: number;
  readonly kid?: string;
  readonly kidIn?: 'none' | 'protected' | 'unprotected';
  readonly vendorId: string;
  readonly classId: string;
  readonly deviceId?: string;
  /** Content: a file. */
  readonly components: readonly { readonly identifier: readonly string[]; readonly content?: string }[];
  readonly capacity?: number;
  readonly storage?: 'variable' | 'fixed';
  readonly sequenceNumber?: number | string;
}

/** An entry with its name and the folder that its paths start from. */
export interface NamedEntry {
  readonly name: string;
  /** Of the config file, for messages. */
  readonly file: string;
  readonly folder: string;
  readonly entry: VerifierEntry;
}

/** What it is, as a spec. Throws BenchError `config` unless exactly one kind is given. */
export function specOf({ name, file, entry }: NamedEntry): string {
  const kinds = entryKinds.filter((kind) => entry[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    throw new BenchError(
      'config',
      `${file}: verifiers.${name}: wanted exactly one of ${entryKinds.join(', ')}; it has ${kinds.join(' and ') || 'none'}`,
    );
  const owned = [
    [['command'], commandKeys],
    [['wasm'], ['steps']],
    [
      ['process', 'command'],
      ['addressSpace', 'stack'],
    ],
  ] as const;
  for (const [owners, keys] of owned) {
    const foreign = keys.find(
      (key) => !(owners as readonly string[]).includes(kind) && entry[key] !== undefined,
    );
    if (foreign !== undefined)
      throw new BenchError(
        'config',
        `${file}: verifiers.${name}.${foreign}: goes with ${owners.join(' and ')} only`,
      );
  }
  const value = entry[kind] as string;
  return kind === 'builtin' ? value : `${kind}:${value}`;
}

/** Keys that say how a command's exits and output are read. */
const commandKeys = ['level', 'stdin', 'exits', 'output', 'claims', 'concurrency'] as const;

function settingsOf(entry: VerifierEntry): CommandSettings {
  return Object.fromEntries(
    commandKeys.flatMap((key) => (entry[key] === undefined ? [] : [[key, entry[key]]])),
  );
}

/** What the entry says of how it is run; the rest is as for any other verifier. */
export function optionsOf({ name, folder, entry }: NamedEntry): Partial<TransportOptions> {
  return {
    name,
    cwd: resolve(folder, entry.cwd ?? '.'),
    ...(entry.env && { env: valuesOf(entry.env) }),
    ...(entry.command !== undefined && { command: settingsOf(entry) }),
    ...(entry.recipient !== undefined && { isFixed: true }),
    ...(entry.reset !== undefined && { once: true }),
    ...(entry.deadline !== undefined && { deadlineMs: entry.deadline }),
    ...(entry.memory !== undefined && { memoryMiB: entry.memory }),
    ...(entry.addressSpace !== undefined && { addressMiB: entry.addressSpace }),
    ...(entry.stack !== undefined && { stackKiB: entry.stack }),
    ...(entry.steps !== undefined && { mostSteps: entry.steps }),
  };
}

function valuesOf(env: NonNullable<VerifierEntry['env']>): Readonly<Record<string, string>> {
  const values = Object.entries(env).map(([key, value]) => [key, value === true ? process.env[key] : value]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
