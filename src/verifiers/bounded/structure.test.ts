import { describe, expect, it } from 'vitest';
import { fromHex } from '../../cbor/hex.ts';
import {
  array,
  bstr,
  type CborMap,
  type Entry,
  type Item,
  int,
  map,
  nil,
  tag,
  tstr,
  wrapped,
} from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import { memberOf, removeMember, setMember, withCommon, withSequence } from '../../suit/edit.ts';
import { assemble, encode, release, seal, sign } from '../../suit/parts.ts';
import {
  answerTo,
  author,
  condition,
  index,
  manifest,
  override,
  pair,
  recipient,
} from './fixtures/device.ts';

const parts = release(manifest([], { validate: [condition('classIdentifier')] }), [author]);

/** The manifest changed, and signed again by its author. */
function reissued(change: (manifest: CborMap) => CborMap | Item): string {
  return answerTo(seal({ ...parts, manifest: change(parts.manifest) as CborMap }, [author]));
}

/** The envelope's map changed, nothing signed again. */
function altered(change: (entries: readonly Entry[]) => readonly Entry[]): string {
  const envelope = assemble(parts) as Item & { kind: 'tag' };
  const { entries } = envelope.item as CborMap;
  return answerTo(write(tag(107, map(...change(entries)))));
}

describe('the envelope', () => {
  it('is tagged, a map, and all of it', () => {
    const untagged = (assemble(parts) as Item & { kind: 'tag' }).item;
    expect(answerTo(parts)).toBe('accepted');
    expect(answerTo(write(untagged))).toBe('wrong-tag');
    expect(answerTo(write(tag(1070, untagged)))).toBe('wrong-tag');
    expect(answerTo(write(tag(107, tag(107, untagged))))).toBe('wrong-tag');
    expect(answerTo(write(tag(107, array())))).toBe('envelope-structure');
    expect(answerTo(write(int(0)))).toBe('envelope-structure');
    expect(answerTo(new Uint8Array(0))).toBe('not-well-formed');
    expect(answerTo(Uint8Array.of(...encode(parts), 0))).toBe('trailing-data');
    const wide = { kind: 'tag', tag: 107n, width: 8, item: untagged } as const;
    expect(answerTo(write(wide))).toBe('accepted');
  });

  it('has its known members once and in order', () => {
    const payload: Entry = [tstr('#b'), bstr(Uint8Array.of(1))];
    expect(altered(([, second]) => [second!])).toBe('auth-missing');
    expect(altered(([first]) => [first!])).toBe('envelope-structure');
    expect(altered(([first, second]) => [second!, first!])).toBe('envelope-order');
    expect(altered(([first, second]) => [first!, second!, second!])).toBe('cbor-invalid');
    expect(altered(([first, second]) => [first!, second!, first!])).toBe('cbor-invalid');
    expect(altered(([first, second]) => [first!, payload, second!])).toBe('envelope-order');
    expect(altered((e) => [...e, payload])).toBe('accepted');
    expect(altered((e) => [...e, payload, [tstr('#a'), bstr(Uint8Array.of(2))]])).toBe('envelope-order');
    expect(altered((e) => [...e, payload, payload])).toBe('cbor-invalid');
    expect(altered((e) => [...e, payload, [tstr('##a'), bstr(Uint8Array.of(2))]])).toBe('accepted');
    expect(altered((e) => [...e, [tstr('#b'), int(1)]])).toBe('envelope-structure');
    expect(altered((e) => [...e, [int(99), bstr(Uint8Array.of(1))]])).toBe('unknown-envelope-key');
    expect(altered((e) => [...e, [int(-1), bstr(Uint8Array.of(1))]])).toBe('unknown-envelope-key');
    expect(
      altered((e) => [...e, [{ kind: 'tstr', bytes: Uint8Array.of(0xc0, 0x80) }, bstr(Uint8Array.of(1))]]),
    ).toBe('cbor-invalid');
  });

  it('is bound to its manifest by a digest that the recipient knows', () => {
    const other = release(manifest([], { sequenceNumber: 6n }), [author]);
    expect(answerTo({ ...parts, manifest: other.manifest })).toBe('manifest-digest-mismatch');
    expect(answerTo({ ...parts, manifest: other.manifest, digest: other.digest })).toBe('sig-invalid');
    const to = {
      ...recipient,
      capabilities: { ...recipient.capabilities, digests: [-16, -43, -44, -18, -45] },
    };
    for (const algorithm of [-16, -43, -44, -18, -45]) {
      const envelope = release(manifest(), [author], { digestAlgorithm: algorithm });
      expect([algorithm, answerTo(envelope, { to })]).toEqual([algorithm, 'accepted']);
      expect(answerTo(envelope)).toBe(algorithm === -16 ? 'accepted' : 'digest-alg-unsupported');
    }
    const digest = (...items: Item[]) => answerTo(sign({ ...parts, digest: array(...items) }, [author]));
    const [id, bytes] = (parts.digest as Item & { kind: 'array' }).items as [Item, Item & { kind: 'bstr' }];
    expect(digest(id, bytes)).toBe('accepted');
    expect(digest(id, bstr(bytes.bytes.subarray(0, 31)))).toBe('digest-malformed');
    expect(digest(id)).toBe('digest-malformed');
    expect(digest(tstr('sha'), bytes)).toBe('digest-malformed');
    expect(digest(int(-14), bstr(new Uint8Array(20)))).toBe('digest-alg-unsupported');
  });
});

describe('the manifest', () => {
  it('has version 1 and a number not below the current one', () => {
    const version = (value: Item) => reissued((m) => setMember(m, 1, value));
    expect(version(int(2))).toBe('version-unsupported');
    expect(version(int(2n ** 32n + 1n))).toBe('version-unsupported');
    expect(version(tstr('1'))).toBe('version-unsupported');
    expect(reissued((m) => removeMember(m, 1))).toBe('version-missing');
    expect(reissued((m) => removeMember(m, 2))).toBe('sequence-missing');
    expect(reissued((m) => setMember(m, 2, tstr('5')))).toBe('type-mismatch');
    const numbers: readonly (readonly [current: bigint, offered: bigint, answer: string])[] = [
      [5n, 4n, 'sequence-rollback'],
      [5n, 5n, 'accepted'],
      [2n ** 32n, 2n ** 32n - 1n, 'sequence-rollback'],
      [2n ** 32n - 1n, 2n ** 32n, 'accepted'],
      [2n ** 63n, 2n ** 63n - 1n, 'sequence-rollback'],
      [2n ** 64n - 1n, 0n, 'sequence-rollback'],
      [2n ** 53n, 2n ** 53n + 1n, 'accepted'],
      [2n ** 53n + 1n, 2n ** 53n, 'sequence-rollback'],
      [0x1_0000_0002n, 0x2_0000_0001n, 'accepted'],
    ];
    for (const [sequenceNumber, offered, answer] of numbers) {
      const to = { ...recipient, sequenceNumber };
      expect([sequenceNumber, offered, answerTo(manifest([], { sequenceNumber: offered }), { to })]).toEqual([
        sequenceNumber,
        offered,
        answer,
      ]);
    }
    const { sequenceNumber: _none, ...fresh } = recipient;
    expect(answerTo(manifest([], { sequenceNumber: 0n }), { to: fresh })).toBe('accepted');
  });

  it('has no keys that are unknown, repeated, out of order or wide', () => {
    expect(reissued((m) => setMember(m, 99, nil))).toBe('unknown-critical-key');
    expect(reissued((m) => setMember(m, -1, nil))).toBe('unknown-critical-key');
    expect(reissued((m) => setMember(setMember(m, 99, nil), 1, int(2)))).toBe('version-unsupported');
    expect(reissued((m) => ({ ...m, entries: [...m.entries, m.entries.at(-1)!] }))).toBe('cbor-invalid');
    expect(reissued((m) => ({ ...m, entries: m.entries.toReversed() }))).toBe('non-deterministic');
    expect(reissued((m) => ({ ...m, indefinite: true }))).toBe('non-deterministic');
    const wideKey: Item = { kind: 'uint', value: 7n, width: 1 };
    expect(
      reissued((m) => ({
        ...m,
        entries: m.entries.map(([k, v]) => [k === m.entries.at(-1)![0] ? wideKey : k, v]),
      })),
    ).toBe('non-deterministic');
    expect(reissued((m) => withCommon(m, (c) => setMember(c, 9, nil)))).toBe('unknown-critical-key');
    expect(reissued(() => array())).toBe('manifest-structure');
    expect(reissued((m) => tag(1070, m))).toBe('wrong-tag');
    expect(reissued((m) => setMember(m, 4, int(1)))).toBe('type-mismatch');
    expect(reissued((m) => removeMember(m, 3))).toBe('manifest-structure');
  });

  it('wraps each element in a byte string, alone', () => {
    const validate = memberOf(parts.manifest, 7)! as Item & { kind: 'wrapped' };
    expect(reissued((m) => setMember(m, 7, wrapped(...validate.items, int(0))))).toBe('trailing-data');
    expect(reissued((m) => setMember(m, 7, bstr(write(validate.items[0]!).subarray(0, -1))))).toBe(
      'not-well-formed',
    );
    expect(reissued((m) => setMember(m, 7, validate.items[0]!))).toBe('manifest-structure');
    expect(reissued((m) => setMember(m, 7, map()))).toBe('type-mismatch');
  });
});

describe('components', () => {
  it('may be left out of a manifest that has nothing to do', () => {
    const without = (...keys: number[]) =>
      reissued((m) => withCommon(removeMember(m, 7), (c) => keys.reduce(removeMember, c)));
    expect(without(2)).toBe('index-missing');
    expect(without(2, 4)).toBe('accepted');
  });

  it('are known, distinct, and not more than there are', () => {
    const components = (...ids: Item[]) =>
      reissued((m) => withCommon(m, (c) => setMember(c, 2, array(...ids))));
    const id = (...segments: number[]) => array(...segments.map((segment) => bstr(Uint8Array.of(segment))));
    expect(components()).toBe('manifest-structure');
    expect(components(id(9))).toBe('component-unsupported');
    expect(components(id(0, 0))).toBe('component-unsupported');
    expect(components(array())).toBe('component-unsupported');
    expect(components(id(0), id(0))).toBe('manifest-structure');
    expect(components(id(0), id(1), id(2))).toBe('component-count');
    expect(components(array(int(0)))).toBe('manifest-structure');
  });

  it('are chosen by an index in range, at the start of each section', () => {
    expect(answerTo(pair([index(2)]))).toBe('index-range');
    expect(answerTo(pair([index([0, 2])]))).toBe('index-range');
    expect(answerTo(pair([], { validate: [condition('imageMatch')] }))).toBe('index-missing');
    expect(
      answerTo(
        pair([], {
          validate: [index(1), override({ imageDigest: { algorithm: -16, bytes: new Uint8Array(32) } })],
        }),
      ),
    ).toBe('accepted');
    const at = (value: Item) =>
      answerTo(
        seal(
          withSequence(release(pair(), [author]), 'shared', (s) => ({
            ...s,
            items: [...s.items, int(12), value],
          })),
          [author],
        ),
      );
    expect(at(int(1))).toBe('accepted');
    expect(at(int(2n ** 32n))).toBe('index-range');
    for (const value of [int(-1), nil, tstr('0'), array(), array(array(int(0)))])
      expect(at(value)).toBe('index-type');
  });
});

describe('nesting and steps', () => {
  it('are limited before authentication', () => {
    const deep = Uint8Array.from([...new Array<number>(5000).fill(0x81), 0]);
    expect(answerTo(deep)).toBe('limit-depth');
    const wide = fromHex(`9a00030d40${'00'.repeat(200_000)}`);
    expect(answerTo(wide)).toBe('limit-steps');
  });
});
