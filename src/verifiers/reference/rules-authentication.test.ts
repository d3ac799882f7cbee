import { describe, expect, it } from 'vitest';
import { array, bstr, type CborMap, type Entry, int, map, nil, tstr } from '../../cbor/item.ts';
import { signerOf } from '../../cose/blocks.ts';
import { authorHmac, secondEd25519 } from '../../cose/test-keys.ts';
import type { AuthorityPolicy, TrustAnchor } from '../../device/recipient.ts';
import { anchorOf, author } from './fixtures/trial.ts';
import { authenticationRules, type Headers } from './rules-authentication.ts';

const { algorithmFits, authorized, detached, entitled, headerMap, headersUnderstood, selectAnchors, someOf } =
  authenticationRules;

const headers = (inside: readonly Entry[], outside: readonly Entry[] = []): Headers => ({
  protected: map([int(1), int(-9)], ...inside),
  unprotected: map(...outside),
});
const crit = (...labels: number[]): Entry => [int(2), array(...labels.map((one) => int(one)))];
const kid: Entry = [int(4), bstr(Uint8Array.of(7))];

describe('headers', () => {
  it('have integers and texts for labels, each once', () => {
    expect(headerMap(map([int(1), nil], [tstr('x'), nil], [int(-1), nil]))).toBe(true);
    expect(headerMap(map([bstr(Uint8Array.of(1)), nil]))).toBe('auth-malformed');
    expect(headerMap(map([int(1), nil], [nil, nil]))).toBe('auth-malformed');
    expect(headerMap(map([int(1), nil], [int(1), nil]))).not.toBe(true);
  });

  it('are understood where all that crit names is there and known', () => {
    expect(headersUnderstood(headers([crit(1)]))).toBe(true);
    expect(headersUnderstood(headers([crit(1, 4), kid]))).toBe(true);
  });

  it.each<[string, Headers]>([
    ['names nothing', headers([crit()])],
    ['is no list', headers([[int(2), int(1)]])],
    ['names what is not there', headers([crit(1, 4)])],
    ['names what is there and outside', headers([crit(4)], [kid])],
    ['names what is unknown, last', headers([crit(1, 99), [int(99), nil]])],
    ['names what is unknown, first', headers([crit(99, 1), [int(99), nil]])],
    ['is not protected', headers([], [crit(1)])],
  ])('are refused where crit %s', (_name, refused) => {
    expect(headersUnderstood(refused)).toBe('cose-unsupported');
  });

  it('are refused where a label is in both maps', () => {
    expect(headersUnderstood(headers([kid], [kid]))).toBe('cose-unsupported');
    expect(headersUnderstood(headers([[tstr('x'), nil]], [[tstr('x'), nil]]))).toBe('cose-unsupported');
    expect(headersUnderstood(headers([kid], [[int(5), nil]]))).toBe(true);
  });
});

describe('a payload', () => {
  it('is detached where nil stands in its place, and nothing else', () => {
    expect(detached(nil)).toBe(true);
    for (const other of [{ ...nil, value: 23 }, bstr(Uint8Array.of()), int(22), map() as CborMap, undefined])
      expect(detached(other)).toBe('auth-malformed');
  });

  it('is signed by one at least', () => {
    expect([someOf(0), someOf(1)]).toEqual(['auth-malformed', true]);
  });
});

const first = anchorOf(author);
const second = anchorOf(signerOf(secondEd25519));

describe('the anchors tried', () => {
  const named: TrustAnchor = { ...second, kid: Uint8Array.of(7) };
  const unnamed: TrustAnchor = { key: first.key, algorithms: first.algorithms, roles: first.roles };

  it('begin with those that the kid names, wherever it stands', () => {
    expect(selectAnchors(headers([kid]), [unnamed, first, named])).toEqual([named, unnamed, first]);
    expect(selectAnchors(headers([], [kid]), [unnamed, first, named])).toEqual([named, unnamed, first]);
  });

  it('are all, in their order, where no kid helps', () => {
    const all = [first, named, unnamed];
    expect(selectAnchors(headers([]), all)).toEqual(all);
    expect(selectAnchors(headers([[int(4), int(7)]]), all)).toEqual(all);
    expect(selectAnchors(headers([[int(4), bstr(Uint8Array.of(8))]]), all)).toEqual(all);
  });
});

describe('an algorithm', () => {
  const hmac: TrustAnchor = { ...anchorOf(signerOf(authorHmac)), algorithms: [5] };

  it('fits structures of its kind', () => {
    expect([algorithmFits(-9, first, 'sign1'), algorithmFits(5, hmac, 'mac0')]).toEqual([true, true]);
    expect([algorithmFits(-9, first, 'mac0'), algorithmFits(5, hmac, 'sign')]).toEqual([
      'alg-disallowed',
      'alg-disallowed',
    ]);
    expect(algorithmFits(-65000, { ...first, algorithms: [-65000] }, 'sign1')).toBe('alg-disallowed');
  });

  it('fits keys of its kind, for their algorithm and their operations', () => {
    expect(algorithmFits(-19, { ...first, algorithms: [-19] }, 'sign1')).toBe('key-usage');
    expect(algorithmFits(-9, { ...first, key: { ...first.key, alg: -9, keyOps: [1, 2] } }, 'sign1')).toBe(
      true,
    );
    expect(algorithmFits(-9, { ...first, key: { ...first.key, alg: -7 } }, 'sign1')).toBe('key-usage');
    expect(algorithmFits(-9, { ...first, key: { ...first.key, keyOps: [10] } }, 'sign1')).toBe('key-usage');
    expect(algorithmFits(5, { ...hmac, key: { ...hmac.key, keyOps: [10] } }, 'mac')).toBe(true);
  });
});

describe('a policy', () => {
  const all: AuthorityPolicy = { kind: 'all' };
  const roles: AuthorityPolicy = { kind: 'roles', roles: ['author', 'qualifier'] };
  const two: AuthorityPolicy = { kind: 'at-least', count: 2 };
  const qualifier: TrustAnchor = { ...second, roles: ['qualifier'] };
  const operator: TrustAnchor = { ...second, roles: ['distributor'] };

  it('of any authority asks for an author', () => {
    expect(entitled(first, { kind: 'any' })).toBe(true);
    expect(entitled(qualifier, { kind: 'any' })).toBe(false);
    expect([all, two].map((policy) => entitled(qualifier, policy))).toEqual([true, true]);
    expect([all, two, roles].map((policy) => entitled(operator, policy))).toEqual([false, false, false]);
    expect(entitled(first, { kind: 'roles', roles: ['qualifier'] })).toBe(false);
  });

  it('of all authorities asks for each that may authenticate, and for one at least', () => {
    expect(authorized([first, second], all, 2, [first, second])).toBe(true);
    expect(authorized([first], all, 1, [first, second])).toBe('threshold-unmet');
    expect(authorized([first], all, 1, [first, operator])).toBe(true);
    expect(authorized([], all, 0, [])).toBe('threshold-unmet');
    expect(authorized([], all, 0, [operator])).toBe('threshold-unmet');
  });

  it('of roles asks for each of them', () => {
    expect(authorized([first, qualifier], roles, 2, [])).toBe(true);
    expect(authorized([first, second], roles, 2, [])).toBe('threshold-unmet');
    expect(authorized([qualifier], roles, 1, [])).toBe('threshold-unmet');
  });

  it('of a number counts keys, and never takes none for enough', () => {
    expect(authorized([first, second], two, 2, [])).toBe(true);
    expect(authorized([first, { ...first, kid: Uint8Array.of(9) }], two, 2, [])).toBe('threshold-unmet');
    expect(authorized([], { kind: 'at-least', count: 0 }, 0, [])).toBe('threshold-unmet');
    expect(authorized([], { kind: 'any' }, 0, [])).toBe('threshold-unmet');
  });
});
