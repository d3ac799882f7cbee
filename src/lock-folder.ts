/**
 * A folder that one process at a time may write: a lock file says which, and one that died left a stale lock.
 *
 * @module
 */
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BenchError } from './bench-error.ts';

export interface FolderLock {
  release(): void;
}

export const lockName = '.lock';

/**
 * Until it is released, or this process is gone. The folder must be there.
 *
 * Throws BenchError `folder-locked` where another process has it, or where that cannot be told.
 */
export function lockFolder(folder: string): FolderLock {
  const lock = join(folder, lockName);
  if (!place(lock) && !takeOver(lock)) throw heldBy(lock, holderOf(lock));
  return { release: () => rmSync(lock, { force: true }) };
}

/** Who has it. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When it was started, as /proc tells it; absent: this system has none. A number of a process is used again. */
  readonly started?: string;
}

export function thisProcess(): Holder {
  const started = startOf(process.pid);
  return { host: hostname(), pid: process.pid, ...(started !== undefined && { started }) };
}

/** false: it is there. With all that is in it, or not at all. */
function place(lock: string): boolean {
  const part = `${lock}.${process.pid}`;
  const text = `${JSON.stringify(thisProcess())}\n`;
  try {
    writeFileSync(part, text);
    if (!isLinked(part, lock)) writeFileSync(lock, text, { flag: 'wx' });
    return true;
  } catch (thrown) {
    if (isCode(thrown, 'EEXIST')) return false;
    throw new BenchError('folder-unwritable', `no lock can be placed at ${lock}`, { cause: thrown });
  } finally {
    rmSync(part, { force: true });
  }
}

/** false: this file system has no hard links; what is written there may for a moment be half a lock. */
function isLinked(part: string, lock: string): boolean {
  try {
    linkSync(part, lock);
    return true;
  } catch (thrown) {
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].some((code) => isCode(thrown, code))) return false;
    throw thrown;
  }
}

/** Two that find a stale lock may not both take it: who does so holds another one meanwhile. */
function takeOver(lock: string): boolean {
  const taking = `${lock}.taking`;
  if (isOlder(taking)) rmSync(taking, { force: true });
  if (!place(taking)) return false;
  try {
    const holder = holderOf(lock);
    if (holder !== undefined && !isGone(holder)) return false;
    rmSync(lock, { force: true });
    return place(lock);
  } finally {
    rmSync(taking, { force: true });
  }
}

/** Milliseconds; taking a lock over is the work of one. */
const takingMs = 10_000;

/** Who was about to take it died there. */
function isOlder(taking: string): boolean {
  try {
    return Date.now() - statSync(taking).mtimeMs > takingMs;
  } catch {
    return false;
  }
}

/** undefined: nobody, or nothing that can be read. */
function holderOf(lock: string): Holder | undefined {
  try {
    const { host, pid, started } = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Holder>;
    if (typeof host !== 'string' || !Number.isSafeInteger(pid)) return undefined;
    return { host, pid: pid as number, ...(started !== undefined && { started: String(started) }) };
  } catch {
    return undefined;
  }
}

/** Of another machine it cannot be told. */
function isGone({ host, pid, started }: Holder): boolean {
  if (host !== hostname()) return false;
  if (!isAlive(pid)) return true;
  const now = startOf(pid);
  return started !== undefined && now !== undefined && now !== started;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return !isCode(thrown, 'ESRCH');
  }
}

/** Field 22 of /proc/PID/stat; the second one, the name, may hold blanks and brackets. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[22 - 3];
  } catch {
    return undefined;
  }
}

function heldBy(lock: string, holder: Holder | undefined): BenchError {
  const who = holder ? `the process ${holder.pid} on ${holder.host}` : 'another process';
  return new BenchError(
    'folder-locked',
    `${who} is writing in this folder: wait for it, or name another one. If it is gone for certain, remove ${lock}`,
  );
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
