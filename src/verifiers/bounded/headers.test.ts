import { describe, expect, it } from 'vitest';
import { array, bstr, type Entry, type Item, int, map, nil, tag, tstr, wrapped } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { digestOf } from '../../cose/algorithms.ts';
import { type BlockOptions, makeBlock, signerOf } from '../../cose/blocks.ts';
import { authorEd25519 } from '../../cose/test-keys.ts';
import type { Decision } from '../../device/decision.ts';
import type { Session } from '../verifier.ts';
import { boundedVerifier } from './bounded.ts';
import { anchorOf } from './fixtures/device.ts';
import { programRecipient } from './fixtures/programs.ts';

const recipient = { ...programRecipient, anchors: [anchorOf(authorEd25519)] };

function deliver(block: Item, digest: Item): Decision {
  const wrapper: Entry = [int(2), wrapped(array(wrapped(digest), wrapped(block)))];
  const envelope = write(tag(107, map(wrapper, [int(3), manifest])));
  const session = boundedVerifier().open(recipient) as Session;
  return session.deliver({ event: 'update', envelope, payloads: [] }) as Decision;
}

const manifest = bstr(Uint8Array.of(0xa0));
const digestBytes = bstr(digestOf(-16, write(manifest))!);
const digest = array(int(-16), digestBytes);

/** What nobody signs: the unprotected header. */
function decide(unprotected: readonly Entry[]): Decision {
  return deliver(makeBlock({ ...signerOf(authorEd25519), labels: unprotected }, write(digest)), digest);
}

/** Why a block with these headers is refused, its signature right; nothing: the manifest behind it is what is refused. */
function refusalOf(options: BlockOptions, of: Item = digest): string | undefined {
  const decision = deliver(makeBlock(signerOf(authorEd25519), write(of), options), of);
  if (decision.kind === 'accepted') return 'accepted';
  return decision.reason === 'version-missing' ? undefined : decision.reason;
}

const alg: Entry = [int(1), int(-19)];
const kid: Entry = [int(4), bstr(authorEd25519.kid!)];
const crit = (...labels: readonly Item[]): Entry => [int(2), array(...labels)];
const signed = (...entries: readonly Entry[]) => refusalOf({ protected: map(...entries) });

describe('what crit names', () => {
  it('is a label that the block has, protected, and that is understood', () => {
    expect(signed(alg)).toBeUndefined();
    expect(signed(alg, crit(int(1)))).toBeUndefined();
    expect(signed(alg, crit(int(1), int(4)), kid)).toBeUndefined();
    expect(signed(alg, crit({ kind: 'uint', value: 4n, width: 4 }), kid)).toBeUndefined();
    expect(signed(alg, crit(int(4)))).toBe('cose-unsupported');
    expect(signed(alg, crit(int(1), int(4)))).toBe('cose-unsupported');
    expect(refusalOf({ protected: map(alg, crit(int(4))), unprotected: map(kid) })).toBe('cose-unsupported');
    expect(signed(alg, crit(int(1), int(3)), [int(3), int(0)])).toBe('cose-unsupported');
  });

  it('is a list that is not empty, of unsigned integers, all of whose bits count', () => {
    expect(signed(alg, crit())).toBe('cose-unsupported');
    const others = [int(-2), tstr('a'), nil, bstr(Uint8Array.of(1)), array(int(1)), tag(1, int(1))];
    for (const one of [...others, int(2n ** 32n + 1n)]) {
      expect([one, signed(alg, crit(one))]).toEqual([one, 'cose-unsupported']);
      expect([one, signed(alg, crit(int(1), one))]).toEqual([one, 'cose-unsupported']);
    }
    for (const list of [int(1), bstr(Uint8Array.of(1)), map([int(1), int(1)]), nil])
      expect([list, signed(alg, [int(2), list])]).toEqual([list, 'cose-unsupported']);
    expect(signed(alg, [int(2), { ...array(int(1)), indefinite: true }])).toBe('cose-unsupported');
  });

  it('counts in the protected header alone', () => {
    expect(refusalOf({ protected: map(alg), unprotected: map(crit(int(1))) })).toBe('cose-unsupported');
  });
});

describe('a label', () => {
  it('stands in one of the two headers', () => {
    expect(refusalOf({ protected: map(alg), unprotected: map(alg) })).toBe('cose-unsupported');
    expect(refusalOf({ protected: map(alg, kid), unprotected: map(kid) })).toBe('cose-unsupported');
    expect(refusalOf({ protected: map(alg), unprotected: map(kid) })).toBeUndefined();
  });

  it('is an integer of 64 bits or a text, all of which counts', () => {
    const like: readonly Entry[] = [
      [int(2n ** 32n + 1n), int(-9)],
      [int(2n ** 32n + 2n), int(-9)],
      [int(-1), int(-9)],
      [int(-2), int(-9)],
      [tstr('a'), int(-9)],
      [tstr('b'), int(-9)],
      [int(2n ** 33n + 1n), int(-9)],
    ];
    expect(signed(alg, ...like)).toBeUndefined();
    for (const one of like) expect([one, signed(alg, ...like, one)]).toEqual([one, 'cbor-invalid']);
    for (const key of [bstr(Uint8Array.of(1)), nil, array(), { ...tstr('a'), chunks: [tstr('a')] }])
      expect(signed(alg, [key, int(0)])).not.toBeUndefined();
  });

  it('names an algorithm by all the bits of its number', () => {
    for (const value of [-19n - 2n ** 32n, -19n - 2n ** 63n, 18n])
      expect([value, signed([int(1), int(value)])]).toEqual([value, 'alg-unsupported']);
    const far = array(int(-16n - 2n ** 32n), digestBytes);
    expect(refusalOf({}, far)).toBe('digest-alg-unsupported');
    expect(refusalOf({}, array(int(15), digestBytes))).toBe('digest-alg-unsupported');
  });
});

const label = (i: number): Entry => [int(-70_000 - i), int(0)];
const labels = (count: number): readonly Entry[] => Array.from({ length: count }, (_, i) => label(i));
const large: Entry = [int(-60_000), array(...Array.from({ length: 2000 }, () => int(0)))];

describe('labels of a header map', () => {
  it('cost no more for how large the value before them is', () => {
    const steps = (entries: readonly Entry[]): number => decide(entries).cost?.steps ?? Number.NaN;
    const alone = steps([large]);
    expect(alone).toBeGreaterThan(2000);
    const ofLabels = steps(labels(30)) - steps([]);
    // Not once more for each label.
    expect(steps([large, ...labels(30)]) - alone).toBeLessThan(1.2 * ofLabels);
  });

  it('are unique, wherever the second of two stands', () => {
    const twice = [label(1), large, label(2), [tstr('a'), int(1)] as Entry, label(3), label(1)];
    expect(decide(twice)).toMatchObject({ reason: 'cbor-invalid' });
    expect(decide(twice.slice(0, -1))).not.toMatchObject({ reason: 'cbor-invalid' });
    expect(decide([label(1), label(1)])).toMatchObject({ reason: 'cbor-invalid' });
    expect(decide(labels(33))).toMatchObject({ reason: 'limit-count' });
    expect(decide(labels(32))).toMatchObject({ reason: 'version-missing' });
    expect(decide([...labels(31), label(0)])).toMatchObject({ reason: 'cbor-invalid' });
  });
});
