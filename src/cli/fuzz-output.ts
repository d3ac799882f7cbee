/**
 * What a fuzzing run leaves: its report, printed and in all formats, and its exit status.
 *
 * @module
 */
import { join } from 'node:path';
import { listCatalogue } from '../attacks/catalogue.ts';
import { replayable } from '../attacks/replayable.ts';
import type { FuzzState } from '../harness/fuzz-state.ts';
import type { BenchReport } from '../measure/bench-report.ts';
import { type Baseline, compare } from '../report/baseline.ts';
import { type FuzzEnd, makeFuzzReport, resultsOfFuzz } from '../report/fuzz-report.ts';
import { renderFuzz } from '../report/render-fuzz.ts';
import { writeFile } from './files.ts';
import { exitStatus, knownIds, today } from './run.ts';
import { writeReports } from './write-reports.ts';

export interface FuzzOutput {
  readonly end: FuzzEnd;
  readonly jobs: number;
  /** Absent: nothing is written. */
  readonly out: string | undefined;
  readonly baseline?: Baseline;
  /** For the HTML report. */
  readonly bench?: BenchReport;
  readonly format: 'text' | 'json';
}

/** The exit status: 1 where something was found or verifiers accept the same bytes as different things. */
export function writeFuzz(state: FuzzState, output: FuzzOutput): number {
  const { end, jobs, out, baseline, bench, format } = output;
  const attacks = replayable.filter(({ id }) => state.setup.attacks.includes(id));
  const notYet = listCatalogue().filter((row) => row.notYet).length;
  const results = resultsOfFuzz(state, { end, attacks, notYet });
  const report = makeFuzzReport(state, results, { end, jobs });
  const comparison = baseline && compare(results, baseline, { ids: knownIds(), today: today() });
  writeReports(out, results, { comparison, bench });
  const json = `${JSON.stringify(report, null, 1)}\n`;
  if (out !== undefined) writeFile(join(out, 'fuzz.json'), json);
  process.stdout.write(format === 'json' ? json : renderFuzz(report, results, comparison));
  const found = comparison ? comparison.problems.length : results.findings.length;
  const parted = report.differences.filter(({ bothAccept }) => bothAccept).length;
  return exitStatus({ unexpected: found + parted, interrupted: end === 'interrupted' });
}
