/**
 * A host without isolation: for tests, and for verifiers that are trusted to return. One trial at a time, as a
 * process of its own would have it.
 *
 * @module
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Recipient } from '../device/recipient.ts';
import type { Host } from '../verifiers/host.ts';
import type { Verifier } from '../verifiers/verifier.ts';

export async function directHost(spec: string, verifier: Verifier): Promise<Host> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    spec,
    claims: await verifier.hello(),
    depth: 1,
    trial(recipient, deliveries) {
      // A turn of the event loop each: else the processes of other hosts are not heard meanwhile.
      const answered = last.then(() => nextTurn()).then(() => answers(verifier, recipient, deliveries));
      last = answered;
      return answered;
    },
    close: async () => {},
  };
}

async function answers(
  verifier: Verifier,
  recipient: Recipient,
  deliveries: readonly Delivery[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  try {
    const session = await verifier.open(recipient);
    for (const delivery of deliveries) outcomes.push(await session.deliver(delivery));
    await session.close?.();
  } catch (thrown) {
    outcomes.push({ kind: 'crashed', error: String(thrown) });
  }
  return outcomes;
}
