import { describe, expect, it } from 'vitest';
import { array, bstr, type Item, int, map, nil, tag, tstr, wrapped } from '../../cbor/item.ts';
import { type BlockOptions, makeBlock, makeMac, makeSign, type Signer, signerOf } from '../../cose/blocks.ts';
import { type CoseKey, publicOf } from '../../cose/key.ts';
import {
  authorEd25519,
  authorHmac,
  authorHss,
  authorP256,
  secondEd25519,
  strangerEd25519,
  strangerP256,
} from '../../cose/test-keys.ts';
import type { AuthorityPolicy, TrustAnchor } from '../../device/recipient.ts';
import { encode, release, signedBytes } from '../../suit/parts.ts';
import { anchorOf, answerTo, author, manifest, recipient } from './fixtures/device.ts';

const unsigned = release(manifest(), []);
const payload = signedBytes(unsigned);

function withBlocks(...blocks: Item[]): Uint8Array {
  return encode({ ...unsigned, blocks });
}

function block(options: BlockOptions = {}, signer: Signer = author): Item {
  return makeBlock(signer, payload, options);
}

function answer(
  blocks: Item[],
  anchors: TrustAnchor[] = [anchorOf(authorEd25519)],
  policy?: AuthorityPolicy,
): string {
  return answerTo(withBlocks(...blocks), { to: { ...recipient, anchors, ...(policy && { policy }) } });
}

/** A COSE_Sign with this in the place of its one signature. */
const signAs = (one: Item): Item => tag(98, array(bstr(new Uint8Array(0)), map(), nil, array(one)));

const alg = (id: number): [Item, Item] => [int(1), int(id)];

describe('authentication blocks', () => {
  it('are accepted for every algorithm claimed', () => {
    const signers: readonly (readonly [CoseKey, number])[] = [
      [authorP256, -7],
      [authorP256, -9],
      [authorEd25519, -8],
      [authorEd25519, -19],
      [authorHss, -46],
      [authorHmac, 5],
    ];
    for (const [key, algorithm] of signers) {
      const signer = { ...signerOf(key), algorithm };
      expect([algorithm, answer([block({}, signer)], [anchorOf(key, { algorithms: [algorithm] })])]).toEqual([
        algorithm,
        'accepted',
      ]);
    }
  });

  it('are refused when there is none, or too many, or two the same', () => {
    expect(answer([])).toBe('auth-missing');
    expect(answer([block(), block()])).toBe('auth-malformed');
    const unprotected = (i: number) => map([int(100), int(i)]);
    expect(answer(Array.from({ length: 9 }, (_, i) => block({ unprotected: unprotected(i) })))).toBe(
      'limit-count',
    );
    expect(answer(Array.from({ length: 8 }, (_, i) => block({ unprotected: unprotected(i) })))).toBe(
      'accepted',
    );
  });

  it('are refused in another shape', () => {
    const empty = new Uint8Array(0);
    const cases: readonly (readonly [what: string, block: Item, answer: string])[] = [
      ['no tag', array(bstr(empty), map(), nil, bstr(empty)), 'cose-unsupported'],
      ['COSE_Mac by a key that is none', makeMac(signerOf(authorHmac), payload), 'alg-disallowed'],
      ['COSE_Sign without signatures', makeSign([], payload), 'auth-malformed'],
      ['COSE_Sign with too many', makeSign(Array<Signer>(9).fill(author), payload), 'limit-count'],
      ['a signature of two elements', signAs(array(bstr(empty), map())), 'auth-malformed'],
      ['a signature that is none', signAs(int(0)), 'auth-malformed'],
      ['no signatures', tag(98, array(bstr(empty), map(), nil, bstr(empty))), 'auth-malformed'],
      [
        'a body header that is no map',
        tag(98, array(bstr(Uint8Array.of(0x80)), map(), nil, array(int(0)))),
        'auth-malformed',
      ],
      [
        'a body with crit',
        tag(98, array(bstr(empty), map([int(2), array(int(1))]), nil, array(int(0)))),
        'cose-unsupported',
      ],
      [
        'COSE_Sign in the context of Sign1',
        makeSign([author], payload, () => ({ context: 'Signature1' })),
        'sig-invalid',
      ],
      ['COSE_Sign by a stranger', makeSign([signerOf(strangerEd25519)], payload), 'sig-invalid'],
      ['three elements', tag(18, array(bstr(empty), map(), nil)), 'auth-malformed'],
      ['attached payload', block({ payload: bstr(payload) }), 'auth-malformed'],
      ['empty payload', block({ payload: bstr(empty) }), 'auth-malformed'],
      ['protected is no map', block({ protected: wrapped(array()) }), 'auth-malformed'],
      ['protected has more', block({ protected: wrapped(map(alg(-19)), int(0)) }), 'auth-malformed'],
      ['as a MAC', block({ tag: 17 }), 'alg-disallowed'],
      ['other context', block({ context: 'Signature' }), 'sig-invalid'],
      ['external data', block({ externalAad: Uint8Array.of(1) }), 'sig-invalid'],
      [
        'the wrapped digest signed',
        block({ signed: Uint8Array.of(0x58, payload.length, ...payload) }),
        'sig-invalid',
      ],
    ];
    for (const [what, given, reason] of cases) expect([what, answer([given])]).toEqual([what, reason]);
  });

  it('are refused where they are not wrapped', () => {
    expect(answerTo(encode({ ...unsigned, wrapper: { extras: [block()] } }))).toBe('auth-malformed');
  });

  it('are refused for what their headers say', () => {
    const kid = bstr(Uint8Array.of(1));
    const cases: readonly (readonly [what: string, options: BlockOptions, answer: string])[] = [
      ['no algorithm', { protected: map() }, 'alg-disallowed'],
      ['only unprotected', { protected: map(), unprotected: map(alg(-19)) }, 'alg-disallowed'],
      ['in both', { unprotected: map(alg(-19)) }, 'cose-unsupported'],
      ['unknown algorithm', { protected: map(alg(-4000)) }, 'alg-unsupported'],
      ['huge algorithm', { protected: map([int(1), int(-(2n ** 40n))]) }, 'alg-unsupported'],
      ['algorithm in words', { protected: map([int(1), tstr('Ed25519')]) }, 'alg-unsupported'],
      ['known, not allowed', { protected: map(alg(-8)) }, 'alg-disallowed'],
      ['label twice', { unprotected: map([int(100), nil], [int(4), kid], [int(100), nil]) }, 'cbor-invalid'],
      [
        'label twice, one in a wide head',
        { unprotected: map([int(100), nil], [{ kind: 'uint', value: 100n, width: 2 }, nil]) },
        'cbor-invalid',
      ],
      [
        'crit not understood',
        { protected: map(alg(-19), [int(2), array(int(100))], [int(100), nil]) },
        'cose-unsupported',
      ],
      ['crit absent', { protected: map(alg(-19), [int(2), array(int(4))]) }, 'cose-unsupported'],
      ['crit empty', { protected: map(alg(-19), [int(2), array()]) }, 'cose-unsupported'],
      ['crit unprotected', { unprotected: map([int(2), array(int(1))]) }, 'cose-unsupported'],
      ['crit understood', { protected: map(alg(-19), [int(2), array(int(1))]) }, 'accepted'],
      ['unknown unprotected label', { unprotected: map([tstr('note'), array(int(1), map())]) }, 'accepted'],
      ['label of another type', { unprotected: map([nil, int(1)]) }, 'auth-malformed'],
      ['kid is no byte string', { unprotected: map([int(4), int(1)]) }, 'auth-malformed'],
    ];
    for (const [what, options, reason] of cases)
      expect([what, answer([block(options)])]).toEqual([what, reason]);
  });

  it('need a trust anchor that may be used so', () => {
    const one = [block()];
    const pub = publicOf(authorEd25519);
    expect(answer(one, [])).toBe('key-unknown');
    expect(answer(one, [anchorOf(authorEd25519, { roles: ['distributor'] })])).toBe('key-unknown');
    expect(answer(one, [anchorOf(authorEd25519, { algorithms: [-8] })])).toBe('alg-disallowed');
    expect(answer(one, [anchorOf({ ...pub, alg: -8 } as CoseKey, { algorithms: [-19] })])).toBe('key-usage');
    expect(answer(one, [anchorOf({ ...pub, keyOps: [1] } as CoseKey)])).toBe('key-usage');
    expect(answer(one, [anchorOf({ ...pub, keyOps: [2] } as CoseKey)])).toBe('accepted');
    expect(answer(one, [anchorOf(authorP256, { algorithms: [-19] })])).toBe('key-usage');
    expect(answer(one, [anchorOf(strangerEd25519)])).toBe('sig-invalid');
    expect(answer(one, [anchorOf(strangerP256), anchorOf(strangerEd25519), anchorOf(authorEd25519)])).toBe(
      'accepted',
    );
  });

  it('take the kid for a hint and no more', () => {
    const named = (kid: Uint8Array) => block({ unprotected: map([int(4), bstr(kid)]) });
    const theirs = strangerEd25519.kid!;
    const anchors = [anchorOf(authorEd25519), anchorOf(strangerEd25519)];
    expect(answer([named(authorEd25519.kid!)], anchors)).toBe('accepted');
    expect(answer([named(theirs)], anchors)).toBe('accepted');
    expect(answer([named(Uint8Array.of(0xee))], anchors)).toBe('accepted');
    expect(answer([named(theirs)], [anchorOf(strangerEd25519)])).toBe('sig-invalid');
    expect(answer([named(Uint8Array.of(0xee))], [anchorOf(strangerEd25519)])).toBe('key-unknown');
    expect(answer([named(theirs)], [anchorOf(authorEd25519, { kid: theirs })])).toBe('accepted');
  });

  it('are passed over where another one holds', () => {
    const foreign = block({}, signerOf(strangerEd25519));
    const later = makeMac(signerOf(authorHmac), payload);
    expect(answer([foreign, block()])).toBe('accepted');
    expect(answer([later, block()])).toBe('accepted');
    expect(answer([foreign, later])).toBe('sig-invalid');
    expect(answer([later, foreign])).toBe('alg-disallowed');
  });

  it('count distinct keys for a threshold', () => {
    const policy: AuthorityPolicy = { kind: 'at-least', count: 2 };
    const both = [anchorOf(authorEd25519), anchorOf(secondEd25519)];
    const second = block({}, signerOf(secondEd25519));
    expect(answer([block(), second], both, policy)).toBe('accepted');
    expect(answer([block()], both, policy)).toBe('threshold-unmet');
    const again = block({ unprotected: map([int(4), bstr(Uint8Array.of(9))]) });
    expect(answer([block(), again], both, policy)).toBe('threshold-unmet');
    const renamed = anchorOf(authorEd25519, { kid: Uint8Array.of(9) });
    expect(answer([block(), again], [...both, renamed], policy)).toBe('threshold-unmet');
  });

  it('are the signatures of a COSE_Sign, each by itself', () => {
    const policy: AuthorityPolicy = { kind: 'all' };
    const both = [anchorOf(authorEd25519), anchorOf(secondEd25519)];
    const [second, foreign] = [signerOf(secondEd25519), signerOf(strangerEd25519, 'protected')];
    const filled: Signer = { ...author, bodyFilled: true, kidIn: 'unprotected' };
    expect(answer([makeSign([filled], payload)])).toBe('accepted');
    expect(answer([makeSign([foreign, author, foreign], payload)])).toBe('accepted');
    expect(answer([makeSign([author, second], payload)], both, policy)).toBe('accepted');
    expect(answer([makeSign([author, { ...author, kidIn: 'protected' }], payload)], both, policy)).toBe(
      'threshold-unmet',
    );
    expect(answer([makeSign([second], payload), block()], both, policy)).toBe('accepted');
    expect(answer([block()], [anchorOf(authorEd25519, { roles: ['distributor'] })], policy)).toBe(
      'key-unknown',
    );
    const others = [...both, anchorOf(strangerEd25519, { roles: ['distributor'] })];
    expect(answer([makeSign([author, second], payload)], others, policy)).toBe('accepted');
  });

  it('must cover every role that the policy names', () => {
    const policy: AuthorityPolicy = { kind: 'roles', roles: ['author', 'qualifier'] };
    const anchors = [anchorOf(authorEd25519), anchorOf(secondEd25519, { roles: ['qualifier'] })];
    const second = block({}, signerOf(secondEd25519));
    expect(answer([block(), second], anchors, policy)).toBe('accepted');
    expect(answer([second], anchors, policy)).toBe('threshold-unmet');
  });

  it('keep the bits of more than one word of anchors apart', () => {
    const strangers = Array.from({ length: 40 }, (_, i) =>
      anchorOf(strangerEd25519, { kid: Uint8Array.of(i) }),
    );
    const anchors = [...strangers, anchorOf(authorEd25519), anchorOf(secondEd25519)];
    const policy: AuthorityPolicy = { kind: 'at-least', count: 2 };
    expect(answer([block(), block({}, signerOf(secondEd25519))], anchors, policy)).toBe('accepted');
    expect(answer([block()], anchors, policy)).toBe('threshold-unmet');
  });
});

describe('to-be-signed bytes of any length', () => {
  it('are the same as the signer’s, at every width of a head', () => {
    for (const length of [0, 10, 200, 300, 70_000]) {
      const padding: [Item, Item] = [int(100), bstr(new Uint8Array(length))];
      const one = block({ protected: map(alg(-19), padding) });
      expect([length, answerTo(withBlocks(one), { arenaBytes: 100_000 })]).toEqual([length, 'accepted']);
    }
  });

  it('must fit the arena', () => {
    const one = block({ protected: map(alg(-19), [int(100), bstr(new Uint8Array(5000))]) });
    expect(answerTo(withBlocks(one))).toBe('limit-memory');
  });
});
