import { describe, expect, it } from 'vitest';
import { bstr, type Item, int, nil, tag } from '../../cbor/item.ts';
import { makeBlock, type Signer, signerOf } from '../../cose/blocks.ts';
import { authorEd25519, authorHmac, authorKek } from '../../cose/test-keys.ts';
import type { Recipient, TrustAnchor } from '../../device/recipient.ts';
import { release, signedBytes } from '../../suit/parts.ts';
import { anchorOf, answerTo, manifest, recipient } from './fixtures/device.ts';

const wrapping: Signer = { ...signerOf(authorKek), structure: 'mac', wraps: true };
const anchors = {
  sign: anchorOf(authorEd25519),
  mac: anchorOf(authorHmac),
  wrap: anchorOf(authorKek, { algorithms: [-3, 5] }),
} as const;
const signers = { sign: signerOf(authorEd25519), mac: signerOf(authorHmac), wrap: wrapping } as const;

type Kind = keyof typeof anchors;

function answer(kind: Kind, change: Partial<TrustAnchor['key']>, policy?: Recipient['policy']): string {
  const anchor = anchors[kind];
  const key = { ...anchor.key, ...change } as TrustAnchor['key'];
  const to = { ...recipient, ...(policy && { policy }), anchors: [{ ...anchor, key }] };
  return answerTo(release(manifest(), [signers[kind]]), { to });
}

describe('the key of a trust anchor', () => {
  it.each<[Kind, number, number, number]>([
    ['sign', -19, -8, 2],
    ['mac', 5, 4, 10],
    ['wrap', -3, 5, 6],
  ])('of kind "%s" does what it is bound to, and nothing else', (kind, alg, otherAlg, operation) => {
    expect(answer(kind, {})).toBe('accepted');
    expect(answer(kind, { alg })).toBe('accepted');
    expect(answer(kind, { alg: otherAlg })).toBe('key-usage');
    expect(answer(kind, { keyOps: [operation] })).toBe('accepted');
    expect(answer(kind, { keyOps: [1, operation, 9] })).toBe('accepted');
    expect(answer(kind, { keyOps: [] })).toBe('key-usage');
    const others = [1, 2, 3, 5, 7, 8, 9, 10].filter((one) => one !== operation);
    expect(answer(kind, { keyOps: others })).toBe('key-usage');
  });

  it('unwraps where it may decrypt, too', () => {
    expect(answer('wrap', { keyOps: [4] })).toBe('accepted');
  });

  it('is asked for one of its roles that counts', () => {
    const of = (roles: TrustAnchor['roles'], policy: Recipient['policy'] = { kind: 'any' }) =>
      answerTo(release(manifest(), [signers.sign]), {
        to: { ...recipient, policy, anchors: [{ ...anchors.sign, roles }] },
      });
    expect(of(['author'])).toBe('accepted');
    expect(of(['distributor', 'author'])).toBe('accepted');
    expect(of(['distributor'])).toBe('key-unknown');
    expect(of(['qualifier'])).toBe('key-unknown');
    expect(of([])).toBe('key-unknown');
    expect(of(['distributor', 'author'], { kind: 'all' })).toBe('accepted');
    expect(of(['distributor'], { kind: 'roles', roles: ['distributor'] })).toBe('accepted');
    expect(of(['author'], { kind: 'roles', roles: ['distributor'] })).toBe('key-unknown');
    expect(of(['author'], { kind: 'roles', roles: ['author', 'distributor'] })).toBe('threshold-unmet');
    expect(of(['distributor', 'author'], { kind: 'roles', roles: ['author', 'distributor'] })).toBe(
      'accepted',
    );
  });
});

describe('an authentication block', () => {
  const unsigned = release(manifest(), []);
  const block = makeBlock(signers.sign, signedBytes(unsigned));
  const withBlock = (changed: Item) => answerTo({ ...unsigned, blocks: [changed] });
  const items = block.kind === 'tag' && block.item.kind === 'array' ? block.item : undefined;

  it('has a tag, all of whose bits count', () => {
    expect(withBlock(block)).toBe('accepted');
    expect(withBlock(tag(2n ** 32n + 18n, items!))).toBe('cose-unsupported');
    expect(withBlock(items!)).toBe('cose-unsupported');
    expect(withBlock(int(18))).toBe('cose-unsupported');
  });

  it('has nil where its payload would be, and nothing like it', () => {
    const withPayload = (payload: Item) =>
      withBlock(tag(18, { ...items!, items: items!.items.with(2, payload) }));
    expect(withPayload(nil)).toBe('accepted');
    const others: readonly Item[] = [
      // The bits of nil's head, under other types.
      bstr(new Uint8Array(22)),
      int(22),
      { kind: 'simple', value: 20 },
      { kind: 'simple', value: 23 },
    ];
    for (const one of others) expect([one, withPayload(one)]).toEqual([one, 'auth-malformed']);
  });
});
