/**
 * From a spec, as users write it, to a host.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BenchError } from '../../bench-error.ts';
import { escapeText } from '../../escape-text.ts';
import { builtinNames, countedBuiltins, workerBuiltins } from '../builtins.ts';
import { ceilingBytesOf } from '../host.ts';
import { openChildHost } from './child-host.ts';
import { type IsolatedHost, type TransportOptions, transportOptions } from './isolated-host.ts';
import { entryKinds, type NamedEntry, optionsOf, specOf } from './verifier-entry.ts';
import { openWorkerHost } from './worker-host.ts';

/**
 * A config file's name, `reference`, `bounded`, `library:…`, `zoo:…`, `module:./file.mjs`, `wasm:./file.wasm`,
 * `process:command words` or `command:words {envelope}`.
 */
export async function openVerifier(spec: string, options?: Partial<TransportOptions>): Promise<IsolatedHost> {
  const all = transportOptions(options);
  const named = all.entries?.find(({ name }) => name === spec);
  if (named !== undefined)
    return openVerifier(specOf(named), { ...options, entries: [], ...optionsOf(named) }).catch((thrown) => {
      throw inConfig(named, thrown);
    });
  if (spec.startsWith('process:')) {
    // Loaded on demand: the schema compiler takes longer to load than all the rest.
    const { openProcessHost } = await import('./process-host.ts');
    return openProcessHost(spec, spec.slice('process:'.length), all);
  }
  if (spec.startsWith('command:')) {
    const { openCommandHost } = await import('./command-host.ts');
    return openCommandHost(spec, spec.slice('command:'.length), all);
  }
  if (spec.startsWith('module:')) return openModule(spec, spec.slice('module:'.length), all);
  if (spec.startsWith('wasm:')) return openWasm(spec, spec.slice('wasm:'.length), all);
  const { profile } = all;
  const source = { kind: 'builtin', name: spec, ...(profile && { profile }) } as const;
  if ((workerBuiltins as readonly string[]).includes(spec)) {
    const host = await openWorkerHost(spec, source, all);
    return profile && countedBuiltins.includes(spec) ? { ...host, ceiling: 'counted' } : host;
  }
  const names = await builtinNames();
  if (names.includes(spec)) return openChildHost(spec, source, all);
  throw new BenchError(
    'verifier-unknown',
    `there is no verifier ${escapeText(spec)}. ${ofConfig(all)}Built in: ${names.filter((name) => !name.startsWith('zoo:')).join(', ')}, and zoo:ANIMAL ("gauntlet zoo --list"). Your own: module:./file.mjs, wasm:./file.wasm, process:"command words" or command:"words {envelope}"`,
  );
}

async function openModule(spec: string, path: string, options: TransportOptions): Promise<IsolatedHost> {
  const file = existing(spec, path, options);
  return openChildHost(spec, { kind: 'module', url: pathToFileURL(file).href }, options);
}

async function openWasm(spec: string, path: string, options: TransportOptions): Promise<IsolatedHost> {
  const file = existing(spec, path, options);
  const { profile, mostSteps } = options;
  const counts = (options.counts ?? false) || profile !== undefined || mostSteps !== undefined;
  const limits = {
    ceilingBytes: Math.min(ceilingBytesOf(options), mostLinearBytes),
    ...(profile && { profile }),
    ...(mostSteps !== undefined && { mostSteps }),
  };
  const host = await openChildHost(spec, { kind: 'wasm', file, counts, ...limits }, options);
  if (!counts) return host;
  const uncounted = await uncountedIn(file);
  return uncounted === undefined ? { ...host, ceiling: 'counted' } : { ...host, uncounted };
}

async function uncountedIn(file: string): Promise<string | undefined> {
  const { whyUncounted } = await import('./wasm-rewrite.ts');
  return whyUncounted(readFileSync(file));
}

/** What 32-bit addresses reach. */
const mostLinearBytes = 2 ** 32;

/** The file's absolute path. */
function existing(spec: string, path: string, { cwd }: TransportOptions): string {
  const file = resolve(cwd, path);
  if (path !== '' && existsSync(file)) return file;
  throw new BenchError(
    'verifier-not-found',
    `there is no file ${escapeText(file)} (from ${escapeText(spec)})`,
  );
}

/** What is wrong with an entry, with the file and the key that it stands at. */
function inConfig({ file, name, entry }: NamedEntry, thrown: unknown): unknown {
  if (!(thrown instanceof BenchError)) return thrown;
  const { code, blame, cause, message } = thrown;
  const kind = entryKinds.find((one) => entry[one] !== undefined);
  const isOfWords = code === 'verifier-command' || code === 'verifier-not-found';
  // What a command's own rules say begins with the key that they stand under.
  const [, key, rest] = /^(exits|output): (.*)$/s.exec(message) ?? [
    undefined,
    isOfWords ? kind : undefined,
    message,
  ];
  const place = key === undefined ? name : `${name}.${key}`;
  return new BenchError(code, `${escapeText(file)}: verifiers.${place}: ${rest}`, { blame, cause });
}

function ofConfig({ entries = [] }: TransportOptions): string {
  return entries.length === 0 ? '' : `In the config file: ${entries.map(({ name }) => name).join(', ')}. `;
}
