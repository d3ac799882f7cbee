/**
 * The thread of a job: obeys the orders of fuzz-thread.ts.
 *
 * @module
 */
import { parentPort } from 'node:worker_threads';
import { BenchError } from '../bench-error.ts';
import { openJob } from './fuzz-job.ts';
import type { FromJob, ToJob } from './fuzz-messages.ts';
import type { FuzzJob } from './fuzz-orders.ts';

let job: FuzzJob | undefined;

function send(message: FromJob): void {
  parentPort?.postMessage(message);
}

async function obey(message: ToJob): Promise<void> {
  switch (message.kind) {
    case 'open':
      job = await openJob(message.options);
      return send({ kind: 'opened' });
    case 'tell':
      return job?.tell(message.news);
    case 'batch':
      for await (const report of job?.batch(message.order) ?? []) send({ kind: 'report', report });
      return send({ kind: 'batch-done' });
    case 'shrink':
      if (job !== undefined) send({ kind: 'shrunk', finding: await job.shrink(message.order) });
      return;
    case 'close':
      await job?.close();
      send({ kind: 'closed' });
  }
}

parentPort?.on('message', (message: ToJob) => {
  // A worker boundary: what is thrown here is thrown again on the other side.
  obey(message).catch((thrown: unknown) => {
    const failed = {
      kind: 'failed' as const,
      message: thrown instanceof Error ? (thrown.stack ?? '') : String(thrown),
    };
    if (!(thrown instanceof BenchError)) return send(failed);
    send({ ...failed, message: thrown.message, code: thrown.code, blame: thrown.blame });
  });
});
