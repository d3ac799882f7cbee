import { describe, expect, it } from 'vitest';
import type { Delivery } from '../device/delivery.ts';
import type { Run } from '../scenarios/scenario.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { tinyRecipient } from '../verifiers/transports/fixtures/tiny.ts';
import { unclaimedExtras } from './claims-fit.ts';

const delivering = (more: Partial<Delivery>): Run => ({
  recipient: tinyRecipient,
  steps: [{ delivery: { event: 'boot', payloads: [], ...more }, must: 'accept', level: 'invoked' }],
});

describe('what deliveries have beyond envelope and payloads', () => {
  it('is skipped by those who do not claim it, and by nobody else', async () => {
    const { extras, ...silent } = await referenceVerifier().hello();
    const cut = delivering({ powerCut: { step: 1, when: 'after' } });
    const several = delivering({ candidates: [Uint8Array.of(1)] });
    expect(unclaimedExtras(silent, [delivering({})])).toEqual([]);
    expect(unclaimedExtras(silent, [delivering({}), cut, cut])).toEqual(['deliveries with power-cut']);
    expect(unclaimedExtras({ ...silent, extras: ['power-cut'] }, [cut, several])).toEqual([
      'deliveries with candidates',
    ]);
    expect(unclaimedExtras({ ...silent, ...(extras && { extras }) }, [cut, several])).toEqual([]);
  });
});
