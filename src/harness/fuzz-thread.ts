/**
 * A job in a thread of its own, so that breeding and judging take place on several cores.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';
import { BenchError } from '../bench-error.ts';
import type { FromJob, ToJob } from './fuzz-messages.ts';
import type { CaseReport, FuzzJob, JobOptions } from './fuzz-orders.ts';

/** Milliseconds that verifiers get to leave by themselves. */
const closeMs = 3000;

/** Throws BenchError as `openJob` does. */
export async function openThreadJob(options: JobOptions): Promise<FuzzJob> {
  const worker = new Worker(new URL('./fuzz-runner.js', import.meta.url));
  const inbox = new Inbox(worker);
  const tell = (message: ToJob) => worker.postMessage(message);
  tell({ kind: 'open', options });
  try {
    await inbox.next();
  } catch (thrown) {
    await worker.terminate();
    throw thrown;
  }
  return {
    tell: (news) => tell({ kind: 'tell', news }),
    async *batch(order): AsyncGenerator<CaseReport> {
      tell({ kind: 'batch', order });
      for (let message = await inbox.next(); message.kind === 'report'; message = await inbox.next())
        yield message.report;
    },
    async shrink(order) {
      tell({ kind: 'shrink', order });
      const message = await inbox.next();
      return message.kind === 'shrunk' ? message.finding : order.finding;
    },
    async close() {
      tell({ kind: 'close' });
      await inbox.until('closed', closeMs);
      await worker.terminate();
    },
  };
}

/** Messages in the order in which they come, to whoever waits. */
class Inbox {
  private readonly messages: FromJob[] = [];
  private wake: () => void = () => {};
  private failure: Error | undefined;

  constructor(worker: Worker) {
    worker.on('message', (message: FromJob) => {
      if (message.kind === 'failed') this.fail(errorOf(message));
      else this.messages.push(message);
      this.wake();
    });
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', () => this.fail(new BenchError('fuzz-job', 'a job ended', { blame: 'bench' })));
  }

  async next(): Promise<FromJob> {
    for (;;) {
      const message = this.messages.shift();
      if (message !== undefined) return message;
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((settle) => {
        this.wake = settle;
      });
    }
  }

  /** Drops what comes before; returns after so many milliseconds in any case. */
  async until(kind: FromJob['kind'], ms: number): Promise<void> {
    const timer = setTimeout(() => this.fail(new Error('no time left')), ms);
    try {
      while ((await this.next()).kind !== kind);
    } catch {
      // It is gone, or will be.
    } finally {
      clearTimeout(timer);
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }
}

function errorOf({ message, code, blame }: Extract<FromJob, { kind: 'failed' }>): Error {
  return code === undefined ? new Error(message) : new BenchError(code, message, blame ? { blame } : {});
}
