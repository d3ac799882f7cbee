/**
 * The process of one job: runs its shard, leaves log, results and findings in its folder, and tells how far it is.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import type { FromJob, ToJob } from './jobs.ts';
import type { RunOptions } from './run.ts';
import { runHere } from './run-here.ts';
import { planOf } from './run-plan.ts';

let isStopped = false;

// Whoever started it says when to stop: a Ctrl-C goes to both.
process.on('SIGINT', () => {});
// Without it nobody would read the results.
process.on('disconnect', () => process.exit(3));
process.on('message', (message: ToJob) => {
  if (message.kind === 'stop') isStopped = true;
  else
    run(message.options).then(
      () => end({ kind: 'done' }),
      (thrown) => end(failureOf(thrown)),
    );
});

async function run(options: RunOptions): Promise<void> {
  const results = await runHere(options, planOf(options), {
    isInterrupted: () => isStopped,
    onProgress: (progress) => tell({ kind: 'progress', progress }),
  });
  writeFileSync(join(options.out as string, 'results.json'), JSON.stringify(results));
}

function failureOf(thrown: unknown): FromJob {
  if (thrown instanceof BenchError) {
    const { code, blame, message } = thrown;
    return { kind: 'failed', message, error: { code, blame } };
  }
  return {
    kind: 'failed',
    message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  };
}

function tell(message: FromJob): void {
  process.send?.(message);
}

function end(message: FromJob): void {
  process.send?.(message, () => process.exit());
}
