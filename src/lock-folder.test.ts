import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { BenchError } from './bench-error.ts';
import { type Holder, lockFolder, lockName, thisProcess } from './lock-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'gauntlet-lock-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = root;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'folder-'));
});

const lockFile = (): string => join(folder, lockName);
const held = (holder: Partial<Holder> | string): void =>
  writeFileSync(lockFile(), typeof holder === 'string' ? holder : JSON.stringify(holder));

function refusal(): BenchError {
  try {
    lockFolder(folder).release();
  } catch (thrown) {
    return thrown as BenchError;
  }
  throw new Error('it was locked');
}

/** The number of a process that has ended. */
function gone(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('a locked folder', () => {
  it('is refused to the next one, with who has it, until it is released', () => {
    const lock = lockFolder(folder);
    const { code, blame, message } = refusal();
    expect([code, blame]).toEqual(['folder-locked', 'usage']);
    expect(message).toContain(`process ${process.pid} on ${hostname()}`);
    expect(message).toContain(lockFile());
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    lockFolder(folder).release();
  });

  it.each([
    ['of a process that is gone', () => ({ host: hostname(), pid: gone() })],
    ['of an earlier process of the same number', () => ({ ...thisProcess(), started: '1' })],
    ['that broke off', () => '{"host":'],
  ])('is taken over where the lock is stale: %s', (_, holder) => {
    held(holder());
    const lock = lockFolder(folder);
    expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toEqual(thisProcess());
    expect(readdirSync(folder)).toEqual([lockName]);
    lock.release();
  });

  it.each([
    ['a process that is there', () => thisProcess()],
    ['a process that is there, of which no start is known', () => ({ host: hostname(), pid: process.pid })],
    ['a process of another machine', () => ({ host: 'elsewhere', pid: gone() })],
  ])('stays with %s', (_, holder) => {
    held(holder());
    const before = readFileSync(lockFile(), 'utf8');
    expect(refusal().code).toBe('folder-locked');
    expect(readFileSync(lockFile(), 'utf8')).toBe(before);
  });

  it('is not taken over by two at once', () => {
    held({ host: hostname(), pid: gone() });
    writeFileSync(join(folder, `${lockName}.taking`), '');
    expect(refusal().code).toBe('folder-locked');
    expect(existsSync(join(folder, `${lockName}.taking`))).toBe(true);
  });
});
