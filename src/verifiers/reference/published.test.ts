import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../cbor/hex.ts';
import { publicOf } from '../../cose/key.ts';
import { readKeyFile } from '../../cose/key-files.ts';
import type { Delivery, Payload } from '../../device/delivery.ts';
import type { AssumedContent, Component, Content, Recipient } from '../../device/recipient.ts';
import { cborXVerifier } from '../library/cbor-x.ts';
import { capabilities, component } from './fixtures/trial.ts';
import { referenceVerifier } from './reference.ts';

const folder = process.env.GAUNTLET_VECTORS;

/** The two sample digests of the draft's appendix B; no image has them. */
const first: AssumedContent = assumed(
  '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210',
  34768n,
);
const second: AssumedContent = assumed(
  '0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff',
  76834n,
);

function assumed(digest: string, size: bigint): AssumedContent {
  return { kind: 'assumed', digest: { algorithm: -16, bytes: fromHex(digest) }, size };
}

function file(name: string): string {
  return join(folder as string, 'manifest-37', name);
}

function envelope(name: string): Uint8Array {
  return new Uint8Array(readFileSync(file(`${name}.suit`)));
}

function payload(uri: string, content: AssumedContent): Payload {
  return { uri, ...content };
}

function place(id: number, ...slots: Content[]): Component {
  return { ...component(id, slots), capacity: 100_000 };
}

function recipient(...components: Component[]): Recipient {
  const key = publicOf(readKeyFile(file('example-key.jwk.json')));
  return {
    anchors: [{ key, algorithms: [-7], roles: ['author'] }],
    policy: { kind: 'any' },
    components,
    clock: { kind: 'none' },
    capabilities,
    deviceClass: 1,
  };
}

const empty: Content = { kind: 'empty' };

const accepted: readonly (readonly [name: string, make: () => Recipient, Omit<Delivery, 'envelope'>])[] = [
  ['example0', () => recipient(place(0, first)), { event: 'boot', payloads: [] }],
  [
    'example1',
    () => recipient(place(0, empty)),
    { event: 'update', payloads: [payload('http://example.com/file.bin', first)] },
  ],
  [
    'example2-full',
    () => recipient(place(0, empty)),
    { event: 'update', payloads: [payload('http://example.com/very/long/path/to/file/file.bin', first)] },
  ],
  ['example2', () => recipient(place(0, first)), { event: 'boot', payloads: [] }],
  [
    'example3',
    () => recipient({ ...place(0, empty, empty), current: 1 }),
    {
      event: 'update',
      payloads: [
        payload('http://example.com/file1.bin', first),
        payload('http://example.com/file2.bin', second),
      ],
    },
  ],
  [
    'example4',
    () => recipient(place(0, empty), place(2, empty), place(1, empty)),
    { event: 'update', payloads: [payload('http://example.com/file.bin', first)] },
  ],
  [
    'example5',
    () => recipient(place(0, empty), place(1, empty)),
    {
      event: 'update',
      payloads: [
        payload('http://example.com/file1.bin', first),
        payload('http://example.com/file2.bin', second),
      ],
    },
  ],
];

describe.skipIf(!folder)('the published examples', () => {
  for (const make of [referenceVerifier, cborXVerifier]) {
    for (const [name, device, delivery] of accepted) {
      it(`${make.name} accepts ${name}`, async () => {
        const session = await make().open(device());
        const decision = await session.deliver({ ...delivery, envelope: envelope(name) });
        expect(decision).toMatchObject({
          kind: 'accepted',
          level: delivery.event === 'boot' ? 'invoked' : 'installed',
        });
      });
    }
  }

  it('leaves the images of example 5 where the manifest wants them', async () => {
    const session = await referenceVerifier().open(recipient(place(0, empty), place(1, empty)));
    const [, , delivery] = accepted[6] as (typeof accepted)[number];
    const decision = await session.deliver({ ...delivery, envelope: envelope('example5') });
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
