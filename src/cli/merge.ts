/**
 * `gauntlet merge`: the shards of a run into one result, as if one process had run it.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { locked } from './locked.ts';
import { loggedResults } from './logged-results.ts';
import { type ConcludeOptions, conclude } from './run.ts';

export interface MergeOptions extends ConcludeOptions {
  readonly out: string;
}

/** Exit status as of the run. */
export async function runMerge(folders: readonly string[], options: MergeOptions): Promise<number> {
  if (folders.length === 0) throw new BenchError('usage', 'give the folders of the shards to merge');
  return locked(options.out, () => conclude(loggedResults(folders, options.out), options));
}
