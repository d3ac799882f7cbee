/**
 * `gauntlet report`: the reports of a run that was killed, made of its results.jsonl.
 *
 * @module
 */
import { join } from 'node:path';
import { catalogue } from '../attacks/catalogue.ts';
import { resultsOfLog } from '../report/log.ts';
import { renderResults } from '../report/terminal.ts';
import { readBytes } from './files.ts';
import { writeReports } from './write-reports.ts';

/** Exit status 1: there are findings. */
export function runReport(folder: string, options: { readonly format: 'text' | 'json' }): number {
  const file = join(folder, 'results.jsonl');
  const results = resultsOfLog(new TextDecoder().decode(readBytes(file, 'log')), catalogue, file);
  writeReports(folder, results, undefined);
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(results, null, 1)}\n` : renderResults(results),
  );
  return results.findings.length > 0 ? 1 : 0;
}
