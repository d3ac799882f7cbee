/**
 * `gauntlet report`: the reports of a run that was killed, made of its results.jsonl, or of a fuzzing run's fuzz.jsonl.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { logName, readStore } from '../harness/fuzz-store.ts';
import { writeFuzz } from './fuzz-output.ts';
import { jobFolders } from './jobs.ts';
import { locked } from './locked.ts';
import { loggedResults } from './logged-results.ts';
import { baselineIn, benchIn } from './report-inputs.ts';
import { type ConcludeOptions, conclude } from './run.ts';

/** Exit status as of the run. Of a fuzzing run also 3: it was killed before it had any findings. */
export async function runReport(folder: string, options: Omit<ConcludeOptions, 'out'>): Promise<number> {
  // One that is still going makes its own; a folder that is not there is no place for a lock.
  const place = existsSync(folder) ? folder : undefined;
  return locked(place, () => reported(folder, options));
}

function reported(folder: string, options: Omit<ConcludeOptions, 'out'>): number {
  if (existsSync(join(folder, logName))) {
    const { state } = readStore(folder);
    const [baseline, bench] = [baselineIn(options.baseline), benchIn(options.bench)];
    const given = { ...(baseline && { baseline }), ...(bench && { bench }) };
    return writeFuzz(state, { end: 'interrupted', jobs: 0, out: folder, format: options.format, ...given });
  }
  const jobs = jobFolders(folder);
  return conclude(loggedResults(jobs.length > 0 ? jobs : [folder], folder), { ...options, out: folder });
}
