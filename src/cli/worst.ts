/**
 * `gauntlet worst`: the delivery of a size that costs a verifier most.
 *
 * @module
 */
import { join } from 'node:path';
import { fromHex } from '../cbor/hex.ts';
import { renderWorst } from '../measure/render-worst.ts';
import { searchWorst, type WorstMetric, type WorstReport } from '../measure/worst.ts';
import type { Maker } from '../measure/worst-seeds.ts';
import type { Config } from './config.ts';
import { makeFolder, writeFile } from './files.ts';

export interface WorstCommandOptions {
  readonly verifier?: readonly string[];
  readonly config?: Config;
  readonly bytes: number;
  /** Default: both. */
  readonly key?: Maker;
  readonly metric: WorstMetric;
  readonly seed: number;
  readonly tries: number;
  /** More is a finding. */
  readonly above?: number;
  readonly out?: string;
  readonly format: 'text' | 'json';
}

/** Exit status 1: some amplification is above what was allowed. */
export async function runWorst(options: WorstCommandOptions): Promise<number> {
  const { bytes, metric, seed, tries, above, out } = options;
  if (out !== undefined) makeFolder(out);
  const reports: WorstReport[] = [];
  for (const verifier of options.verifier ?? ['bounded']) {
    for (const maker of options.key === undefined ? (['outsider', 'signed'] as const) : [options.key])
      reports.push(
        await searchWorst({ verifier, bytes, maker, metric, seed, tries }, options.config?.entries),
      );
  }
  if (out !== undefined) writeWorst(out, reports);
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(reports, null, 1)}\n` : renderWorst(reports),
  );
  const isAbove = ({ worst }: WorstReport): boolean => above !== undefined && worst.amplification > above;
  return reports.some(isAbove) ? 1 : 0;
}

/** The envelopes stand beside the report, for `gauntlet explain`. */
function writeWorst(folder: string, reports: readonly WorstReport[]): void {
  writeFile(join(folder, 'worst.json'), `${JSON.stringify(reports, null, 1)}\n`);
  for (const { verifier, maker, metric, worst } of reports)
    writeFile(
      join(folder, `${verifier.replaceAll(/[^\w.-]+/g, '-')}-${maker}-${metric}.suit`),
      fromHex(worst.envelope),
    );
}
