import { describe, expect, it } from 'vitest';
import { bstr, type Entry, int, map, nil, tag, tstr, wrapped } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { assemble, type EnvelopeParts, encode, release } from '../../suit/parts.ts';
import { author, deliver, deliverBytes, image, manifest, recipient, uri } from './fixtures/trial.ts';

const good = release(manifest(), [author]);
const bytes = encode(good);

function withMember(...members: Entry[]): (parts: EnvelopeParts) => EnvelopeParts {
  return (parts) => ({ ...parts, members: [...parts.members, ...members] });
}

describe('the envelope', () => {
  it('is accepted as it was released', async () => {
    expect(await deliverBytes(bytes)).toMatchObject({ kind: 'accepted', level: 'installed' });
  });

  it('is refused at every length shorter than its own', async () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(await deliverBytes(bytes.subarray(0, length))).toMatchObject({ reason: 'not-well-formed' });
    }
  });

  it.each([
    ['trailing-data', Uint8Array.of(...bytes, 0)],
    ['envelope-structure', Uint8Array.of(0x00)],
    ['not-well-formed', Uint8Array.of(0xff)],
    ['wrong-tag', bytes.subarray(2)],
    ['wrong-tag', write(tag(108, { ...assemble(good), kind: 'map', entries: [] }))],
    ['wrong-tag', write(tag(107, tag(107, map())))],
    ['auth-missing', write(tag(1070, map([int(1), int(1)])))],
    ['envelope-structure', write(tag(107, map([int(2), bstr(bytes)])))],
    ['auth-missing', write(tag(107, map([int(3), wrapped(good.manifest)])))],
    ['envelope-order', write(tag(107, map([int(3), wrapped(good.manifest)], [int(2), bstr(bytes)])))],
  ])('is refused with %s', async (reason, envelope) => {
    const decision = await deliverBytes(envelope);
    expect(decision).toMatchObject({ kind: 'rejected', reason, effects: [] });
    expect(decision.state?.full).toEqual({
      sequenceNumber: 5n,
      contents: [[{ kind: 'bytes', bytes: expect.anything() }]],
    });
  });

  it.each([
    ['cbor-invalid', withMember([tstr('a'), bstr(image)], [tstr('a'), bstr(image)])],
    ['cbor-invalid', withMember([{ kind: 'tstr', bytes: Uint8Array.of(0xff) }, bstr(image)])],
    ['envelope-order', withMember([tstr('b'), bstr(image)], [tstr('a'), bstr(image)])],
    ['envelope-structure', withMember([tstr('a'), nil])],
    ['envelope-structure', withMember([nil, bstr(image)])],
    ['severed-unlisted', withMember([int(16), bstr(image)])],
    ['severed-unlisted', withMember([int(20), bstr(image)])],
    // Two heads for one key.
    [
      'cbor-invalid',
      withMember([int(24), bstr(image)], [{ kind: 'uint', value: 24n, width: 2 }, bstr(image)]),
    ],
  ])('with other members is refused with %s', async (reason, alter) => {
    expect(await deliver(manifest(), { alter })).toMatchObject({ kind: 'rejected', reason });
  });

  it('may have keys that nobody knows, to no effect', async () => {
    const alter = withMember([int(7), bstr(image)], [int(-1), bstr(image)], [tstr('7'), bstr(image)]);
    const decision = await deliver(manifest(), { alter });
    expect(decision).toMatchObject({ kind: 'accepted' });
  });

  it('brings payloads under their exact URI, before the network is asked', async () => {
    const decision = await deliver(manifest(), { payloads: [], integrated: [[uri, image]] });
    expect(decision.kind).toBe('accepted');
    expect(decision.effects?.map(({ kind }) => kind)).toEqual(['authenticated', 'write', 'commit']);
  });

  it('larger than the limit is refused unread', async () => {
    const large = new Uint8Array((4 << 20) + 1);
    expect(await deliverBytes(large, { recipient: recipient() })).toMatchObject({ reason: 'limit-size' });
  });
});
