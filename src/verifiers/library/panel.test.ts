import { describe, expect, it } from 'vitest';
import { array, bstr, int, tag } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { manifestItem } from '../../suit/build.ts';
import { createBuiltin } from '../builtins.ts';
import { deliverPublished, folder, published, publishedLevel } from '../reference/fixtures/published.ts';
import { deliver, deliverBytes, image, manifest, recipient, uri } from '../reference/fixtures/trial.ts';
import type { Verifier } from '../verifier.ts';
import { panel } from './panel.ts';

const names = ['library:cbor-x', ...Object.keys(panel)];

async function named(name: string): Promise<Verifier> {
  return (await createBuiltin(name)) as Verifier;
}

it('is of four decoders times two crypto libraries', () => {
  expect(Object.keys(panel).sort()).toEqual(
    ['cbor', 'cbor-x', 'cbor2', 'cborg']
      .flatMap((codec) => [`library:${codec}+noble`, `library:${codec}+node`])
      .sort(),
  );
});

describe.each(names)('the reference’s rules over %s', (name) => {
  it('go by its name, and claim what the reference does', async () => {
    const claims = await (await named(name)).hello();
    expect(claims).toEqual({ ...(await (await named('reference')).hello()), name });
  });

  it('accept what is valid, and end in the same state', async () => {
    const decision = await deliver(manifest(), { verifier: await named(name) });
    expect(decision).toMatchObject({ kind: 'accepted', level: 'installed' });
    expect(decision.state).toEqual((await deliver(manifest())).state);
  });

  it('refuse what is not authentic, too old, or not for this recipient', async () => {
    const trial = { verifier: await named(name) };
    const other = manifestItem(manifest({ sequenceNumber: 9n }));
    const changed = await deliver(manifest(), {
      ...trial,
      alter: (parts) => ({ ...parts, manifest: other }),
    });
    expect(changed).toMatchObject({ reason: 'manifest-digest-mismatch' });
    expect(await deliver(manifest({ sequenceNumber: 4n }), trial)).toMatchObject({
      reason: 'sequence-rollback',
    });
    const foreign = recipient({ components: [] });
    expect(await deliver(manifest(), { ...trial, recipient: foreign })).toMatchObject({
      reason: 'component-count',
    });
    const payloads = [{ uri, kind: 'bytes', bytes: image.toReversed() }] as const;
    expect(await deliver(manifest(), { ...trial, payloads })).toMatchObject({ reason: 'image-mismatch' });
  });

  it('do not see what the decoder does not keep: of two equal keys, only the last is left', async () => {
    const item = manifestItem(manifest());
    const twice = { ...item, entries: [...item.entries, [int(2), int(9)] as const] };
    expect(await deliver(twice)).toMatchObject({ reason: 'cbor-invalid' });
    expect(await deliver(twice, { verifier: await named(name) })).not.toMatchObject({
      reason: 'cbor-invalid',
    });
  });

  it('refuse bytes that are no envelope', async () => {
    const trial = { verifier: await named(name) };
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(5000).fill(0x9f),
      write(int(1)),
      write(tag(107, array(bstr(new Uint8Array(3))))),
    ])
      expect(await deliverBytes(bytes, trial)).toMatchObject({ kind: 'rejected', effects: [] });
  });

  it.skipIf(!folder).each(published)('accept the published %s', async (...one) => {
    expect(await deliverPublished(await named(name), one)).toMatchObject({
      kind: 'accepted',
      level: publishedLevel(one),
    });
  });
});
