import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleBench } from '../report/fixtures/bench.ts';
import { gauntlet } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-bench-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => gauntlet(args);

const bench = join(folder, 'bench.json');
writeFileSync(bench, JSON.stringify(exampleBench()));
const out = join(folder, 'out');
const cases = ['--only', 'E01', '--runs', '1', '--no-stored', '-v', 'bounded'];
const page = (): string => readFileSync(join(out, 'report.html'), 'utf8');

describe('costs in a run’s report', () => {
  it('are those that the verifier counted, and with --bench those of the benchmark', () => {
    expect(run('run', ...cases, '--out', out, '--bench', bench)).toMatchObject({ status: 0, stderr: '' });
    expect(page()).toContain('<h3 id="cost-0">bounded</h3>');
    expect(page()).toMatch(/id="costly\/0\/highWaterBytes\/\d"/);
    expect(page()).toContain('<h2 id="bench-title">Benchmark</h2>');
    expect(run('report', out)).toMatchObject({ status: 0, stderr: '' });
    expect(page()).not.toContain('bench-title');
    expect(run('report', out, '--bench', bench).status).toBe(0);
    expect(page()).toContain('bench-title');
  });

  it('are not taken from a file that has none, and nothing is run', () => {
    const results = join(out, 'results.json');
    const other = join(folder, 'other');
    expect(run('run', ...cases, '--out', other, '--bench', results)).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('results.json is no bench.json of "gauntlet bench --out"'),
    });
    expect(run('report', other).status).toBe(2);
  });
});
