import { describe, expect, it } from 'vitest';
import { array, bstr, type CborMap, type Item, int, map, nil, tag, tstr } from '../../cbor/item.ts';
import { type BlockOptions, makeBlock, type Signer, signerOf } from '../../cose/blocks.ts';
import type { CoseKey, SymmetricKey } from '../../cose/key.ts';
import {
  authorEd25519,
  authorHmac,
  authorHss,
  authorKek,
  authorP256,
  authorP384,
  secondEd25519,
  strangerP256,
} from '../../cose/test-keys.ts';
import type { Recipient, TrustAnchor } from '../../device/recipient.ts';
import { type EnvelopeParts, signedBytes } from '../../suit/parts.ts';
import { anchorOf, author, deliver, manifest, recipient } from './fixtures/trial.ts';

const second = signerOf(secondEd25519);
const stranger = signerOf(strangerP256);

function trusting(...anchors: TrustAnchor[]): Recipient {
  return recipient({ anchors });
}

/** The author's block, made in another way. */
function block(options: BlockOptions, signer: Signer = author): (parts: EnvelopeParts) => EnvelopeParts {
  return (parts) => ({ ...parts, blocks: [makeBlock(signer, signedBytes(parts), options)] });
}

function blocks(
  change: (blocks: readonly Item[]) => readonly Item[],
): (parts: EnvelopeParts) => EnvelopeParts {
  return (parts) => ({ ...parts, blocks: change(parts.blocks) });
}

const header = (...more: CborMap['entries']): CborMap => map([int(1), int(-9)], ...more);

describe('authentication accepts', () => {
  it.each<[string, CoseKey]>([
    ['ECDSA', authorP256],
    ['Ed25519', authorEd25519],
    ['HMAC', authorHmac],
  ])('%s by a trusted key', async (_name, key) => {
    const signer = signerOf(key);
    const decision = await deliver(manifest(), { signers: [signer], recipient: trusting(anchorOf(signer)) });
    expect(decision.kind).toBe('accepted');
  });

  it.each<[string, BlockOptions]>([
    ['an unknown kid', { unprotected: map([int(4), bstr(Uint8Array.of(1, 2))]) }],
    ['unknown unprotected labels', { unprotected: map([int(99), nil], [tstr('x'), int(0)]) }],
    ['a critical label that is understood', { protected: header([int(2), array(int(1))]) }],
  ])('%s', async (_name, options) => {
    expect(await deliver(manifest(), { alter: block(options) })).toMatchObject({ kind: 'accepted' });
  });

  it('the second of two anchors with one kid', async () => {
    const kid = authorP256.kid as Uint8Array;
    const twins = trusting({ ...anchorOf(stranger), kid }, { ...anchorOf(author), kid });
    const decision = await deliver(manifest(), {
      signers: [{ ...author, kidIn: 'protected' }],
      recipient: twins,
    });
    expect(decision.kind).toBe('accepted');
  });

  it.each([[[author, stranger]], [[stranger, author]]])(
    'a good block beside one of a stranger',
    async (signers) => {
      expect(await deliver(manifest(), { signers })).toMatchObject({ kind: 'accepted' });
    },
  );
});

describe('authentication refuses', () => {
  it.each<[string, (parts: EnvelopeParts) => EnvelopeParts]>([
    ['auth-missing', blocks(() => [])],
    ['auth-malformed', blocks(([one]) => [one as Item, one as Item])],
    ['auth-malformed', (parts) => ({ ...parts, wrapper: { extras: [nil] } })],
    ['cose-unsupported', blocks(([one]) => (one?.kind === 'tag' ? [one.item] : []))],
    ['cose-unsupported', blocks(() => [tag(16, array())])],
    ['cose-unsupported', blocks(() => [int(1)])],
    ['sig-invalid', block({ externalAad: Uint8Array.of(1) })],
    ['sig-invalid', block({ signed: Uint8Array.of(1) })],
    ['sig-invalid', block({ context: 'Signature' })],
    ['alg-disallowed', block({ tag: 17 })],
    ['auth-malformed', block({ payload: bstr(Uint8Array.of(1)) })],
    ['auth-malformed', block({ payload: bstr(new Uint8Array(0)) })],
    ['auth-malformed', block({ protected: array() })],
    ['alg-disallowed', block({ protected: map(), unprotected: header() })],
    ['alg-disallowed', block({ protected: map() })],
    ['alg-unsupported', block({ protected: map([int(1), tstr('ES256')]) })],
    ['alg-unsupported', block({ protected: map([int(1), int(0)]) })],
    ['alg-disallowed', block({ protected: map([int(1), int(-19)]) })],
    ['cbor-invalid', block({ protected: header([int(1), int(-9)]) })],
    ['cose-unsupported', block({ unprotected: header() })],
    ['cose-unsupported', block({ protected: header([int(2), array(int(99))]) })],
    ['cose-unsupported', block({ protected: header([int(2), array(int(4))]) })],
    ['cose-unsupported', block({ protected: header([int(2), array()]) })],
    ['cose-unsupported', block({ unprotected: map([int(2), array(int(1))]) })],
    ['sig-invalid', block({}, { ...stranger, kid: authorP256.kid as Uint8Array, kidIn: 'protected' })],
  ])('with %s', async (reason, alter) => {
    const decision = await deliver(manifest(), { alter });
    expect(decision).toMatchObject({ kind: 'rejected', reason, effects: [] });
  });

  it('a key that may not be used so', async () => {
    const anchor = anchorOf(author);
    const cases: [TrustAnchor, string][] = [
      [{ ...anchor, key: { ...anchor.key, keyOps: [1] } }, 'key-usage'],
      [{ ...anchor, key: { ...anchor.key, alg: -7 } }, 'key-usage'],
      [{ ...anchor, algorithms: [-7] }, 'alg-disallowed'],
      [{ ...anchor, roles: ['distributor'] }, 'key-unknown'],
      [{ ...anchorOf(signerOf(authorP384)), algorithms: [-9] }, 'key-usage'],
    ];
    for (const [wrong, reason] of cases) {
      expect(await deliver(manifest(), { recipient: trusting(wrong) })).toMatchObject({
        kind: 'rejected',
        reason,
      });
    }
    expect(await deliver(manifest(), { recipient: trusting() })).toMatchObject({ reason: 'key-unknown' });
  });

  it('an HMAC keyed with the public key', async () => {
    if (authorP256.kty !== 'EC2') throw new Error('not an EC key');
    const k = Uint8Array.of(...authorP256.x, ...authorP256.y);
    const forged: Signer = { key: { kty: 'Symmetric', k }, algorithm: 5, structure: 'mac0' };
    const both = { ...anchorOf(author), algorithms: [-9, 5] };
    const decision = await deliver(manifest(), { signers: [forged], recipient: trusting(both) });
    expect(decision).toMatchObject({ kind: 'rejected', reason: 'key-usage' });
  });
});

/** The author's structures of other kinds. */
const sign: Signer = { ...author, structure: 'sign' };
const mac: Signer = { ...signerOf(authorHmac), structure: 'mac' };
const wrapping: Signer = { ...signerOf(authorKek), structure: 'mac', wraps: true };
const hss = signerOf(authorHss);
const kek: TrustAnchor = { ...anchorOf(wrapping), algorithms: [-3, 5] };

/** The block with one of its elements, or one in there, replaced. */
function edited(signer: Signer, path: readonly number[], to: Item): (parts: EnvelopeParts) => EnvelopeParts {
  const at = (item: Item, [first, ...rest]: readonly number[]): Item => {
    if (first === undefined) return to;
    if (item.kind === 'tag') return { ...item, item: at(item.item, [first, ...rest]) };
    if (item.kind !== 'array') throw new Error('no such place');
    return { ...item, items: item.items.with(first, at(item.items[first]!, rest)) };
  };
  return (parts) => ({ ...parts, blocks: [at(makeBlock(signer, signedBytes(parts)), path)] });
}

const empty = bstr(new Uint8Array(0));

describe('COSE_Sign, COSE_Mac and HSS/LMS', () => {
  it.each<[string, Signer, TrustAnchor]>([
    ['COSE_Sign', sign, anchorOf(author)],
    ['COSE_Sign with a body header', { ...sign, bodyFilled: true, kidIn: 'protected' }, anchorOf(author)],
    ['COSE_Mac, direct', { ...mac, kidIn: 'unprotected' }, anchorOf(mac)],
    ['COSE_Mac, wrapped', { ...wrapping, kidIn: 'unprotected' }, kek],
    ['COSE_Mac, wrapped, no kid', wrapping, { ...kek, key: { ...kek.key, keyOps: [6] } }],
    ['HSS/LMS', hss, anchorOf(hss)],
    ['HSS/LMS in a COSE_Sign', { ...hss, structure: 'sign' }, anchorOf(hss)],
  ])('%s is accepted, and refused by who trusts another', async (_name, signer, anchor) => {
    const decide = (device: Recipient) => deliver(manifest(), { signers: [signer], recipient: device });
    expect(await decide(trusting(anchorOf(second), anchor))).toMatchObject({ kind: 'accepted' });
    expect(await decide(trusting(anchorOf(second)))).toMatchObject({ kind: 'rejected', effects: [] });
  });

  it.each<[string, (parts: EnvelopeParts) => EnvelopeParts]>([
    ['auth-malformed', edited(sign, [3], array())],
    ['auth-malformed', edited(sign, [3], empty)],
    ['auth-malformed', edited(sign, [3, 0], array(empty, map()))],
    ['auth-malformed', edited(sign, [3, 0, 0], bstr(Uint8Array.of(0x80)))],
    ['auth-malformed', edited(sign, [2], empty)],
    ['auth-malformed', edited(sign, [0], bstr(Uint8Array.of(0)))],
    ['limit-count', edited(sign, [3], array(...Array<Item>(65).fill(nil)))],
    ['sig-invalid', edited(sign, [0], bstr(Uint8Array.of(0xa1, 3, 0)))],
    ['cose-unsupported', edited(sign, [1], map([int(2), array(int(1))]))],
    ['cbor-invalid', edited(sign, [1], map([int(9), nil], [int(9), nil]))],
    ['alg-disallowed', edited(sign, [3, 0, 0], empty)],
    ['auth-malformed', edited(mac, [4], array())],
    ['auth-malformed', edited(mac, [4], nil)],
    ['auth-malformed', edited(mac, [4, 0], array(empty))],
    ['auth-malformed', edited(mac, [4, 0, 0], bstr(Uint8Array.of(0x80)))],
    ['auth-malformed', edited(mac, [3], nil)],
    ['limit-count', edited(mac, [4], array(...Array<Item>(65).fill(nil)))],
    ['auth-malformed', edited(mac, [4, 0, 2], bstr(Uint8Array.of(1)))],
    ['key-usage', edited(mac, [4, 0, 1], map())],
    ['key-usage', edited(mac, [4, 0, 1], map([int(1), int(-4)]))],
    ['key-usage', edited(mac, [4, 0, 0], bstr(Uint8Array.of(0xa1, 3, 0)))],
    ['key-usage', edited(mac, [4, 0], array(empty, map([int(1), int(-6)]), empty, array()))],
    ['sig-invalid', edited(mac, [3], bstr(new Uint8Array(32)))],
    ['auth-malformed', edited(wrapping, [4, 0, 2], nil)],
    ['sig-invalid', edited(wrapping, [4, 0, 2], bstr(new Uint8Array(40)))],
    ['sig-invalid', edited(wrapping, [3], bstr(new Uint8Array(32)))],
  ])('ends with %s', async (reason, alter) => {
    const device = trusting(anchorOf(author), { ...anchorOf(mac), algorithms: [5] }, kek);
    expect(await deliver(manifest(), { alter, recipient: device })).toMatchObject({
      kind: 'rejected',
      reason,
    });
  });

  it('a wrapping key must be allowed to unwrap, and does nothing else', async () => {
    const decide = (anchor: TrustAnchor, signer: Signer = wrapping) =>
      deliver(manifest(), { signers: [signer], recipient: trusting(anchor) });
    expect(await decide({ ...kek, algorithms: [5] })).toMatchObject({ reason: 'alg-disallowed' });
    expect(await decide({ ...kek, algorithms: [-3] })).toMatchObject({ reason: 'alg-disallowed' });
    expect(await decide({ ...kek, roles: [] })).toMatchObject({ reason: 'key-unknown' });
    expect(await decide({ ...kek, key: { ...kek.key, keyOps: [10] } })).toMatchObject({
      reason: 'key-usage',
    });
    expect(await decide({ ...kek, key: { ...kek.key, alg: 5 } })).toMatchObject({ reason: 'key-usage' });
    const direct: Signer = {
      key: { kty: 'Symmetric', k: (authorKek as SymmetricKey).k },
      algorithm: 5,
      structure: 'mac0',
    };
    expect(await decide(kek, direct)).toMatchObject({ reason: 'key-usage' });
    expect(await decide(kek, { ...direct, structure: 'mac' })).toMatchObject({ reason: 'key-usage' });
  });

  it('passes over a recipient that it cannot use', async () => {
    const useless = array(empty, map([int(1), int(-5)], [int(4), bstr(Uint8Array.of(9))]), empty);
    const beside = (order: (good: Item) => readonly Item[]) => (parts: EnvelopeParts) => {
      const block = makeBlock(wrapping, signedBytes(parts));
      const list = block.kind === 'tag' && block.item.kind === 'array' ? block.item.items : [];
      const recipients = list[4]?.kind === 'array' ? list[4].items : [];
      return { ...parts, blocks: [tag(97, array(...list.slice(0, 4), array(...order(recipients[0]!))))] };
    };
    const device = trusting(kek);
    for (const order of [(good: Item) => [good, useless], (good: Item) => [useless, good]]) {
      expect(await deliver(manifest(), { alter: beside(order), recipient: device })).toMatchObject({
        kind: 'accepted',
      });
    }
    // RFC 9052 §8.5.1: beside a direct recipient stands no other.
    const directAnd = (parts: EnvelopeParts) => {
      const block = makeBlock(mac, signedBytes(parts));
      const list = block.kind === 'tag' && block.item.kind === 'array' ? block.item.items : [];
      const recipients = list[4]?.kind === 'array' ? list[4].items : [];
      return { ...parts, blocks: [tag(97, array(...list.slice(0, 4), array(...recipients, useless)))] };
    };
    expect(await deliver(manifest(), { alter: directAnd, recipient: trusting(anchorOf(mac)) })).toMatchObject(
      {
        reason: 'auth-malformed',
      },
    );
  });

  it('a good signature beside a stranger’s is enough where one is', async () => {
    const signers: Signer[] = [{ ...stranger, structure: 'sign' }, sign];
    expect(await deliver(manifest(), { signers })).toMatchObject({ kind: 'accepted' });
    expect(await deliver(manifest(), { signers: signers.slice(0, 1) })).toMatchObject({ kind: 'rejected' });
  });
});

describe('the authority policy', () => {
  const both = [anchorOf(author), anchorOf(second)];
  const twice = (parts: EnvelopeParts): EnvelopeParts => ({
    ...parts,
    blocks: [author, { ...author, kidIn: 'protected' } as const].map((s) => makeBlock(s, signedBytes(parts))),
  });

  it('at-least counts keys, not blocks', async () => {
    const device = recipient({ anchors: both, policy: { kind: 'at-least', count: 2 } });
    const decide = (trial: Parameters<typeof deliver>[1]) =>
      deliver(manifest(), { recipient: device, ...trial });
    expect(await decide({ signers: [author, second] })).toMatchObject({ kind: 'accepted' });
    expect(await decide({ signers: [author] })).toMatchObject({ reason: 'threshold-unmet' });
    expect(await decide({ alter: twice })).toMatchObject({ reason: 'threshold-unmet' });
  });

  it('counts each signature of a COSE_Sign, and an authority once', async () => {
    const device = recipient({ anchors: both, policy: { kind: 'at-least', count: 2 } });
    const decide = (...signers: Signer[]) => deliver(manifest(), { recipient: device, signers });
    const other: Signer = { ...second, structure: 'sign' };
    expect(await decide(sign, other)).toMatchObject({ kind: 'accepted' });
    expect(await decide(sign, { ...sign, kidIn: 'protected' })).toMatchObject({ reason: 'threshold-unmet' });
    expect(await decide(author, sign)).toMatchObject({ reason: 'threshold-unmet' });
    expect(await decide(author, other)).toMatchObject({ kind: 'accepted' });
  });

  it('all wants every author and qualifier there is, and there must be one', async () => {
    const decide = (anchors: readonly TrustAnchor[], ...signers: Signer[]) =>
      deliver(manifest(), { recipient: recipient({ anchors, policy: { kind: 'all' } }), signers });
    const distributor = anchorOf(stranger, ['distributor']);
    expect(await decide([...both, distributor], author, second)).toMatchObject({ kind: 'accepted' });
    expect(await decide([anchorOf(author)], author)).toMatchObject({ kind: 'accepted' });
    expect(await decide(both, author)).toMatchObject({ reason: 'threshold-unmet' });
    expect(await decide([distributor], stranger)).toMatchObject({ kind: 'rejected' });
  });

  it('roles wants each role from a key that has it', async () => {
    const device = recipient({
      anchors: [anchorOf(author), anchorOf(second, ['qualifier'])],
      policy: { kind: 'roles', roles: ['author', 'qualifier'] },
    });
    const decide = (...signers: Signer[]) => deliver(manifest(), { recipient: device, signers });
    expect(await decide(author, second)).toMatchObject({ kind: 'accepted' });
    expect(await decide(author)).toMatchObject({ reason: 'threshold-unmet' });
    expect(await decide(second)).toMatchObject({ reason: 'threshold-unmet' });
  });
});
