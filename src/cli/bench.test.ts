import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCosts } from '../measure/bench-baseline.ts';
import { packageRoot } from '../package-root.ts';
import { type BenchCommandOptions, runBenchCommand } from './bench.ts';

const committed = join(packageRoot(), 'reports', 'cost-baseline.json');

describe('the gate on counted cost', () => {
  let folder: string;
  let printed: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gauntlet-cost-'));
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  const gate = (baseline: string): BenchCommandOptions => ({
    counted: true,
    verifier: ['bounded'],
    envelope: ['example0'],
    baseline,
    format: 'text',
  });

  it('fails where a figure has grown by one, and says since when it was less', async () => {
    const file = join(folder, 'costs.json');
    expect(await runBenchCommand({ ...gate(file), writeBaseline: true })).toBe(0);
    expect(await runBenchCommand(gate(file))).toBe(0);
    expect(printed).toContain('0 changes');
    const before = readCosts(JSON.parse(readFileSync(file, 'utf8')), file);
    const rows = before.rows.map((row) =>
      row.metric === 'steps' ? { ...row, value: row.value - 1, since: '2020-02-02' } : row,
    );
    writeFileSync(file, JSON.stringify({ ...before, rows }));
    expect(await runBenchCommand(gate(file))).toBe(1);
    expect(printed).toMatch(
      /REGRESSION bounded example0 steps: \d+ since 2020-02-02, now \d+ \(\+0\.\d+ %\)/,
    );
    // What has not changed keeps its day.
    expect(await runBenchCommand({ ...gate(file), writeBaseline: true })).toBe(0);
    expect(await runBenchCommand(gate(file))).toBe(0);
  });

  it('holds a committed baseline: of the examples, the algorithms, and what grows', () => {
    const copy = join(folder, 'copy.json');
    copyFileSync(committed, copy);
    const { rows, machine } = readCosts(JSON.parse(readFileSync(copy, 'utf8')), copy);
    expect([machine, rows.some(({ ratios }) => ratios !== undefined)]).toEqual([undefined, false]);
    for (const verifier of ['reference', 'bounded'])
      for (const part of ['example', 'algorithm-', 'components', 'nesting', 'text'])
        expect([
          verifier,
          part,
          rows.some((row) => row.verifier === verifier && row.envelope.startsWith(part)),
        ]).toEqual([verifier, part, true]);
  });
});
