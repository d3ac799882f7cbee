import { describe, expect, it } from 'vitest';
import { benchMarkdown, provenance } from './bench-markdown.ts';
import type { BenchReport } from './bench-report.ts';

describe('where figures come from', () => {
  const report = (load: number): BenchReport => ({
    machine: { cpu: 'c', cores: 2, memoryBytes: 1, platform: 'p', node: '20', v8: '11', openssl: '3' },
    taken: { date: '2026-01-02', load },
    node: '20',
    quick: false,
    calibration: { name: 'c', medianNs: 16_000, batch: 1, spread: { deviationPercent: 0, p75: 1, p99: 1 } },
    timing: { rounds: 1, roundMs: 1, warmUpMs: 1 },
    rows: [],
    growth: [],
    findings: [],
    skipped: [],
    warnings: [],
  });

  it('is said with the day and the load, and what a load means', () => {
    expect(provenance(report(0.3), 'x').at(-1)).toBe(
      'Taken on 2026-01-02, when the load of the machine was 0.3.',
    );
    expect(provenance(report(20), 'x').at(-1)).toContain(
      'load of the machine was 20.0: it was busy with other things',
    );
  });

  it('stands above the tables, and of a decoder is said what it died of', () => {
    const interval = { low: 1, high: 1, confidence: 1 };
    const decoder = {
      ratio: 1,
      interval,
      allocatedBytes: 2,
      malformed: 3,
      acceptedMalformed: 0,
      acceptedOf: {},
    };
    const deaths = [{ input: 'arrays 90,000 deep', inputBytes: 90_001, how: 'SIGABRT' }];
    const text = benchMarkdown({
      ...report(0),
      decoders: [
        { ...decoder, decoder: 'a', deaths },
        { ...decoder, decoder: 'b', deaths: [] },
      ],
    });
    expect(text).toContain('| a | 1.00 | 2 | 0 of 3 | arrays 90,000 deep (90001 bytes): SIGABRT |');
    expect(text).toMatch(/\| b \|.*\| none of 17 \|/);
  });
});
