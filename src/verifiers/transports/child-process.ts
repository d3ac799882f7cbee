/**
 * Children in a process group of their own, so that nothing they start outlives them.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { Exit } from './death.ts';
import { OutputTail } from './output-tail.ts';

export interface Child {
  readonly process: ChildProcess;
  readonly stderr: OutputTail;
  /** Resolves when it is gone and its last words have been read. Never rejects. */
  readonly gone: Promise<Exit>;
  /** Ends the whole group by force. */
  kill(): Promise<void>;
  /** Waits for it to end by itself, then ends it by force. */
  leave(ask: () => void): Promise<void>;
}

/** A well-behaved child has this long to end by itself. */
const leaveMs = 500;
/** Its pipes may be held open by a grandchild that escaped: do not wait longer for last words. */
const lastWordsMs = 300;

const living = new Set<number>();
let guarded = false;

/** Takes over a child that was spawned `detached`, with stderr as a pipe. */
export function adopt(child: ChildProcess): Child {
  const { pid } = child;
  guard();
  if (pid !== undefined) living.add(pid);
  const stderr = new OutputTail(child.stderr);
  const gone = new Promise<Exit>((resolve) => {
    // Emitted instead of exit when it could not be started at all.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, stderr: String(error) });
    });
    child.once('exit', async (code, signal) => {
      if (pid !== undefined) killGroup(pid);
      // Answers given before it died still count.
      await Promise.all([closed(child.stdout), closed(child.stderr), disconnected(child)]);
      resolve({ code, signal, stderr: stderr.text() });
    });
  });
  const kill = async () => {
    if (pid !== undefined) killGroup(pid);
    await gone;
  };
  return {
    process: child,
    stderr,
    gone,
    kill,
    async leave(ask) {
      ask();
      const timer = setTimeout(() => void kill(), leaveMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** What a child may know of the bench's environment: enough to find programs, nothing secret. */
export function bareEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'SystemRoot', 'NODE_V8_COVERAGE'];
  const own = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(own), ...more };
}

/**
 * The script that sets resource limits and then becomes the program given as its arguments. A limit on
 * data, not on address space: V8, Go and Java reserve far more addresses than they use.
 */
export function limitScript(dataMiB: number): string {
  return `ulimit -c 0; ulimit -d ${Math.ceil(dataMiB) * 1024}; exec "$0" "$@"`;
}

export const canLimit = process.platform !== 'win32';

function killGroup(pid: number): void {
  living.delete(pid);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

async function closed(stream: Readable | null): Promise<void> {
  if (stream !== null && !stream.closed) await eventWithin(stream, 'close');
}

async function disconnected(child: ChildProcess): Promise<void> {
  if (child.connected) await eventWithin(child, 'disconnect');
}

async function eventWithin(emitter: EventEmitter, event: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, lastWordsMs);
    emitter.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Detached children do not die with the bench by themselves. */
function guard(): void {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => {
    for (const pid of living) killGroup(pid);
  });
}
