import { describe, expect, it } from 'vitest';
import {
  deliverPublished,
  empty,
  envelope,
  first,
  folder,
  type Published,
  place,
  published,
  publishedLevel,
  recipient,
  second,
} from './fixtures/published.ts';
import { referenceVerifier } from './reference.ts';

describe.skipIf(!folder)('the published examples', () => {
  for (const one of published) {
    it(`accepts ${one[0]}`, async () => {
      const decision = await deliverPublished(referenceVerifier(), one);
      expect(decision).toMatchObject({ kind: 'accepted', level: publishedLevel(one) });
    });
  }

  it('leaves the images of example 5 where the manifest wants them', async () => {
    const decision = await deliverPublished(referenceVerifier(), published[6] as Published);
    expect(decision.state?.full).toMatchObject({ sequenceNumber: 5n, contents: [[first], [second]] });
  });

  it('cannot boot example 4, whose loaded image is not a copy of the stored one', async () => {
    const device = recipient(place(0, first), place(2, first), place(1, empty));
    const session = await referenceVerifier().open(device);
    const decision = await session.deliver({ event: 'boot', payloads: [], envelope: envelope('example4') });
    expect(decision).toMatchObject({ kind: 'rejected', reason: 'image-mismatch', stage: 'payload' });
    expect(decision.state?.full?.contents).toEqual([[first], [first], [empty]]);
  });

  it('refuses example 2 as an update once its install sequence was severed', async () => {
    const session = await referenceVerifier().open(recipient(place(0, empty)));
    const decision = await session.deliver({ event: 'update', payloads: [], envelope: envelope('example2') });
    expect(decision).toMatchObject({ kind: 'rejected', reason: 'severed-missing' });
  });

  it('refuses every example from a recipient that trusts another key', async () => {
    const device = recipient(place(0, first));
    const stranger = { kty: 'OKP', crv: 'Ed25519', x: new Uint8Array(32) } as const;
    const session = await referenceVerifier().open({
      ...device,
      anchors: [{ key: stranger, algorithms: [-19], roles: ['author'] }],
    });
    const decision = await session.deliver({ event: 'boot', payloads: [], envelope: envelope('example0') });
    expect(decision).toMatchObject({ kind: 'rejected', stage: 'authenticate' });
    expect(decision.effects).toEqual([]);
  });
});
