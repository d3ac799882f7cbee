/**
 * Verifiers in a worker thread: the built-ins, which are trusted not to exhaust the bench's memory.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';
import { escapeText } from '../../escape-text.ts';
import { ceilingBytesOf } from '../host.ts';
import { describeThrown } from './cap-text.ts';
import { failureOfThrown } from './death.ts';
import { type IsolatedHost, openHost, type TransportOptions } from './isolated-host.ts';
import type { JobsMessage, Source } from './messages.ts';
import type { Failure, Launch } from './runner.ts';
import { runnerClient } from './runner-client.ts';

const depth = 64;

export async function openWorkerHost(
  spec: string,
  source: Source,
  options: TransportOptions,
): Promise<IsolatedHost> {
  return openHost(spec, launchWorker(spec, source, options), options);
}

function launchWorker(spec: string, source: Source, options: TransportOptions): Launch {
  const ceilingBytes = ceilingBytesOf(options);
  return async (events) => {
    const worker = new Worker(new URL('./worker-runner.js', import.meta.url), {
      workerData: { source },
      ...(options.memoryMiB !== 'none' && {
        resourceLimits: { maxOldGenerationSizeMb: options.memoryMiB },
      }),
      stdout: true,
      stderr: true,
    });
    // Nothing is shown, but unread output would fill memory.
    worker.stdout.resume();
    worker.stderr.resume();
    const kill = async () => void (await worker.terminate());
    const client = runnerClient({ spec, helloMs: options.helloMs, ceilingBytes, events, kill });
    worker.on('message', client.receive);
    worker.on('messageerror', (error) =>
      client.gone({ kind: 'protocol-error', error: describeThrown(error) }, 'unreadable'),
    );
    worker.on('error', (error) => {
      const failure = failureOfError(error, ceilingBytes);
      client.gone(failure, escapeText(describeThrown(error)));
    });
    worker.on('exit', (code) => {
      const why = `the worker thread ended with status ${code}`;
      client.gone({ kind: 'crashed', error: why }, why);
    });
    const claims = await client.hello;
    return {
      claims,
      depth,
      inOrder: true,
      runner: {
        start: (jobs) =>
          worker.postMessage({ kind: 'jobs', jobs, flush: jobs.length === 1 } satisfies JobsMessage),
        stop: kill,
        quit: async () => {
          await kill();
          return undefined;
        },
      },
    };
  };
}

function failureOfError(error: Error, ceilingBytes: number): Failure {
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return { kind: 'exhausted', ceilingBytes, error: 'the heap limit of the worker thread' };
  }
  return failureOfThrown(describeThrown(error), ceilingBytes);
}
