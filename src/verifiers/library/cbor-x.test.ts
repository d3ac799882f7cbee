import { describe, expect, it } from 'vitest';
import { int } from '../../cbor/item.ts';
import { manifestItem } from '../../suit/build.ts';
import { deliver, image, manifest, recipient, uri } from '../reference/fixtures/trial.ts';
import { cborXVerifier } from './cbor-x.ts';

const trial = { verifier: cborXVerifier() };

describe('the reference’s rules over cbor-x', () => {
  it('accept what is valid, and end in the same state', async () => {
    const decision = await deliver(manifest(), trial);
    expect(decision).toMatchObject({ kind: 'accepted', level: 'installed' });
    expect(decision.state).toEqual((await deliver(manifest())).state);
  });

  it('refuse what is not authentic, too old, or not for this recipient', async () => {
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

  it('do not see what cbor-x does not keep: of two equal keys, only the last is left', async () => {
    const item = manifestItem(manifest());
    const twice = { ...item, entries: [...item.entries, [int(2), int(9)] as const] };
    expect(await deliver(twice)).toMatchObject({ reason: 'cbor-invalid' });
    expect(await deliver(twice, trial)).not.toMatchObject({ reason: 'cbor-invalid' });
  });
});
