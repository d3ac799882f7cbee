import { describe, expect, it } from 'vitest';
import { array, bstr, type Item, int, map, nil, tag, wrapped } from '../../cbor/item.ts';
import { makeMac, type Signer, signerOf } from '../../cose/blocks.ts';
import type { SymmetricKey } from '../../cose/key.ts';
import { authorEd25519, authorHmac, authorKek, strangerHmac, strangerKek } from '../../cose/test-keys.ts';
import type { AuthorityPolicy, TrustAnchor } from '../../device/recipient.ts';
import { encode, release, signedBytes } from '../../suit/parts.ts';
import { anchorOf, answerTo, deliver, manifest, recipient } from './fixtures/device.ts';

const unsigned = release(manifest(), []);
const payload = signedBytes(unsigned);
const empty = bstr(new Uint8Array(0));

const direct: Signer = { ...signerOf(authorHmac), structure: 'mac' };
const wrapping: Signer = { ...signerOf(authorKek), algorithm: 5, structure: 'mac', wraps: true };
const hmac = anchorOf(authorHmac, { algorithms: [5] });
const kek = anchorOf(authorKek, { algorithms: [-3, 5] });

function answer(block: Item, ...anchors: TrustAnchor[]): string {
  return answerTo(encode({ ...unsigned, blocks: [block] }), { to: { ...recipient, anchors } });
}

/** The elements of a COSE_Mac by this signer, and its one recipient's. */
function partsOf(signer: Signer): { readonly mac: readonly Item[]; readonly recipient: readonly Item[] } {
  const block = makeMac(signer, payload);
  const mac = block.kind === 'tag' && block.item.kind === 'array' ? block.item.items : [];
  const list = mac[4]?.kind === 'array' ? mac[4].items : [];
  return { mac, recipient: list[0]?.kind === 'array' ? list[0].items : [] };
}

/** The block with other recipients. */
function withRecipients(signer: Signer, recipients: (own: Item) => readonly Item[]): Item {
  const { mac, recipient: own } = partsOf(signer);
  return tag(97, array(...mac.slice(0, 4), array(...recipients(array(...own)))));
}

/** The block with one element of its recipient replaced. */
function withElement(signer: Signer, index: number, to: Item): Item {
  return withRecipients(signer, () => [array(...partsOf(signer).recipient.with(index, to))]);
}

describe('a COSE_Mac', () => {
  it('holds under the key itself, and under the one that unwraps its key', () => {
    expect(answer(makeMac(direct, payload), hmac)).toBe('accepted');
    expect(answer(makeMac(wrapping, payload), kek)).toBe('accepted');
    expect(answer(makeMac({ ...wrapping, kidIn: 'unprotected' }, payload), hmac, kek)).toBe('accepted');
    expect(answer(makeMac({ ...direct, kidIn: 'unprotected' }, payload), kek, hmac)).toBe('accepted');
    expect(answer(withElement(direct, 0, wrapped(map())), hmac)).toBe('accepted');
  });

  it('is refused under the keys of others', () => {
    const strangers = [
      anchorOf(strangerHmac, { algorithms: [5] }),
      anchorOf(strangerKek, { algorithms: [-3, 5] }),
    ];
    expect(answer(makeMac(direct, payload), ...strangers)).toBe('sig-invalid');
    expect(answer(makeMac(wrapping, payload), ...strangers)).toBe('sig-invalid');
    expect(answer(makeMac(direct, payload), anchorOf(authorEd25519, { algorithms: [5] }))).toBe('key-usage');
    expect(answer(makeMac(wrapping, payload), anchorOf(authorEd25519, { algorithms: [-3, 5] }))).toBe(
      'key-usage',
    );
    expect(answer(makeMac(direct, payload))).toBe('key-unknown');
    const named = { ...wrapping, kidIn: 'unprotected', kid: Uint8Array.of(0xee) } as const;
    expect(answer(makeMac(named, payload), ...strangers)).toBe('key-unknown');
  });

  it('is refused with another tag value, context, or key of the same bytes in another role', () => {
    expect(answer(makeMac(direct, payload, { signed: Uint8Array.of(1) }), hmac)).toBe('sig-invalid');
    expect(answer(makeMac(direct, payload, { context: 'MAC0' }), hmac)).toBe('sig-invalid');
    const asMac: Signer = { ...direct, key: { kty: 'Symmetric', k: (authorKek as SymmetricKey).k } };
    expect(answer(makeMac(asMac, payload), kek)).toBe('key-usage');
  });

  it('needs an anchor that may unwrap', () => {
    const block = makeMac(wrapping, payload);
    const { alg: _, ...unbound } = kek.key;
    const cases: readonly (readonly [TrustAnchor, string])[] = [
      [{ ...kek, algorithms: [5] }, 'alg-disallowed'],
      [{ ...kek, algorithms: [-3] }, 'alg-disallowed'],
      [{ ...kek, roles: ['distributor'] }, 'key-unknown'],
      [{ ...kek, key: { ...kek.key, alg: 5 } }, 'key-usage'],
      [{ ...kek, key: unbound as typeof kek.key }, 'accepted'],
      [{ ...kek, key: { ...kek.key, keyOps: [10] } }, 'key-usage'],
      [{ ...kek, key: { ...kek.key, keyOps: [4] } }, 'accepted'],
      [{ ...kek, key: { ...kek.key, keyOps: [6] } }, 'accepted'],
    ];
    for (const [anchor, expected] of cases)
      expect([anchor, answer(block, anchor)]).toEqual([anchor, expected]);
  });

  it('is refused where its recipient has another form', () => {
    const headers = map([int(1), int(-6)]);
    const cases: readonly (readonly [what: string, block: Item, answer: string])[] = [
      ['no recipients', withRecipients(direct, () => []), 'auth-malformed'],
      ['nine recipients', withRecipients(direct, (own) => Array<Item>(9).fill(own)), 'limit-count'],
      ['four elements', tag(97, array(...partsOf(direct).mac.slice(0, 4))), 'auth-malformed'],
      ['recipients are no array', tag(97, array(...partsOf(direct).mac.with(4, nil))), 'auth-malformed'],
      ['a recipient is none', withRecipients(direct, () => [nil]), 'auth-malformed'],
      ['a recipient of two', withRecipients(direct, () => [array(empty, headers)]), 'auth-malformed'],
      ['protected is no map', withElement(direct, 0, wrapped(array())), 'auth-malformed'],
      ['something protected', withElement(direct, 0, wrapped(map([int(3), int(0)]))), 'key-usage'],
      ['crit', withElement(direct, 1, map([int(1), int(-6)], [int(2), array(int(1))])), 'cose-unsupported'],
      ['no algorithm', withElement(direct, 1, map()), 'key-usage'],
      ['an algorithm that is none', withElement(direct, 1, map([int(1), nil])), 'key-usage'],
      ['another algorithm', withElement(direct, 1, map([int(1), int(-4)])), 'key-usage'],
      ['a kid that is none', withElement(direct, 1, map([int(1), int(-6)], [int(4), nil])), 'auth-malformed'],
      ['direct with a ciphertext', withElement(direct, 2, bstr(Uint8Array.of(1))), 'auth-malformed'],
      ['no ciphertext', withElement(wrapping, 2, nil), 'auth-malformed'],
      ['a short ciphertext', withElement(wrapping, 2, bstr(new Uint8Array(7))), 'sig-invalid'],
      ['another ciphertext', withElement(wrapping, 2, bstr(new Uint8Array(40))), 'sig-invalid'],
      ['nested', withRecipients(direct, () => [array(empty, headers, empty, array(nil))]), 'key-usage'],
      ['direct beside another', withRecipients(direct, (own) => [own, own]), 'auth-malformed'],
    ];
    for (const [what, block, reason] of cases)
      expect([what, answer(block, hmac, kek)]).toEqual([what, reason]);
  });

  it('passes over recipients that are of no use', () => {
    const useless = array(empty, map([int(1), int(-5)], [int(4), bstr(Uint8Array.of(9))]), nil);
    expect(
      answer(
        withRecipients(wrapping, (own) => [own, useless]),
        kek,
      ),
    ).toBe('accepted');
    expect(
      answer(
        withRecipients(wrapping, (own) => [useless, own]),
        kek,
      ),
    ).toBe('accepted');
    // Not over one that is malformed.
    expect(
      answer(
        withRecipients(wrapping, (own) => [own, array(empty)]),
        kek,
      ),
    ).toBe('auth-malformed');
  });

  it('counts as its anchor’s, for a threshold', () => {
    const policy: AuthorityPolicy = { kind: 'at-least', count: 2 };
    const to = { ...recipient, anchors: [hmac, kek], policy };
    const blocks = [makeMac(direct, payload), makeMac(wrapping, payload)];
    expect(answerTo(encode({ ...unsigned, blocks }), { to })).toBe('accepted');
    expect(answerTo(encode({ ...unsigned, blocks: blocks.slice(1) }), { to })).toBe('threshold-unmet');
  });

  it('keeps the unwrapped key in the arena, and has no room for a long one', () => {
    const to = { ...recipient, anchors: [kek] };
    const long = encode({ ...unsigned, blocks: [withElement(wrapping, 2, bstr(new Uint8Array(5000)))] });
    expect(answerTo(long, { to })).toBe('limit-memory');
    const roomy = deliver(long, { to, arenaBytes: 20_000 });
    expect(roomy).toMatchObject({ kind: 'rejected', reason: 'sig-invalid' });
    expect(roomy.cost!.highWaterBytes!).toBeGreaterThan(5000 - 8);
  });
});
