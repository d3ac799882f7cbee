import { describe, expect, it } from 'vitest';
import {
  compareCosts,
  isRegression,
  printCosts,
  readCosts,
  renderCosts,
  writeCosts,
} from './bench-baseline.ts';
import type { BenchReport, BenchRow } from './bench-report.ts';

const steps = (value: number, envelope = 'example0'): BenchRow => ({
  verifier: 'v',
  envelope,
  metric: 'steps',
  value,
  unit: 'steps',
  source: 'counted',
  exact: true,
});

const time = (from: number): BenchRow => {
  const ratios = Array.from({ length: 15 }, (_, i) => from * (1 + i / 1000));
  const row = { verifier: 'v', envelope: 'example0', metric: 'verifyTime', unit: 'ratio' } as const;
  return { ...row, value: ratios[7] as number, source: 'process', exact: false, ratios };
};

const machine = { cpu: 'c', cores: 2, memoryBytes: 1, platform: 'p', node: '20', v8: '11', openssl: '3' };

function report(rows: readonly BenchRow[], more: Partial<BenchReport> = {}): BenchReport {
  return {
    machine,
    node: '20',
    quick: true,
    calibration: {
      name: 'calibration',
      medianNs: 1,
      batch: 1,
      spread: { deviationPercent: 0, p75: 1, p99: 1 },
    },
    timing: { rounds: 15, roundMs: 1, warmUpMs: 1 },
    rows,
    growth: [],
    findings: [],
    skipped: [],
    warnings: [],
    ...more,
  };
}

const written = { version: '1', today: '2026-01-01' };
const baseline = writeCosts(report([steps(100), time(5)]), written);
const kinds = (rows: readonly BenchRow[], more: Partial<BenchReport> = {}) =>
  compareCosts(report(rows, more), baseline).changes.map(({ kind, metric }) => [kind, metric]);

describe('compareCosts', () => {
  it('compares what is counted exactly', () => {
    expect(kinds([steps(100), time(5)])).toEqual([]);
    expect(kinds([steps(101), time(5)])).toEqual([['more', 'steps']]);
    expect(kinds([steps(99), time(5)])).toEqual([['less', 'steps']]);
    expect(kinds([steps(100), steps(7, 'example1'), time(5)])).toEqual([['new', 'steps']]);
    expect(compareCosts(report([steps(101)]), { ...baseline, tolerances: { steps: 1 } }).changes).toEqual([]);
    expect(
      compareCosts(report([steps(102)]), { ...baseline, tolerances: { steps: 1 } }).changes,
    ).toHaveLength(1);
  });

  it('misses what is refused now, and not what was not asked for', () => {
    const skipped = [{ verifier: 'v', envelope: 'example0', reason: 'verify: sig-invalid' }];
    expect(kinds([steps(1, 'example1')], { skipped })).toContainEqual(['gone', 'steps']);
    expect(kinds([steps(1, 'example1')])).toEqual([['new', 'steps']]);
    expect(kinds([])).toEqual([]);
  });

  it('calls a time slower only by ranks and by a tenth at least', () => {
    expect(kinds([steps(100), time(5.3)])).toEqual([]);
    expect(kinds([steps(100), time(6)])).toEqual([['more', 'verifyTime']]);
    expect(kinds([steps(100), time(4)])).toEqual([['less', 'verifyTime']]);
    const one = { ...time(9), ratios: [9] };
    expect(kinds([steps(100), one])).toEqual([]);
  });

  it('compares no times of another machine, and says so', () => {
    const other = report([steps(101), time(50)], { machine: { ...machine, cpu: 'd' } });
    const comparison = compareCosts(other, baseline);
    expect(comparison.changes.map(({ metric }) => metric)).toEqual(['steps']);
    expect(comparison.note).toContain('another cpu (c, here d)');
  });
});

describe('a baseline', () => {
  it('keeps since when a figure has been so, and says it', () => {
    const later = { version: '2', today: '2026-02-02', before: baseline };
    const next = writeCosts(report([steps(100), steps(7, 'example1')]), later);
    expect(next.rows.map(({ since }) => since)).toEqual(['2026-01-01', '2026-02-02']);
    const comparison = compareCosts(report([steps(150), steps(6, 'example1')]), next);
    expect(comparison.changes.map(isRegression)).toEqual([true, false]);
    const text = renderCosts(comparison);
    expect(text).toContain('2 changes, 1 of them regressions');
    expect(text).toContain('REGRESSION v example0 steps: 100 since 2026-01-01, now 150 (+50.0 %)');
    expect(text).toContain('- v example1 steps: 7 since 2026-02-02, now 6 (-14.3 %)');
  });

  it('of counts alone is of no machine, and a line for each', () => {
    const counts = writeCosts(report([steps(100), steps(7, 'example1')]), written);
    expect(counts.machine).toBeUndefined();
    const text = printCosts(counts);
    expect(JSON.parse(text)).toEqual(counts);
    expect(text.split('\n').filter((line) => line.includes('"steps"'))).toHaveLength(2);
    expect(compareCosts(report([steps(100), steps(8, 'example1'), time(5)]), counts)).toEqual({
      changes: [expect.objectContaining({ kind: 'more', was: 7, now: 8 })],
    });
  });

  it('is read back, and nothing else is', () => {
    expect(readCosts(JSON.parse(JSON.stringify(baseline)), 'f')).toEqual(baseline);
    for (const wrong of [null, [], {}, { ...baseline, format: 2 }, { ...baseline, rows: [{ ...steps(1) }] }])
      expect(() => readCosts(wrong, 'f')).toThrow('f is no baseline');
  });
});
