/**
 * Bytes that one operation allocates on V8's heap, counted in a fresh child process.
 *
 * The number belongs to this version of V8, and buffers outside the heap (ArrayBuffer contents, OpenSSL) are not in
 * it: it is observed, not counted by the verifier.
 *
 * @module
 */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BenchError } from '../bench-error.ts';
import type { OperationKind } from './operations.ts';

export interface AllocationRequest {
  /** A built-in verifier. */
  readonly verifier: string;
  readonly envelopes: readonly string[];
}

export interface AllocationReport {
  readonly envelope: string;
  readonly kind: OperationKind;
  /** Bytes of one operation, measured several times. */
  readonly samples: readonly number[];
}

export interface Allocations {
  readonly reports: readonly AllocationReport[];
  /** Of the whole child: Node.js itself, the young generation, every operation. */
  readonly peakRssBytes: number;
}

const child = fileURLToPath(new URL('./allocation-child.js', import.meta.url));
const flags = ['--jitless', '--max-semi-space-size=64', '--min-semi-space-size=64', '--no-warnings'];
const deadlineMs = 30_000;

/** Measures every operation of one verifier in one child. */
export async function allocationsOf(request: AllocationRequest): Promise<Allocations> {
  const started = fork(child, [], { execArgv: flags, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  try {
    started.send(request);
    return await answerOf(started);
  } finally {
    started.kill('SIGKILL');
  }
}

function answerOf(started: ChildProcess): Promise<Allocations> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new BenchError('allocation-child', `allocations were not measured: ${why}`, { blame: 'bench' }));
    const timer = setTimeout(() => fail(`no answer in ${deadlineMs} ms`), deadlineMs);
    started.once('message', (message: Allocations | { error: string }) => {
      clearTimeout(timer);
      if ('error' in message) fail(message.error);
      else resolve(message);
    });
    started.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`the process ended with ${signal ?? code}`);
    });
    started.once('error', (error) => {
      clearTimeout(timer);
      fail(error.message);
    });
  });
}
