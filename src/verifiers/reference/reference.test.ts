import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../device/delivery.ts';
import { stateOf } from '../../device/recipient.ts';
import { encode, release } from '../../suit/parts.ts';
import type { Problem } from '../../suit/problem.ts';
import type { Session } from '../verifier.ts';
import { author, bytes, deliverBytes, image, manifest, network, recipient } from './fixtures/trial.ts';
import { createVerifier, defaultSteps, referenceVerifier } from './reference.ts';
import type { Step } from './work.ts';

function envelope(sequenceNumber: bigint): Uint8Array {
  return encode(release(manifest({ sequenceNumber }), [author]));
}

async function open(): Promise<Session> {
  return referenceVerifier().open(recipient());
}

function update(sequenceNumber: bigint, more: Partial<Delivery> = {}): Delivery {
  return { event: 'update', envelope: envelope(sequenceNumber), payloads: network, ...more };
}

describe('a session', () => {
  it('updates, then boots what it stored', async () => {
    const session = await open();
    const updated = await session.deliver(update(6n));
    expect(updated.effects).toEqual([
      { kind: 'authenticated' },
      { kind: 'fetch', uri: 'http://example.com/image', component: 0 },
      { kind: 'write', component: 0 },
      { kind: 'commit', sequenceNumber: 6n },
    ]);
    expect(updated.state).toMatchObject({
      sequenceNumber: 6n,
      components: [{ size: 100n }],
      full: { sequenceNumber: 6n, installed: envelope(6n), contents: [[bytes(image)]] },
    });
    const booted = await session.deliver({ event: 'boot', payloads: [] });
    expect(booted).toMatchObject({ kind: 'accepted', level: 'invoked', state: { sequenceNumber: 6n } });
  });

  it('keeps no trace of a refused update, and takes the next one', async () => {
    const session = await open();
    const before = stateOf(recipient());
    const failures: Delivery[] = [
      update(4n),
      update(9n, { payloads: [] }),
      update(9n, {
        payloads: [{ uri: 'http://example.com/image', kind: 'bytes', bytes: image.toReversed() }],
      }),
      update(9n, { envelope: envelope(9n).with(100, 0xff) }),
      { event: 'boot', payloads: [] },
      { event: 'boot', payloads: [], envelope: envelope(4n) },
    ];
    for (const delivery of failures) {
      const decision = await session.deliver(delivery);
      expect(decision.kind).toBe('rejected');
      expect(decision.state?.full).toEqual(before);
    }
    expect(await session.deliver(update(6n))).toMatchObject({ kind: 'accepted' });
  });

  it('boots a delivered envelope without storing it', async () => {
    const session = await open();
    await session.deliver(update(6n));
    const booted = await session.deliver({ event: 'boot', payloads: [], envelope: envelope(8n) });
    expect(booted).toMatchObject({
      kind: 'accepted',
      state: { full: { sequenceNumber: 6n, installed: envelope(6n) } },
    });
  });

  it('refuses what is older than the last update, and boots no older envelope', async () => {
    const session = await open();
    await session.deliver(update(7n));
    for (const event of ['update', 'boot'] as const) {
      expect(await session.deliver(update(6n, { event }))).toMatchObject({ reason: 'sequence-rollback' });
    }
    expect(await session.deliver(update(7n))).toMatchObject({ kind: 'accepted' });
  });

  it('reports a stage with every rejection, whatever bytes it gets', async () => {
    const good = envelope(6n);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
        const decision = await deliverBytes(good.with(at, byte));
        if (good[at] === byte) expect(decision.kind).toBe('accepted');
        else expect(decision).toMatchObject({ kind: 'rejected', stage: expect.any(String), effects: [] });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a verifier with other parts', () => {
  it('uses another rule in place of the draft’s', async () => {
    const verifier = createVerifier({ rules: { acceptsSequence: () => 'sequence-policy' } });
    expect(await deliverBytes(envelope(6n), { verifier })).toMatchObject({ reason: 'sequence-policy' });
  });

  it('runs the steps it is given', async () => {
    const verifier = createVerifier({ steps: () => defaultSteps.slice(0, 1) });
    const decision = await deliverBytes(envelope(6n), { verifier });
    expect(decision).toMatchObject({ kind: 'accepted', effects: [], state: { sequenceNumber: 5n } });
  });

  it('waits for a step that has to be awaited, and goes on after it or stops there', async () => {
    const late = (answer: Problem | undefined) =>
      createVerifier({
        steps: ([decode, ...others]) => [
          decode as Step,
          { name: 'late', run: async () => answer },
          ...others,
        ],
      });
    const refusing = late({ reason: 'sig-invalid', message: 'refused late' });
    expect(await deliverBytes(envelope(6n), { verifier: refusing })).toMatchObject({
      reason: 'sig-invalid',
      effects: [],
      state: { sequenceNumber: 5n },
    });
    expect(await deliverBytes(envelope(6n), { verifier: late(undefined) })).toEqual(
      await deliverBytes(envelope(6n)),
    );
  });

  it('answers at once where no step has to be awaited', async () => {
    expect((await open()).deliver(update(6n))).toMatchObject({ kind: 'accepted' });
  });
});
