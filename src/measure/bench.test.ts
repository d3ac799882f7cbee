import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { packageRoot } from '../package-root.ts';
import { type BenchOptions, runBench } from './bench.ts';
import { type BenchReport, type BenchRow, type Metric, metrics } from './bench-report.ts';
import { drawGrowth } from './draw-growth.ts';
import { renderBench } from './render-bench.ts';

function value({ rows }: BenchReport, verifier: string, envelope: string, metric: Metric): number {
  const row = rows.find((r) => r.verifier === verifier && r.envelope === envelope && r.metric === metric);
  expect([verifier, envelope, metric, row !== undefined]).toEqual([verifier, envelope, metric, true]);
  return row!.value;
}

const counted = ({ rows }: BenchReport): readonly BenchRow[] => rows.filter(({ exact }) => exact);

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
      expect(of(verifier, 'signatureOperations')).toBe(1);
    }
    expect(of('bounded', 'smallestArena')).toBe(of('bounded', 'arenaHighWater'));
    expect(of('bounded', 'arenaAndEnvelope')).toBe(of('bounded', 'smallestArena') + 237);
    expect(of('bounded', 'smallestClassForBoth')).toBe(0);
    // What it makes outside its arena is a handful of handles; the reference builds a tree.
    expect(of('reference', 'parseAllocated')).toBeGreaterThan(10 * of('bounded', 'parseAllocated'));
    expect(report.rows.every((row) => row.exact === (row.source === 'counted'))).toBe(true);
    const ofPrograms: readonly Metric[] = [
      ...(['instructions', 'heapPeak', 'stackPeak', 'deliveryPeak', 'heapBytes', 'staticBytes'] as const),
    ];
    const measured = new Set(report.rows.map((row) => row.metric));
    expect(metrics.filter((metric) => !measured.has(metric))).toEqual(ofPrograms);
  }, 60_000);

  it('counts what a WebAssembly module takes, the same each time', async () => {
    const spec = `wasm:${join(packageRoot(), 'src/verifiers/transports/fixtures/broken/wasm/broken.wasm')}`;
    const options: BenchOptions = { quick: true, verifiers: [spec], envelopes: ['example0'] };
    const report = await runBench(options);
    for (const metric of ['steps', 'arenaHighWater'] as const)
      expect(value(report, spec, 'example0', metric)).toBeGreaterThan(100);
    expect(counted(await runBench(options))).toEqual(counted(report));
  }, 60_000);

  it('finds the cost of ours linear in every dimension, and draws it', async () => {
    const options: BenchOptions = {
      quick: true,
      verifiers: ['reference', 'bounded'],
      series: ['components', 'blocks'],
    };
    const report = await runBench(options);
    expect(counted(await runBench(options))).toEqual(counted(report));
    expect([report.skipped, report.findings]).toEqual([[], []]);
    const signatures = report.growth.filter(({ metric }) => metric === 'signatureOperations');
    const blocks = signatures.filter(({ dimension }) => dimension === 'blocks');
    expect(blocks.map(({ points }) => points.map((point) => point.value))).toEqual([
      [1, 2, 4, 8],
      [1, 2, 4, 8],
    ]);
    expect(drawGrowth(report.growth).match(/<polyline/g)).toHaveLength(4);
    expect(jsonSchema('bench').check(JSON.parse(JSON.stringify(report)))).toBeUndefined();
  }, 60_000);

  it('counts alone within seconds, and calls what grows more than linearly a finding', async () => {
    const verifier = 'zoo:compares-every-key-with-every-other';
    const options: BenchOptions = {
      counted: true,
      verifiers: ['reference', verifier],
      series: ['languages'],
    };
    const { rows, findings } = await runBench(options);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.every(({ exact }) => exact)).toBe(true);
    expect(findings).toEqual([
      expect.stringMatching(/^zoo:compares.*steps of verify grows with the power 1\.9/),
    ]);
    await expect(runBench({ ...options, cms: true })).rejects.toMatchObject({ code: 'usage' });
  }, 30_000);

  it('measures through a transport only what can be seen from there', async () => {
    const verifier = 'zoo:accepts-everything';
    const { rows, warnings, skipped } = await runBench({
      quick: true,
      verifiers: ['module:./src/verifiers/transports/fixtures/broken/accept-all.mjs', verifier],
      envelopes: ['example0'],
    });
    const through = rows.filter((row) => row.verifier.startsWith('module:'));
    expect([...new Set(through.map(({ metric }) => metric))]).not.toContain('parseTime');
    expect(through.length + skipped.length).toBeGreaterThan(0);
    expect(warnings).toContainEqual(expect.stringMatching(/^module:.*the way to its process/));
    expect(rows.some((row) => row.verifier === verifier && row.metric === 'verifyTime')).toBe(true);
  }, 60_000);

  it('refuses what it does not know, by name', async () => {
    await expect(runBench({ verifiers: ['nobody'], envelopes: ['example0'] })).rejects.toMatchObject({
      code: 'verifier-unknown',
    });
    await expect(runBench({ envelopes: ['example9'] })).rejects.toMatchObject({ code: 'envelope-unknown' });
    await expect(runBench({ series: ['example9'] })).rejects.toMatchObject({ code: 'series-unknown' });
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
      batch: 1,
      spread: { deviationPercent: 0, p75: 1, p99: 1 },
    },
    timing: { rounds: 1, roundMs: 1, warmUpMs: 1 },
    growth: [],
    findings: ['v: steps of parse grows with the power 2.00 of commands'],
    rows: [
      row('parseTime', 1.234, { unit: 'ratio', interval: { low: 1.2, high: 1.3, confidence: 0.965 } }),
      row('smallestArena', 316, { source: 'counted', exact: true }),
    ],
    skipped: [{ verifier: 'w', envelope: 'e', reason: 'verify: sig-invalid' }],
    warnings: ['v e parseTime: wide spread'],
  };

  it('keeps counted and process figures in tables of their own', () => {
    const [, counted, , process] = renderBench(report).split('\n\n');
    expect(counted).toMatch(/^Counted/);
    expect(counted).toContain('316 B');
    expect(counted).not.toContain('1.23');
    expect(process).toMatch(/^Of the process/);
    expect(process).toContain('1.23 (1.20 … 1.30)');
    expect(process).not.toContain('316');
  });

  it('says in words what is not to be trusted, and what was not measured', () => {
    const text = renderBench(report);
    expect(text).toContain('- v e parseTime: wide spread');
    expect(text).toContain('96.5 % confidence');
    expect(text).toContain('- v: steps of parse grows with the power 2.00');
    expect(text).toContain('- w e verify: sig-invalid');
    expect(renderBench({ ...report, warnings: [] })).not.toContain('Warning');
  });
});
