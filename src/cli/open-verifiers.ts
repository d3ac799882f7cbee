/**
 * The verifiers that a command is given, opened with its options.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import type { Host, MemoryLimit } from '../verifiers/host.ts';
import { openVerifier } from '../verifiers/transports/open.ts';
import type { Config } from './config.ts';
import { readProfile } from './device-class.ts';

export interface HostChoices {
  /** Milliseconds per delivery. */
  readonly deadline: number;
  /** Of a child process. */
  readonly memory: MemoryLimit;
  /** Of the file named, or found; its defaults are filled in already. */
  readonly config?: Config;
  /** 0, 1, 2, or a file with a profile. */
  readonly class?: string;
  /** Instructions that one delivery may take, of a WebAssembly module; a config's own `steps` wins. */
  readonly steps?: number;
}

/** Each once; none stays open where one cannot be opened. */
export async function openAll(specs: readonly string[], options: HostChoices): Promise<readonly Host[]> {
  const opened: Host[] = [];
  try {
    for (const spec of new Set(specs)) opened.push(await openOne(spec, options));
    return opened;
  } catch (thrown) {
    await Promise.all(opened.map((host) => host.close()));
    throw thrown;
  }
}

export async function openOne(
  spec: string,
  { deadline, memory, config, class: device, steps }: HostChoices,
): Promise<Host> {
  const profile = device === undefined ? undefined : readProfile(device);
  const choices = { deadlineMs: deadline, memoryMiB: memory, ...(profile && { profile }) };
  const mostSteps = steps !== undefined && isWasm(spec, config) ? { mostSteps: steps } : {};
  return openVerifier(spec, { ...choices, ...mostSteps, ...(config && { entries: config.entries }) });
}

/** Throws BenchError `usage` where it would mean nothing. */
export function demandSteps(specs: readonly string[], { steps, config }: HostChoices): void {
  if (steps === undefined) return;
  if (steps === 0) throw new BenchError('usage', '--steps 0 lets no module do anything; wanted 1 or more');
  if (specs.some((spec) => isWasm(spec, config))) return;
  throw new BenchError(
    'usage',
    '--steps counts the instructions of WebAssembly modules (wasm:FILE), and no verifier of this run is one; --deadline holds for all',
  );
}

function isWasm(spec: string, config: Config | undefined): boolean {
  const named = config?.entries.find(({ name }) => name === spec);
  return named ? named.entry.wasm !== undefined : spec.startsWith('wasm:');
}
