import { describe, expect, it } from 'vitest';
import { array, bstr, type Item, int, map, nil } from '../../cbor/item.ts';
import { makeBlock, type Signer, signerOf } from '../../cose/blocks.ts';
import { authorHmac } from '../../cose/test-keys.ts';
import { signedBytes } from '../../suit/parts.ts';
import { anchorOf, author, deliver, manifest, recipient } from './fixtures/trial.ts';
import { defaultLimits } from './work.ts';

const empty = bstr(new Uint8Array(0));
const hmac = signerOf(authorHmac);
const ofSign: Signer = { ...author, structure: 'sign' };
const ofMac: Signer = { ...hmac, structure: 'mac' };

type Change = (items: readonly Item[]) => readonly Item[];

/** The signer's block, its elements changed, delivered to who trusts the signer. */
function changed(signer: Signer, change: Change) {
  return deliver(manifest(), {
    recipient: recipient({ anchors: [anchorOf(author), anchorOf(hmac)] }),
    alter: (parts) => {
      const made = makeBlock(signer, signedBytes(parts));
      if (made.kind !== 'tag' || made.item.kind !== 'array') throw new Error('no block');
      return { ...parts, blocks: [{ ...made, item: array(...change(made.item.items)) }] };
    },
  });
}

/** The list that stands at this place of the block: of signatures, or of recipients. */
const inList =
  (at: number, change: Change): Change =>
  (items) =>
    items.map((item, i) => (i === at && item.kind === 'array' ? array(...change(item.items)) : item));

const each =
  (change: Change): Change =>
  (list) =>
    list.map((one) => (one.kind === 'array' ? array(...change(one.items)) : one));

const without = (items: readonly Item[]): readonly Item[] => items.slice(0, -1);
const withMore = (items: readonly Item[]): readonly Item[] => [...items, empty];
const first =
  (item: Item): Change =>
  (items) => [item, ...items.slice(1)];

describe('a block is taken', () => {
  it.each([[author], [ofSign], [{ ...hmac, structure: 'mac0' } as Signer], [ofMac]])(
    'as it is made',
    async (signer) => {
      expect(await changed(signer, (items) => items)).toMatchObject({ kind: 'accepted' });
    },
  );

  it('with as many signatures, or recipients, as a recipient looks at, and no more', async () => {
    const times =
      (count: number): Change =>
      (list) => [...Array<Item>(count - 1).fill(list[0] as Item), ...list];
    const most = defaultLimits.blocks;
    expect(await changed(ofSign, inList(3, times(most)))).toMatchObject({ kind: 'accepted' });
    expect(await changed(ofSign, inList(3, times(most + 1)))).toMatchObject({ reason: 'limit-count' });
    // A direct recipient is the only one (RFC 9052 §8.5.1): as many as may be, and then one more than that.
    expect(await changed(ofMac, inList(4, times(most)))).toMatchObject({ reason: 'auth-malformed' });
    expect(await changed(ofMac, inList(4, times(most + 1)))).toMatchObject({ reason: 'limit-count' });
  });
});

describe('an envelope', () => {
  it('has as many blocks as a recipient looks at, and no more', async () => {
    const withBlocks = (count: number) =>
      deliver(manifest(), {
        alter: (parts) => ({
          ...parts,
          // Each another one, for the same block twice is refused.
          blocks: Array.from({ length: count }, (_, i) =>
            makeBlock(author, signedBytes(parts), { unprotected: map([int(-70_000), int(i)]) }),
          ),
        }),
      });
    expect(await withBlocks(defaultLimits.blocks)).toMatchObject({ kind: 'accepted' });
    expect(await withBlocks(defaultLimits.blocks + 1)).toMatchObject({ reason: 'limit-count' });
  });
});

describe('a block is no block', () => {
  it.each<[string, Signer, Change]>([
    ['one element less', author, without],
    ['one element more', author, withMore],
    ['a protected header that is no byte string', author, first(map())],
    [
      'an unprotected header that is no map',
      author,
      (items) => [items[0] as Item, array(), ...items.slice(2)],
    ],
    ['a signature that is no byte string', author, (items) => [...without(items), nil]],
    ['a list of signatures that is none', ofSign, (items) => [...without(items), map()]],
    ['no signature', ofSign, inList(3, () => [])],
    ['a signature of two elements', ofSign, inList(3, each(without))],
    ['a signature of four elements', ofSign, inList(3, each(withMore))],
    ['a signature that is no array', ofSign, inList(3, () => [empty])],
    ['a signature whose header is no byte string', ofSign, inList(3, each(first(map())))],
    [
      'a signature whose unprotected header is no map',
      ofSign,
      inList(
        3,
        each(([a, , c]) => [a as Item, nil, c as Item]),
      ),
    ],
    [
      'a signature whose value is no byte string',
      ofSign,
      inList(
        3,
        each((items) => [...without(items), nil]),
      ),
    ],
    ['no recipients', ofMac, without],
    ['an empty list of recipients', ofMac, inList(4, () => [])],
    ['recipients that are no list', ofMac, (items) => [...without(items), map()]],
    ['a recipient that is no array', ofMac, inList(4, () => [empty])],
    ['a recipient of two elements', ofMac, inList(4, each(without))],
    ['a recipient whose header is no byte string', ofMac, inList(4, each(first(map())))],
    [
      'a recipient whose unprotected header is no map',
      ofMac,
      inList(
        4,
        each(([a, , c]) => [a as Item, nil, c as Item]),
      ),
    ],
    [
      'a direct recipient with a key',
      ofMac,
      inList(
        4,
        each(([a, b]) => [a as Item, b as Item, bstr(new Uint8Array(24))]),
      ),
    ],
    ['two direct recipients', ofMac, inList(4, (list) => [...list, ...list])],
  ])('with %s', async (_name, signer, change) => {
    expect(await changed(signer, change)).toMatchObject({ kind: 'rejected', reason: 'auth-malformed' });
  });

  it('a recipient with recipients of its own, or a header that is not empty, has no key for us', async () => {
    const nested = inList(
      4,
      each((items) => [...items, array()]),
    );
    expect(await changed(ofMac, nested)).toMatchObject({ reason: 'key-usage' });
    const filled = inList(4, each(first(bstr(Uint8Array.of(0xa1, 0x20, 0)))));
    expect(await changed(ofMac, filled)).toMatchObject({ reason: 'key-usage' });
    const noAlgorithm = inList(
      4,
      each(([a, , c]) => [a as Item, map([int(99), nil]), c as Item]),
    );
    expect(await changed(ofMac, noAlgorithm)).toMatchObject({ reason: 'key-usage' });
  });
});
