/**
 * A shard of a run in this process: it leaves log, results and findings in its folder.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from './run.ts';
import { runHere, type Watch } from './run-here.ts';
import { planOf } from './run-plan.ts';

export async function runShard(options: RunOptions & { readonly out: string }, watch: Watch): Promise<void> {
  const results = await runHere(options, planOf(options), watch);
  writeFileSync(join(options.out, 'results.json'), JSON.stringify(results));
}
