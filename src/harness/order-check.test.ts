import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import type { Decision } from '../device/decision.ts';
import type { Host } from '../verifiers/host.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';
import { orderDependent, sampleSize } from './order-check.ts';

/** The reference, which after so many sessions no longer says why. */
function tiring(after: number): Verifier {
  const reference = referenceVerifier();
  let opened = 0;
  return {
    hello: () => reference.hello(),
    async open(recipient) {
      const session = await reference.open(recipient);
      const isTired = ++opened > after;
      return {
        async deliver(delivery): Promise<Decision> {
          const decision = await session.deliver(delivery);
          if (!isTired || decision.kind !== 'rejected') return decision;
          const { stage: _s, reason: _r, ...rest } = decision;
          return rest;
        },
      };
    },
  };
}

async function findings(create: () => Verifier) {
  const host = await directHost('mine', create());
  const attacks = catalogue.filter(({ group }) => group === 'E' || group === 'F');
  const result = await runCampaign({ hosts: [host], attacks, stored: [], seed: 3, runs: 3 });
  let reopened: Host | undefined;
  const found = await orderDependent(result.samples, async ({ spec }) => {
    reopened = await directHost(spec, create());
    return reopened;
  });
  return { found, sampled: result.samples.get(host)?.length ?? 0 };
}

describe('a sample of the cases once more, in another order', () => {
  it('is answered as before by the reference', async () => {
    const { found, sampled } = await findings(referenceVerifier);
    expect(found).toEqual([]);
    expect(sampled).toBeGreaterThan(10);
    expect(sampled).toBeLessThanOrEqual(sampleSize);
  });

  it('finds one whose answers depend on what came before', async () => {
    const { found } = await findings(() => tiring(20));
    expect(found).toMatchObject([
      {
        kind: 'order-dependent',
        verifier: 'mine',
        note: expect.stringMatching(/answered otherwise by a fresh verifier/),
      },
    ]);
  });
});
