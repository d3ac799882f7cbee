/**
 * A host without isolation: for tests, and for verifiers that are trusted to return.
 *
 * @module
 */
import type { Outcome } from '../device/outcome.ts';
import type { Host } from '../verifiers/host.ts';
import type { Verifier } from '../verifiers/verifier.ts';

export async function directHost(spec: string, verifier: Verifier): Promise<Host> {
  return {
    spec,
    claims: await verifier.hello(),
    depth: 1,
    async trial(recipient, deliveries) {
      const outcomes: Outcome[] = [];
      try {
        const session = await verifier.open(recipient);
        for (const delivery of deliveries) outcomes.push(await session.deliver(delivery));
        await session.close?.();
      } catch (thrown) {
        outcomes.push({ kind: 'crashed', error: String(thrown) });
      }
      return outcomes;
    },
    close: async () => {},
  };
}
