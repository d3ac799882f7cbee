import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ceilingBytesOf, type MemoryLimit } from '../host.ts';
import { spawnLimited } from './child-process.ts';
import { failureOf, failureOfThrown } from './death.ts';

async function limitInside(memoryMiB: MemoryLimit): Promise<string> {
  const child = spawnLimited(['sh', '-c', 'ulimit -d'], { cwd: '.', memoryMiB }, 'ignore');
  return (await text(child.stdout as NonNullable<typeof child.stdout>)).trim();
}

describe('the limit on memory', () => {
  it('is set for a child, and not with none', async () => {
    expect(await limitInside(64)).toBe(String(64 * 1024));
    expect(await limitInside('none')).toBe('unlimited');
  });

  it('without it, memory that runs out is no doing of the bench', () => {
    const exit = { code: 1, signal: null, stderr: 'MemoryError\n' };
    expect(failureOf(exit, ceilingBytesOf({ memoryMiB: 64 })).kind).toBe('exhausted');
    expect(failureOf(exit, ceilingBytesOf({ memoryMiB: 'none' })).kind).toBe('crashed');
    const thrown = 'Array buffer allocation failed';
    expect(failureOfThrown(thrown, ceilingBytesOf({ memoryMiB: 64 })).kind).toBe('exhausted');
    expect(failureOfThrown(thrown, ceilingBytesOf({ memoryMiB: 'none' })).kind).toBe('crashed');
  });
});
