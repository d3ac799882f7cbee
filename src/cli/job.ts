/**
 * The process of one job: runs its shard, and tells how far it is.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import type { Progress } from '../harness/campaign.ts';
import type { FromJob, ToJob } from './jobs.ts';
import { runShard } from './run-shard.ts';

let isStopped = false;
const watch = {
  isInterrupted: () => isStopped,
  onProgress: (progress: Progress) => tell({ kind: 'progress', progress }),
};

// Whoever started it says when to stop: a Ctrl-C goes to both.
process.on('SIGINT', () => {});
// Without it nobody would read the results.
process.on('disconnect', () => process.exit(3));
process.on('message', (message: ToJob) => {
  if (message.kind === 'stop') isStopped = true;
  else
    runShard(message.options, watch).then(
      () => end({ kind: 'done' }),
      (thrown) => end(failureOf(thrown)),
    );
});

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
