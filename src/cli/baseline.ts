/**
 * `gauntlet baseline`: accepts the findings of a results.json, each with a reason.
 *
 * @module
 */

import { existsSync } from 'node:fs';
import { BenchError } from '../bench-error.ts';
import { howMany } from '../how-many.ts';
import { baselineOf } from '../report/baseline.ts';
import type { Results } from '../report/results.ts';
import { readJson, writeFile } from './files.ts';
import { readBaseline } from './report-inputs.ts';
import { knownIds } from './run.ts';

export interface BaselineCommandOptions {
  readonly reason: string;
  /** Record answers and proven attacks too. */
  readonly coverage?: boolean;
  /** Record which attacks there are. */
  readonly adopt?: boolean;
  readonly format: 'text' | 'json';
}

export function runBaseline(results: string, file: string, options: BaselineCommandOptions): number {
  if (options.reason.trim() === '')
    throw new BenchError('usage', '--reason is empty: say why these findings are accepted');
  const json = readJson(results, 'results file') as Partial<Results> | null;
  if (!Array.isArray(json?.findings))
    throw new BenchError('results-unreadable', `${results} has no findings`);
  const before = existsSync(file) ? readBaseline(file) : undefined;
  const baseline = baselineOf(json as Results, {
    reason: options.reason,
    ...(before && { before }),
    coverage: options.coverage ?? false,
    catalogue: { ids: [...knownIds()], adopt: options.adopt ?? false },
  });
  writeFile(file, `${JSON.stringify(baseline, null, 2)}\n`);
  process.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify(baseline)}\n`
      : `${file}: ${howMany(baseline.known.length, 'known finding')}, ${before?.known.length ?? 0} before\n`,
  );
  return 0;
}
