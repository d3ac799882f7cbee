import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
} from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import { write } from '../cbor/write.ts';
import { signerOf } from '../cose/blocks.ts';
import { authorEd25519 } from '../cose/test-keys.ts';
import { arbitraryManifest, arbitrarySevered } from './arbitrary.ts';
import { manifestItem, severedEntries } from './build.ts';
import { removeMember, setMember } from './edit.ts';
import type { Command, Manifest } from './model.ts';
import { assemble, encode, release } from './parts.ts';
import { readDigest, readEnvelope, readManifest } from './read.ts';
import type { Reason } from './stage.ts';

const base: Manifest = { version: 1n, sequenceNumber: 3n, components: [[new Uint8Array([7])]] };

function parse(item: Item): Item {
  const read = readItem(write(item));
  if (!read.ok) throw new Error(read.error.message);
  return read.item;
}

describe('readManifest', () => {
  it('reads back every manifest that is built', () => {
    fc.assert(
      fc.property(arbitraryManifest(), (m) => {
        expect(readManifest(parse(manifestItem(m)))).toEqual({ ok: true, manifest: m });
      }),
      { numRuns: 200 },
    );
  });

  it('reads items that were never bytes', () => {
    expect(readManifest(manifestItem(base))).toEqual({ ok: true, manifest: base });
  });

  const item = manifestItem(base);
  const common = (...entries: Entry[]) => setMember(item, 3, wrapped(map(...entries)));
  const text = (...items: Item[]) => setMember(item, 23, wrapped(...items));
  const faults: [what: string, reason: Reason, item: Item][] = [
    ['no version', 'version-missing', removeMember(item, 1)],
    ['no sequence number', 'sequence-missing', removeMember(item, 2)],
    ['no common part', 'manifest-structure', removeMember(item, 3)],
    ['a version in text', 'type-mismatch', setMember(item, 1, tstr('1'))],
    ['a negative sequence number', 'type-mismatch', setMember(item, 2, int(-1))],
    ['a sequence number as bignum', 'type-mismatch', setMember(item, 2, tag(2, bstr(new Uint8Array([3]))))],
    ['null for the reference URI', 'type-mismatch', setMember(item, 4, nil)],
    [
      'a URI that is not UTF-8',
      'cbor-invalid',
      setMember(item, 4, { kind: 'tstr', bytes: new Uint8Array([0xff]) }),
    ],
    ['a key twice', 'cbor-invalid', { ...item, entries: [...item.entries, [int(2), int(9)]] }],
    [
      'a key twice in two widths',
      'cbor-invalid',
      { ...item, entries: [...item.entries, [{ kind: 'uint', value: 2n, width: 4 }, int(9)]] },
    ],
    ['a text key', 'manifest-structure', { ...item, entries: [...item.entries, [tstr('x'), int(9)]] }],
    [
      'a digest in place of validate',
      'manifest-structure',
      setMember(item, 7, array(int(-16), bstr(new Uint8Array(32)))),
    ],
    ['a sequence that is not wrapped in text', 'type-mismatch', setMember(item, 7, tstr('x'))],
    ['an empty wrapped sequence', 'not-well-formed', setMember(item, 7, bstr(new Uint8Array(0)))],
    ['two items in a wrapped sequence', 'trailing-data', setMember(item, 7, wrapped(array(), int(0)))],
    ['an empty component list', 'manifest-structure', common([int(2), array()])],
    ['a component that is text', 'manifest-structure', common([int(2), array(tstr('a'))])],
    ['a component segment that is an integer', 'manifest-structure', common([int(2), array(array(int(0)))])],
    ['a severed digest of one element', 'digest-malformed', setMember(item, 20, array(int(-16)))],
    [
      'a language tag that is none',
      'manifest-structure',
      setMember(item, 23, wrapped(map([tstr('e n'), map()]))),
    ],
    ['a manifest tag', 'manifest-structure', tag(1070, item)],
    ['a try-each that is no list', 'command-malformed', setMember(item, 7, wrapped(array(int(15), int(0))))],
    [
      'an index beyond 2^53 in a list',
      'index-range',
      setMember(item, 7, wrapped(array(int(12), array(int(2n ** 60n))))),
    ],
    [
      'a parameter beyond 2^53',
      'param-unsupported',
      setMember(item, 7, wrapped(array(int(20), map([int(-(2n ** 60n)), nil])))),
    ],
    ['texts that are not wrapped', 'type-mismatch', setMember(item, 23, nil)],
    ['two items of texts', 'trailing-data', text(map(), nil)],
    ['texts in a list', 'type-mismatch', text(array())],
    ['a language that is a number', 'type-mismatch', text(map([int(1), map()]))],
    ['a language without a map', 'type-mismatch', text(map([tstr('en'), nil]))],
    ['a text under a text', 'type-mismatch', text(map([tstr('en'), map([tstr('x'), tstr('a')])]))],
    [
      'a text under a number beyond 2^53',
      'type-mismatch',
      text(map([tstr('en'), map([int(2n ** 60n), tstr('a')])])),
    ],
    ['a text that is none', 'type-mismatch', text(map([tstr('en'), map([int(1), nil])]))],
    [
      'texts of a component that is none',
      'manifest-structure',
      text(map([tstr('en'), map([array(nil), map()])])),
    ],
    [
      'texts of a component in a list',
      'type-mismatch',
      text(map([tstr('en'), map([array(bstr(Uint8Array.of(7))), array()])])),
    ],
  ];
  for (const [what, reason, faulty] of faults) {
    it(`refuses ${what}`, () => {
      expect(readManifest(parse(faulty))).toMatchObject({ ok: false, problem: { reason } });
    });
  }

  it('refuses byte strings of no item and of two that were never bytes', () => {
    const reasonOf = (...inside: Item[]) => readManifest(setMember(item, 7, wrapped(...inside)));
    expect(reasonOf()).toMatchObject({ problem: { reason: 'not-well-formed' } });
    expect(reasonOf(array(), nil)).toMatchObject({ problem: { reason: 'trailing-data' } });
  });

  it('says at which byte of the outermost input it stopped, however deep that is', () => {
    const shared = array(int(20), map([int(14), tstr('big')]));
    const bytes = write(common([int(4), wrapped(shared)]));
    const read = readItem(bytes, { offset: 1000 });
    const result = read.ok ? readManifest(read.item) : undefined;
    const at = Buffer.from(bytes).indexOf(write(tstr('big')));
    expect(result).toMatchObject({ ok: false, problem: { reason: 'param-type', offset: 1000 + at } });
  });

  it('keeps keys that the draft does not define, for the interpreter to judge', () => {
    const read = readManifest(parse(setMember(item, 99, int(5))));
    expect(read).toMatchObject({ ok: true, manifest: { extensions: [[99n, { kind: 'uint', value: 5n }]] } });
  });

  it('takes wide heads for what they mean', () => {
    const read = readManifest(parse(setMember(item, 2, { kind: 'uint', value: 3n, width: 8 })));
    expect(read).toEqual({ ok: true, manifest: base });
  });
});

describe('readDigest', () => {
  it('refuses more or less than algorithm and bytes', () => {
    const bytes = bstr(new Uint8Array(32));
    expect(readDigest(array(int(-16), bytes))).toMatchObject({ ok: true });
    for (const item of [
      array(),
      array(int(-16)),
      array(int(-16), bytes, int(0)),
      array(tstr('SHA-256'), bytes),
      nil,
    ]) {
      expect(readDigest(item)).toMatchObject({ ok: false, problem: { reason: 'digest-malformed' } });
    }
  });
});

describe('readEnvelope', () => {
  const signer = signerOf(authorEd25519);

  it('reads back what was released', () => {
    const payload = ['#image', new Uint8Array([1, 2, 3])] as const;
    fc.assert(
      fc.property(arbitrarySevered(), ({ manifest, severed }) => {
        const options = { severed: severedEntries(severed), payloads: [payload] };
        const read = readEnvelope(encode(release(manifest, [signer], options)));
        expect(read).toMatchObject({ ok: true, envelope: { payloads: [payload] } });
        expect(read.ok && [read.envelope.manifest, read.envelope.severed]).toEqual([manifest, severed]);
      }),
      { numRuns: 60 },
    );
  });

  const envelope = assemble({ ...release(base, [signer]), tags: [] }) as CborMap;
  const faults: [what: string, reason: Reason, item: Item][] = [
    ['another tag', 'wrong-tag', tag(108, envelope)],
    ['an array', 'envelope-structure', array()],
    ['no wrapper', 'auth-missing', removeMember(envelope, 2)],
    ['no manifest', 'envelope-structure', removeMember(envelope, 3)],
    ['a key twice', 'cbor-invalid', { ...envelope, entries: [...envelope.entries, envelope.entries[0]!] }],
    [
      'a payload in text',
      'envelope-structure',
      { ...envelope, entries: [...envelope.entries, [tstr('#a'), tstr('b')]] },
    ],
    [
      'a payload under a name that is not UTF-8',
      'cbor-invalid',
      {
        ...envelope,
        entries: [
          ...envelope.entries,
          [{ kind: 'tstr', bytes: Uint8Array.of(0xff) }, bstr(new Uint8Array(1))],
        ],
      },
    ],
    [
      'a payload under null',
      'envelope-structure',
      { ...envelope, entries: [...envelope.entries, [nil, bstr(new Uint8Array(1))]] },
    ],
    ['a severed sequence that is none', 'command-malformed', setMember(envelope, 20, wrapped(map()))],
    ['severed texts that are none', 'type-mismatch', setMember(envelope, 23, wrapped(nil))],
    ['a wrapper that is no list', 'auth-malformed', setMember(envelope, 2, wrapped(map()))],
    ['an empty wrapper', 'auth-malformed', setMember(envelope, 2, wrapped(array()))],
    ['an unwrapped digest', 'auth-malformed', setMember(envelope, 2, wrapped(array(array(int(-16)))))],
  ];
  for (const [what, reason, faulty] of faults) {
    it(`refuses ${what}`, () => {
      expect(readEnvelope(write(faulty))).toMatchObject({ ok: false, problem: { reason } });
    });
  }

  it('keeps members that the draft does not define', () => {
    const read = readEnvelope(write(setMember(envelope, 99, tag(9, int(1)))));
    expect(read).toMatchObject({ ok: true, envelope: { extensions: [[99n, tag(9, int(1))]] } });
  });

  it('is an answer, never an exception, for any bytes', () => {
    const bytes = encode(release(base, [signer]));
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = bytes.with(at, bytes[at]! ^ change);
        expect(typeof readEnvelope(changed).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});

describe('every command of the registry', () => {
  it('is built and read as its own kind', () => {
    const all: Command[] = [
      { kind: 'condition', code: 1, policy: 15 },
      { kind: 'condition', code: 2, policy: 15 },
      { kind: 'condition', code: 3, policy: 0 },
      { kind: 'condition', code: 5, policy: 5 },
      { kind: 'condition', code: 6, policy: 1 },
      { kind: 'condition', code: 14, policy: 2 },
      { kind: 'condition', code: 24, policy: 8 },
      { kind: 'setComponentIndex', index: true },
      { kind: 'tryEach', branches: [[{ kind: 'condition', code: 14, policy: 0 }], null] },
      { kind: 'overrideParameters', parameters: { softFailure: true } },
      { kind: 'runSequence', commands: [] },
      ...[18, 21, 22, 23, 31].map((code): Command => ({ kind: 'directive', code, policy: 2 })),
    ];
    const manifest: Manifest = { ...base, install: all };
    expect(readManifest(parse(manifestItem(manifest)))).toEqual({ ok: true, manifest });
  });
});
