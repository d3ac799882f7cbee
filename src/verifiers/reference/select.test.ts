import { describe, expect, it } from 'vitest';
import { signerOf } from '../../cose/blocks.ts';
import { strangerP256 } from '../../cose/test-keys.ts';
import type { Delivery } from '../../device/delivery.ts';
import type { Manifest } from '../../suit/model.ts';
import { encode, release } from '../../suit/parts.ts';
import type { Verifier } from '../verifier.ts';
import { act, author, bytes, component, image, manifest, network, recipient, set } from './fixtures/trial.ts';
import { createVerifier, referenceVerifier } from './reference.ts';

const stranger = signerOf(strangerP256);
const released = (sequenceNumber: bigint, changes: Partial<Manifest> = {}) =>
  encode(release(manifest({ sequenceNumber, ...changes }), [author]));
const forged = (sequenceNumber: bigint) => encode(release(manifest({ sequenceNumber }), [stranger]));

async function choose(
  envelopes: readonly Uint8Array[],
  more: { readonly event?: Delivery['event']; readonly verifier?: Verifier } = {},
) {
  const [envelope, ...candidates] = envelopes;
  const { event = 'update', verifier = referenceVerifier() } = more;
  const slots = event === 'boot' ? { components: [component(0, [bytes(image)])] } : {};
  const session = await verifier.open(recipient(slots));
  return session.deliver({ event, payloads: network, candidates, ...(envelope && { envelope }) });
}

describe('of several manifests', () => {
  it.each([
    ['in ascending order', [released(6n), released(7n), released(9n)]],
    ['in descending order', [released(9n), released(7n), released(6n)]],
    ['below a forged one', [forged(10n), released(9n), released(6n)]],
    ['below one of another version', [released(6n), released(9n), released(11n, { version: 2n })]],
    ['above one that is too old', [released(1n), released(9n)]],
    ['above bytes that are no envelope', [Uint8Array.of(1), released(9n)]],
  ])('the latest valid, authentic one is run: %s', async (_what, envelopes) => {
    const decision = await choose(envelopes);
    expect([decision.kind, decision.state?.sequenceNumber]).toEqual(['accepted', 9n]);
    const stored = envelopes.find(
      (one) => Buffer.compare(one, decision.state?.full?.installed ?? image) === 0,
    );
    expect(stored).toEqual(released(9n));
  });

  it('of two with one number the first at hand is run', async () => {
    const same = released(9n, { referenceUri: 'same' });
    expect((await choose([same, released(9n)])).state?.full?.installed).toEqual(same);
    expect((await choose([released(9n), same])).state?.full?.installed).toEqual(released(9n));
  });

  const failing = released(9n, { install: [set({ uri: 'http://example.com/gone' }), act('fetch')] });
  const halfWay = released(9n, { validate: [act('abort')] });

  it('the next latest is run where the latest fails, and nothing of that one is left', async () => {
    for (const latest of [failing, halfWay]) {
      const decision = await choose([released(6n, { install: [], validate: [] }), latest]);
      expect([decision.kind, decision.state?.sequenceNumber]).toEqual(['accepted', 6n]);
      expect(decision.state?.full?.contents).toEqual([recipient().components[0]?.slots]);
    }
  });

  it('none is run after the latest where the application says so', async () => {
    const verifier = createVerifier({ limits: { manifests: 1 } });
    expect(await choose([released(6n), failing], { verifier })).toMatchObject({ reason: 'fetch-failed' });
  });

  it('the reason is of the latest where all fail, and of the first where none may be chosen', async () => {
    expect(await choose([released(6n, { validate: [act('abort')] }), failing])).toMatchObject({
      kind: 'rejected',
      reason: 'fetch-failed',
    });
    expect(await choose([forged(7n), released(1n)])).toMatchObject({ reason: 'sig-invalid' });
  });

  it('a boot has the stored one among them', async () => {
    const stored = recipient({ components: [component(0, [bytes(image)])], installed: released(6n) });
    const session = await referenceVerifier().open({ ...stored, sequenceNumber: 6n });
    const boot: Delivery = { event: 'boot', payloads: [], candidates: [released(5n, { validate: [] })] };
    expect((await session.deliver(boot)).kind).toBe('accepted');
    const other = await referenceVerifier().open({ ...stored, sequenceNumber: 7n });
    expect(await other.deliver({ ...boot, candidates: [released(7n)] })).toMatchObject({ level: 'invoked' });
  });
});
