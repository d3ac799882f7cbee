import { describe, expect, it } from 'vitest';
import { array, bstr, type CborMap, type Item, int, map, nil, tag, tstr } from '../../cbor/item.ts';
import { type BlockOptions, makeBlock, type Signer, signerOf } from '../../cose/blocks.ts';
import type { CoseKey } from '../../cose/key.ts';
import {
  authorEd25519,
  authorHmac,
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
