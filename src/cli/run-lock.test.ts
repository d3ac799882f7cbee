import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gauntlet-run-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => spawnSync(process.execPath, [gauntlet, ...args], { encoding: 'utf8' });
const results = (out: string) => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));

describe('a folder that a run writes', () => {
  it.each([['1'], ['2']])(
    'is refused to others, and gone on with after a Ctrl-C: --jobs %s',
    async (jobs) => {
      const out = join(folder, jobs);
      const long = ['run', '--runs', '100000', '--only', 'E01', '--no-stored', '--jobs', jobs, '--out', out];
      const child = spawn(process.execPath, [gauntlet, ...long], { stdio: 'ignore' });
      const ended = once(child, 'exit');
      const log = jobs === '1' ? join(out, 'results.jsonl') : join(out, 'jobs', '1-of-2', 'results.jsonl');
      while (!existsSync(log) || readFileSync(log, 'utf8').split('\n').length < 20) await setTimeout(20);
      const before = readFileSync(log, 'utf8');
      for (const second of jobs === '1'
        ? [
            [...long, '--resume'],
            ['report', out],
          ]
        : [long]) {
        const { status, stdout, stderr } = run(...second);
        expect([status, stdout]).toEqual([2, '']);
        expect(stderr).toContain(`the process ${child.pid} on `);
        expect(stderr).toContain('[folder-locked]');
      }
      expect(readFileSync(log, 'utf8').startsWith(before)).toBe(true);
      child.kill('SIGINT');
      expect(await ended).toEqual([3, null]);
      expect(existsSync(join(out, '.lock'))).toBe(false);
      const { done, interrupted } = results(out);
      expect([done > 0, interrupted]).toEqual([true, true]);
      const { status } = run(...long, '--resume', '--time', '0', '--shrink', '0');
      expect(status).toBe(0);
      expect(results(out).done).toBeGreaterThanOrEqual(done);
      expect(results(out).interrupted).toBeUndefined();
    },
    180_000,
  );
});
