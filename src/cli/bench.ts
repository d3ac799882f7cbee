/**
 * `gauntlet bench`: parse and verify cost under memory ceilings.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { runBench } from '../measure/bench.ts';
import {
  type BenchBaseline,
  compareCosts,
  isRegression,
  printCosts,
  readCosts,
  renderCosts,
  writeCosts,
} from '../measure/bench-baseline.ts';
import type { BenchReport } from '../measure/bench-report.ts';
import { drawGrowth } from '../measure/draw-growth.ts';
import { drawMemory } from '../measure/draw-memory.ts';
import { renderBench } from '../measure/render-bench.ts';
import { version } from '../version.ts';
import type { Config } from './config.ts';
import { makeFolder, mustBeWritable, readJson, writeFile } from './files.ts';
import { today } from './run.ts';

export interface BenchCommandOptions {
  readonly verifier?: readonly string[];
  readonly config?: Config;
  readonly envelope?: readonly string[];
  readonly series?: readonly string[];
  readonly quick?: boolean;
  readonly decoders?: boolean;
  readonly cms?: boolean;
  readonly families?: boolean;
  readonly exact?: boolean;
  /** No times, and nothing that hangs on the machine. */
  readonly counted?: boolean;
  readonly out?: string;
  /** What the costs were. */
  readonly baseline?: string;
  /** Writes what they are now to that file. */
  readonly writeBaseline?: boolean;
  readonly format: 'text' | 'json';
}

/** Exit status 1: cost that is not linear, or more than the baseline has, or what it has and was refused now. */
export async function runBenchCommand(options: BenchCommandOptions): Promise<number> {
  const before = baselineOf(options);
  if (options.baseline !== undefined && options.writeBaseline) mustBeWritable(options.baseline);
  if (options.out !== undefined) makeFolder(options.out);
  const report = await runBench({
    quick: options.quick ?? false,
    decoders: options.decoders ?? false,
    cms: options.cms ?? false,
    families: options.families ?? false,
    exact: options.exact ?? false,
    counted: options.counted ?? false,
    ...(options.verifier && { verifiers: options.verifier }),
    ...(options.config && { entries: options.config.entries }),
    ...(options.envelope && { envelopes: options.envelope }),
    ...(options.series && { series: options.series }),
  });
  if (options.out !== undefined) writeBench(options.out, report);
  const comparison = before && !options.writeBaseline ? compareCosts(report, before) : undefined;
  if (options.baseline !== undefined && options.writeBaseline) {
    const next = writeCosts(report, { version: version(), today: today(), ...(before && { before }) });
    writeFile(options.baseline, printCosts(next));
  }
  process.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify(comparison ? { ...report, comparison } : report, null, 1)}\n`
      : `${renderBench(report)}${comparison ? `\n${renderCosts(comparison)}` : ''}`,
  );
  const isWorse = comparison?.changes.some(isRegression) ?? false;
  return report.findings.length > 0 || isWorse ? 1 : 0;
}

/** Undefined: none is asked for, or the file is only to be written. */
function baselineOf({ baseline, writeBaseline }: BenchCommandOptions): BenchBaseline | undefined {
  if (baseline === undefined) {
    if (writeBaseline)
      throw new BenchError('usage', '--write-baseline goes with --baseline, the file to write');
    return undefined;
  }
  if (writeBaseline && !existsSync(baseline)) return undefined;
  return readCosts(readJson(baseline, 'baseline'), baseline);
}

/** bench.json, growth.svg and, where families were asked for, memory.svg. */
export function writeBench(folder: string, report: BenchReport): void {
  makeFolder(folder);
  writeFile(join(folder, 'bench.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFile(join(folder, 'growth.svg'), drawGrowth(report.growth));
  if (report.families !== undefined) writeFile(join(folder, 'memory.svg'), drawMemory(report.families));
}
