import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { type BenchReport, type BenchRow, type Metric, metrics, runBench } from './bench.ts';
import { renderBench } from './render-bench.ts';

function value({ rows }: BenchReport, verifier: string, envelope: string, metric: Metric): number {
  const row = rows.find((r) => r.verifier === verifier && r.envelope === envelope && r.metric === metric);
  expect([verifier, envelope, metric, row !== undefined]).toEqual([verifier, envelope, metric, true]);
  return row!.value;
}

describe('runBench', () => {
  it('measures parsing and verifying, and finds the smallest arena', async () => {
    const report = await runBench({
      quick: true,
      verifiers: ['reference', 'bounded'],
      envelopes: ['example0'],
    });
    expect(report.skipped).toEqual([]);
    expect(jsonSchema('bench').check(JSON.parse(JSON.stringify(report)))).toBeUndefined();
    const of = (verifier: string, metric: Metric) => value(report, verifier, 'example0', metric);
    for (const verifier of ['reference', 'bounded']) {
      expect(of(verifier, 'parseTime')).toBeGreaterThan(0);
      expect(of(verifier, 'verifyTime')).toBeGreaterThan(0);
      expect(of(verifier, 'verifyAllocated')).toBeGreaterThan(of(verifier, 'parseAllocated'));
    }
    expect(of('bounded', 'smallestArena')).toBe(of('bounded', 'arenaHighWater'));
    expect(of('bounded', 'arenaAndEnvelope')).toBe(of('bounded', 'smallestArena') + 237);
    expect(of('bounded', 'smallestClassForBoth')).toBe(0);
    // What it makes outside its arena is a handful of handles; the reference builds a tree.
    expect(of('reference', 'parseAllocated')).toBeGreaterThan(10 * of('bounded', 'parseAllocated'));
    expect(report.rows.every((row) => row.exact === (row.source === 'counted'))).toBe(true);
    expect(new Set(report.rows.map((row) => row.metric)).size).toBe(metrics.length);
  }, 60_000);

  it('refuses what it does not know, by name', async () => {
    await expect(runBench({ verifiers: ['nobody'], envelopes: ['example0'] })).rejects.toMatchObject({
      code: 'verifier-unknown',
    });
    await expect(runBench({ envelopes: ['example9'] })).rejects.toMatchObject({ code: 'envelope-unknown' });
  });
});

describe('renderBench', () => {
  const row = (metric: Metric, value: number, more: Partial<BenchRow>): BenchRow => ({
    verifier: 'v',
    envelope: 'e',
    metric,
    value,
    unit: 'bytes',
    source: 'process',
    exact: false,
    ...more,
  });
  const report: BenchReport = {
    machine: { cpu: 'c', cores: 2, memoryBytes: 1, platform: 'p', node: '20', v8: '11', openssl: '3' },
    node: '20',
    quick: true,
    calibration: {
      name: 'calibration',
      medianNs: 16_000,
      ratio: 1,
      samples: 1,
      batch: 1,
      spread: { deviationPercent: 0, p75: 1, p99: 1 },
      driftPercent: 0,
    },
    timing: { timeMs: 1, warmUpMs: 1 },
    rows: [
      row('parseTime', 1.234, { unit: 'ratio', spread: { deviationPercent: 2, p75: 1, p99: 1 } }),
      row('smallestArena', 316, { source: 'counted', exact: true }),
    ],
    skipped: [{ verifier: 'w', envelope: 'e', reason: 'verify: sig-invalid' }],
    warnings: ['v e parseTime: wide spread'],
  };

  it('keeps counted and process figures in tables of their own', () => {
    const [, counted, process] = renderBench(report).split('\n\n');
    expect(counted).toMatch(/^Counted/);
    expect(counted).toContain('316 B');
    expect(counted).not.toContain('1.23');
    expect(process).toMatch(/^Of the process/);
    expect(process).toContain('1.23 ±2.0 %');
    expect(process).not.toContain('316');
  });

  it('says in words what is not to be trusted, and what was not measured', () => {
    const text = renderBench(report);
    expect(text).toContain('- v e parseTime: wide spread');
    expect(text).toContain('- w e verify: sig-invalid');
    expect(renderBench({ ...report, warnings: [] })).not.toContain('Warning');
  });
});
