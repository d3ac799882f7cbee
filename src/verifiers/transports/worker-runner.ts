/**
 * Entry point of a worker thread: serves the verifier named in its worker data.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { loadVerifier } from './load-verifier.ts';
import type { JobsMessage, Source } from './messages.ts';
import { serveVerifier } from './serve-verifier.ts';

const port = parentPort;
if (port !== null) {
  const { source } = workerData as { readonly source: Source };
  const receive = serveVerifier(() => loadVerifier(source), {
    // Posting is immediate, whatever the thread does next.
    send: async (message) => port.postMessage(message),
  });
  port.on('message', (message: JobsMessage) => receive(message));
}
