/**
 * Entry point of a child process: serves the verifier named in its one argument.
 *
 * @module
 */
import { loadVerifier } from './load-verifier.ts';
import type { JobsMessage, Source } from './messages.ts';
import { type Port, serveVerifier } from './serve-verifier.ts';

const source = JSON.parse(process.argv[2] ?? '{}') as Source;

// Kept from before the verifier is loaded, which may replace it.
const send = process.send?.bind(process);

const port: Port = {
  send: (message) =>
    new Promise((resolve) => {
      if (send === undefined) resolve();
      else send(message, undefined, undefined, () => resolve());
    }),
};

const receive = serveVerifier(() => loadVerifier(source), port);
process.on('message', (message) => receive(message as JobsMessage));
process.on('disconnect', () => process.exit(0));
