/**
 * `gauntlet baseline`: accepts the findings of a results.json, each with a reason.
 *
 * @module
 */
import { existsSync, writeFileSync } from 'node:fs';
import { BenchError } from '../bench-error.ts';
import { baselineOf, readBaseline } from '../report/baseline.ts';
import type { Results } from '../report/results.ts';
import { readJson } from './files.ts';

export function runBaseline(
  results: string,
  file: string,
  options: { readonly reason: string; readonly format: 'text' | 'json' },
): number {
  const json = readJson(results, 'results') as Partial<Results> | null;
  if (!Array.isArray(json?.findings))
    throw new BenchError('results-unreadable', `${results} has no findings`);
  const before = existsSync(file) ? readBaseline(file) : undefined;
  const baseline = baselineOf(json as Results, options.reason, before);
  writeFileSync(file, `${JSON.stringify(baseline, null, 2)}\n`);
  process.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify(baseline)}\n`
      : `${file}: ${baseline.known.length} known findings, ${before?.known.length ?? 0} before\n`,
  );
  return 0;
}
