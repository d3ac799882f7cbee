/**
 * `gauntlet report`: the reports of a run that was killed, made of its results.jsonl, or of a fuzzing run's fuzz.jsonl.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../attacks/catalogue.ts';
import { logName, readStore } from '../harness/fuzz-store.ts';
import { resultsOfLog } from '../report/log.ts';
import { renderResults } from '../report/terminal.ts';
import { readBytes } from './files.ts';
import { writeFuzz } from './fuzz-output.ts';
import { writeReports } from './write-reports.ts';

/** Exit status 1: there are findings. Of a fuzzing run also 3: it was killed before it had any. */
export function runReport(folder: string, options: { readonly format: 'text' | 'json' }): number {
  if (existsSync(join(folder, logName))) {
    const { state } = readStore(folder);
    return writeFuzz(state, { end: 'interrupted', jobs: 0, out: folder, format: options.format });
  }
  const file = join(folder, 'results.jsonl');
  const results = resultsOfLog(new TextDecoder().decode(readBytes(file, 'log')), catalogue, file);
  writeReports(folder, results, undefined);
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(results, null, 1)}\n` : renderResults(results),
  );
  return results.findings.length > 0 ? 1 : 0;
}
