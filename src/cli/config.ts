/**
 * The config file, gauntlet.config.mjs or .json: verifiers by name, and defaults of options.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BenchError } from '../bench-error.ts';
import { jsonSchema } from '../json-schema.ts';
import { workerBuiltins } from '../verifiers/builtins.ts';
import { type NamedEntry, specOf, type VerifierEntry } from '../verifiers/transports/verifier-entry.ts';
import { readJson } from './files.ts';

/** Looked for in the folder that the bench is started in, in this order. */
export const configNames = ['gauntlet.config.mjs', 'gauntlet.config.json'] as const;

export interface Config {
  /** Absolute. */
  readonly file: string;
  readonly entries: readonly NamedEntry[];
  /** Values of options by their long names, paths made absolute. */
  readonly run: Readonly<Record<string, unknown>>;
}

/** The parsed command line, as far as a config fills it. */
export interface CommandLine {
  name(): string;
  getOptionValueSource(name: string): string | undefined;
  setOptionValueWithSource(name: string, value: unknown, source: string): unknown;
  opts(): Record<string, unknown>;
  readonly options: readonly { attributeName(): string }[];
}

/** Fills in what the command line leaves open; commands without an option --config have none. */
export async function applyConfig(line: CommandLine): Promise<void> {
  const known = new Set(line.options.map((option) => option.attributeName()));
  if (!known.has('config')) return;
  const given = line.opts().config;
  const config = await loadConfig(typeof given === 'string' ? given : undefined, process.cwd());
  line.setOptionValueWithSource('config', config, 'config');
  // A fuzzing run goes on as it was begun, whatever the file has come to say.
  if (typeof line.opts().resume === 'string') return;
  for (const [name, value] of Object.entries(config?.run ?? {})) {
    if (!defaultsOf(line.name(), name)) continue;
    const source = line.getOptionValueSource(name);
    if (known.has(name) && (source === undefined || source === 'default'))
      line.setOptionValueWithSource(name, value, 'config');
  }
}

/** Does a default of `run` hold for this command? */
function defaultsOf(command: string, option: string): boolean {
  if (command === 'fuzz') return !ofRunAlone.includes(option);
  return command === 'run' || ofEveryCommand.includes(option);
}

/** They say how a verifier is run, not with what. */
const ofEveryCommand: readonly string[] = ['deadline', 'memory'];

/** A fuzzing run has a budget and a folder of its own. */
const ofRunAlone: readonly string[] = ['time', 'out'];

/** The file named, else the one in the folder; undefined: there is none. Throws BenchError `config`. */
export async function loadConfig(given: string | undefined, folder: string): Promise<Config | undefined> {
  const found = configNames.map((name) => join(folder, name)).find((path) => existsSync(path));
  const file = given === undefined ? found : resolve(folder, given);
  if (file === undefined) return undefined;
  const value = file.endsWith('.json') ? readJson(file, 'config file') : await exportOf(file);
  const wrong = jsonSchema('config').check(value);
  if (wrong !== undefined) throw new BenchError('config', `${file}: ${wrong}`);
  return configOf(file, value as ConfigFile);
}

/** What a line that repeats a run of these verifiers has to say for --config; undefined: nothing. */
export function configToName(specs: readonly string[], config: Config | undefined): string | undefined {
  if (config === undefined || !config.entries.some(({ name }) => specs.includes(name))) return undefined;
  const found = configNames.find((name) => existsSync(name));
  return found !== undefined && resolve(found) === config.file
    ? undefined
    : relative(process.cwd(), config.file);
}

interface ConfigFile {
  readonly verifiers?: Readonly<Record<string, VerifierEntry>>;
  readonly run?: Readonly<Record<string, unknown>>;
}

async function exportOf(file: string): Promise<unknown> {
  if (!existsSync(file)) throw new BenchError('config', `there is no config file ${file}`);
  if (!/\.[cm]?[jt]s$/.test(file))
    throw new BenchError('config', `${file}: wanted a module (.mjs, .cjs, .js) or JSON (.json)`);
  try {
    const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
    if (module.default !== undefined) return module.default;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError('config', `${file} cannot be loaded: ${why}`, { cause });
  }
  throw new BenchError('config', `${file} has no default export; wanted export default { verifiers, run }`);
}

function configOf(file: string, { verifiers = {}, run = {} }: ConfigFile): Config {
  const folder = dirname(file);
  const entries = Object.entries(verifiers).map(([name, entry]) => ({ name, file, folder, entry }));
  for (const named of entries) {
    specOf(named);
    if ((workerBuiltins as readonly string[]).includes(named.name))
      throw new BenchError('config', `${file}: verifiers.${named.name}: that name is a built-in's`);
  }
  const all = entries.map(({ name }) => name);
  const verifier = all.length > 0 ? { verifier: all } : {};
  return { file, entries, run: { ...verifier, ...withPaths(run, folder) } };
}

function withPaths(run: Readonly<Record<string, unknown>>, folder: string): Record<string, unknown> {
  const absolute = (path: unknown): string => resolve(folder, String(path));
  return {
    ...run,
    ...(run.baseline !== undefined && { baseline: absolute(run.baseline) }),
    ...(run.out !== undefined && { out: absolute(run.out) }),
    ...(String(run.class).endsWith('.json') && { class: absolute(run.class) }),
    ...(Array.isArray(run.corpus) && { corpus: run.corpus.map(absolute) }),
  };
}
