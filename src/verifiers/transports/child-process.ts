/**
 * Children in a process group of their own, so that nothing they start outlives them.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Exit } from './death.ts';
import type { TransportOptions } from './isolated-host.ts';
import { OutputTail } from './output-tail.ts';
import { killStrays } from './strays.ts';

export interface Child {
  readonly process: ChildProcess;
  readonly stderr: OutputTail;
  /** Resolves when it is gone and its last words have been read. Never rejects. */
  readonly gone: Promise<Exit>;
  /** Ends the whole group by force. */
  kill(): Promise<void>;
  /** Waits for it to end by itself, then ends it by force; how it ended, where that was by itself. */
  leave(ask: () => void): Promise<Exit | undefined>;
}

/** A well-behaved child has this long to end by itself. */
const leaveMs = 500;
/** Its pipes may be held open by a grandchild that escaped: do not wait longer for last words. */
const lastWordsMs = 300;

/** What of a program's memory is limited, by the kernel. */
export type Limits = Pick<TransportOptions, 'memoryMiB' | 'addressMiB' | 'stackKiB'>;

const living = new Set<number>();

/** Leaders, and so names, of the process groups of all children that have not ended. */
export function livingGroups(): ReadonlySet<number> {
  return living;
}
let guarded = false;

/** A program in a process group of its own, with a limit on its data and an environment cleared of the bench's. */
export function spawnLimited(
  words: readonly string[],
  { cwd, env, ...limits }: Pick<TransportOptions, 'cwd' | 'env'> & Limits,
  stdin: 'pipe' | 'ignore' | number,
): ChildProcess {
  const [program = '', ...rest] = canLimit ? [...limitingShell(limits, 3), ...words] : words;
  const environment = bareEnvironment(env);
  return spawn(program, rest, { cwd, detached: true, env: environment, stdio: [stdin, 'pipe', 'pipe'] });
}

/** Takes over a child that was spawned `detached`, with stderr as a pipe; with a mark also what leaves its group. */
export function adopt(child: ChildProcess, { mark }: { readonly mark?: string } = {}): Child {
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
      if (mark !== undefined) killStrays(mark);
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
      let isForced = false;
      ask();
      const timer = setTimeout(() => {
        isForced = true;
        void kill();
      }, leaveMs);
      const exit = await gone;
      clearTimeout(timer);
      return isForced ? undefined : exit;
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
 * A shell that sets resource limits, closes what the bench itself inherited (a key given as `<(…)`, for example), and
 * then becomes the program given as its arguments. Always a limit on data; on address space only where it is asked for:
 * V8, Go and Java reserve far more addresses than they use. Descriptors below `keep` stay.
 */
export function limitingShell(
  { memoryMiB, addressMiB, stackKiB }: Limits,
  keep: number,
): readonly [shell: string, flag: string, script: string] {
  const toClose = inherited().filter((fd) => fd >= keep);
  const closes = toClose.map((fd) => `exec ${fd}>&-; `).join('');
  // Only there are numbers of more than one digit descriptors.
  const shell = toClose.some((fd) => fd > 9) ? '/bin/bash' : '/bin/sh';
  const limits = [
    'ulimit -c 0; ',
    ...(memoryMiB === 'none' ? [] : [`ulimit -d ${Math.ceil(memoryMiB) * 1024}; `]),
    ...(stackKiB === undefined ? [] : [`ulimit -s ${Math.ceil(stackKiB)}; `]),
    // Last: the shell itself must live with it.
    ...(addressMiB === undefined ? [] : [`ulimit -v ${Math.ceil(addressMiB) * 1024}; `]),
  ];
  return [shell, '-c', `${closes}${limits.join('')}exec "$0" "$@"`];
}

let found: readonly number[] | undefined;

/** Descriptors that this process was started with beyond the usual three; all that Node.js opens close by themselves. */
function inherited(): readonly number[] {
  found ??= openWithoutClosing().filter((fd) => fd <= 9 || existsSync('/bin/bash'));
  return found;
}

const closeOnExec = 0o2000000;

function openWithoutClosing(): readonly number[] {
  try {
    return readdirSync('/proc/self/fdinfo')
      .map(Number)
      .filter((fd) => fd > 2 && (flagsOf(fd) & closeOnExec) === 0);
  } catch {
    // Not Linux.
    return [];
  }
}

function flagsOf(fd: number): number {
  try {
    return Number.parseInt(
      /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '',
      8,
    );
  } catch {
    // It was the listing's own.
    return closeOnExec;
  }
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
