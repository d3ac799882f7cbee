/**
 * `gauntlet bench`: parse and verify cost under memory ceilings.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBench } from '../measure/bench.ts';
import type { BenchReport } from '../measure/bench-report.ts';
import { drawGrowth } from '../measure/draw-growth.ts';
import { renderBench } from '../measure/render-bench.ts';
import { makeFolder } from './files.ts';

export interface BenchCommandOptions {
  readonly verifier?: readonly string[];
  readonly envelope?: readonly string[];
  readonly series?: readonly string[];
  readonly quick?: boolean;
  readonly out?: string;
  readonly format: 'text' | 'json';
}

export async function runBenchCommand(options: BenchCommandOptions): Promise<number> {
  const report = await runBench({
    quick: options.quick ?? false,
    ...(options.verifier && { verifiers: options.verifier }),
    ...(options.envelope && { envelopes: options.envelope }),
    ...(options.series && { series: options.series }),
  });
  if (options.out !== undefined) writeBench(options.out, report);
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(report, null, 1)}\n` : renderBench(report),
  );
  return report.findings.length > 0 ? 1 : 0;
}

function writeBench(folder: string, report: BenchReport): void {
  makeFolder(folder);
  writeFileSync(join(folder, 'bench.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(folder, 'growth.svg'), drawGrowth(report.growth));
}
