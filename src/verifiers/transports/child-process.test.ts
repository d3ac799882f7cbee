import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ceilingBytesOf } from '../host.ts';
import { type Limits, spawnLimited } from './child-process.ts';
import { failureOf, failureOfThrown } from './death.ts';
import { peakRssOf } from './peak-rss.ts';

async function limitInside(flag: string, limits: Limits): Promise<string> {
  const child = spawnLimited(['sh', '-c', `ulimit -${flag}`], { cwd: '.', ...limits }, 'ignore');
  return (await text(child.stdout as NonNullable<typeof child.stdout>)).trim();
}

describe('the limit on memory', () => {
  it('is set for a child, and not with none', async () => {
    expect(await limitInside('d', { memoryMiB: 64 })).toBe(String(64 * 1024));
    expect(await limitInside('d', { memoryMiB: 'none' })).toBe('unlimited');
  });

  it('may hold for addresses and stack too, each by itself', async () => {
    const limits: Limits = { memoryMiB: 'none', addressMiB: 96, stackKiB: 512 };
    expect(await limitInside('v', limits)).toBe(String(96 * 1024));
    expect(await limitInside('s', limits)).toBe('512');
    expect(await limitInside('d', limits)).toBe('unlimited');
    expect(await limitInside('v', { memoryMiB: 64 })).toBe('unlimited');
  });

  it('leaves a peak to be read of who lives, and none of who does not', async () => {
    expect(peakRssOf(process.pid)).toBeGreaterThan(1024 * 1024);
    expect(peakRssOf(2 ** 22 + 1)).toBeUndefined();
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
