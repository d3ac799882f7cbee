/**
 * One run of a command, under its deadline and with a limit on what it writes.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Outcome } from '../../device/outcome.ts';
import { adopt, spawnLimited } from './child-process.ts';
import { readTimed, timed } from './gnu-time.ts';
import type { TransportOptions } from './isolated-host.ts';
import { OutputTail } from './output-tail.ts';

/** Bytes that one run may write to stdout and stderr together. */
export const outputLimit = 64 * 1024 * 1024;

export type Ended =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | {
      readonly kind: 'end';
      readonly code: number | null;
      readonly signal: string | null;
      readonly stdout: string;
      readonly stderr: string;
      /** Where it was watched. */
      readonly peakRssBytes?: number;
    };

/** Nothing of it is left when it ends, but for what left its process group. */
export async function runCommand(
  words: readonly string[],
  options: TransportOptions,
  stdin: string | undefined,
  /** Absent: its memory is not watched. */
  watch?: string,
): Promise<Ended> {
  const { deadlineMs } = options;
  const input = stdin === undefined ? 'ignore' : openSync(stdin, 'r');
  let spawned: ChildProcess;
  try {
    spawned = spawnLimited(watch === undefined ? words : timed(words, watch), options, input);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'E2BIG') throw thrown;
    const length = words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
    return {
      kind: 'outcome',
      outcome: { kind: 'unsupported', feature: `a command line of ${length} bytes` },
    };
  } finally {
    if (typeof input === 'number') closeSync(input);
  }
  const child = adopt(spawned);
  const stdout = new OutputTail(spawned.stdout);
  let stopped: Outcome | undefined;
  const stop = (why: Outcome): void => {
    stopped ??= why;
    void child.kill();
  };
  const timer = setTimeout(() => stop({ kind: 'hung', afterMs: deadlineMs }), deadlineMs);
  let written = 0;
  const count = (chunk: Buffer): void => {
    written += chunk.length;
    if (written > outputLimit)
      stop({ kind: 'protocol-error', error: `more than ${outputLimit} bytes of output` });
  };
  spawned.stdout?.on('data', count);
  spawned.stderr?.on('data', count);
  const exit = await child.gone;
  clearTimeout(timer);
  if (stopped !== undefined) return { kind: 'outcome', outcome: stopped };
  const seen = watch === undefined ? undefined : readTimed(watch);
  const { peakRssBytes, signal } = seen ?? {};
  return {
    kind: 'end',
    ...exit,
    // Who watches ends with a status of its own.
    ...(signal !== undefined && { signal, code: null }),
    stdout: stdout.text(),
    ...(peakRssBytes !== undefined && { peakRssBytes }),
  };
}
