/**
 * GNU time around a program that is run once: the most that was resident in it, as the kernel tells its parent alone.
 *
 * The bench itself cannot ask: Node.js collects its children without their resource usage, and /proc has no memory of
 * one that has ended.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const program = '/usr/bin/time';

let found: boolean | undefined;

export function hasGnuTime(): boolean {
  found ??= /GNU/.test(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '');
  return found;
}

/** The command line that leaves in the file what `readTimed` reads. */
export function timed(words: readonly string[], file: string): readonly string[] {
  return [program, '-f', 'resident %M', '-o', file, ...words];
}

export interface Timed {
  /** Absent: it ended by itself. */
  readonly signal?: string;
  /** Of it, and of what it started and waited for. */
  readonly peakRssBytes: number;
}

/** undefined: it was ended with its whole group, or the file is gone. */
export function readTimed(file: string): Timed | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const kib = /^resident (\d+)$/m.exec(text)?.[1];
  if (kib === undefined) return undefined;
  const number = Number(/^Command terminated by signal (\d+)$/m.exec(text)?.[1]);
  const signal = Object.entries(constants.signals).find(([, one]) => one === number)?.[0];
  return { peakRssBytes: Number(kib) * 1024, ...(signal !== undefined && { signal }) };
}
