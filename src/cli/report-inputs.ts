/**
 * What reports are made with besides the results: known findings, and the figures of a benchmark.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { jsonSchema } from '../json-schema.ts';
import type { BenchReport } from '../measure/bench-report.ts';
import { type Baseline, baselineFrom } from '../report/baseline.ts';
import { readJson } from './files.ts';

/** Throws BenchError `file-unreadable` or `baseline-unreadable`. */
export function readBaseline(file: string): Baseline {
  return baselineFrom(readJson(file, 'baseline'), file);
}

/** As `readBaseline`; undefined: none was given. */
export function baselineIn(file: string | undefined): Baseline | undefined {
  return file === undefined ? undefined : readBaseline(file);
}

/** The bench.json of `gauntlet bench --out`; undefined: none was given. Throws BenchError `bench-unreadable`. */
export function benchIn(file: string | undefined): BenchReport | undefined {
  if (file === undefined) return undefined;
  const json = readJson(file, 'bench report');
  const wrong = jsonSchema('bench').check(json);
  if (wrong !== undefined)
    throw new BenchError('bench-unreadable', `${file} is no bench.json of "gauntlet bench --out": ${wrong}`);
  return json as BenchReport;
}
