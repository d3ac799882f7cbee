/**
 * The verifiers that a command is given, opened with its options.
 *
 * @module
 */
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
  { deadline, memory, config, class: device }: HostChoices,
): Promise<Host> {
  const profile = device === undefined ? undefined : readProfile(device);
  const choices = { deadlineMs: deadline, memoryMiB: memory, ...(profile && { profile }) };
  return openVerifier(spec, { ...choices, ...(config && { entries: config.entries }) });
}
