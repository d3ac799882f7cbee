import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../cbor/hex.ts';
import { array, bstr, type Entry, int, isInt, map, tag, tstr, wrapped } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { type Signer, signerOf } from '../cose/blocks.ts';
import { nodeCrypto } from '../cose/node-crypto.ts';
import { sigStructure } from '../cose/structures.ts';
import { authorEd25519, authorHmac, authorP256, secondEd25519 } from '../cose/test-keys.ts';
import { arbitrarySevered } from './arbitrary.ts';
import { severedEntries } from './build.ts';
import { setSequenceNumber } from './edit.ts';
import type { Manifest } from './model.ts';
import {
  assemble,
  type EnvelopeParts,
  encode,
  manifestDigest,
  partsOf,
  release,
  seal,
  signedBytes,
} from './parts.ts';
import { readEnvelope } from './read.ts';

const author: Signer = signerOf(authorEd25519, 'unprotected');
const second: Signer = signerOf(secondEd25519, 'protected');
const manifest: Manifest = { version: 1n, sequenceNumber: 7n, components: [[new Uint8Array([0])]] };

function taken(bytes: Uint8Array): EnvelopeParts {
  const result = partsOf(bytes);
  if (!result.ok) throw new Error(result.problem.message);
  return result.parts;
}

describe('partsOf and encode', () => {
  it('give back the same bytes for every release', () => {
    const payloads = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 30 }), fc.uint8Array()), {
      maxLength: 3,
      selector: ([uri]) => uri,
    });
    fc.assert(
      fc.property(arbitrarySevered(), payloads, fc.subarray([author, second]), (made, bundled, signers) => {
        const severed = severedEntries(made.severed);
        const bytes = encode(release(made.manifest, signers, { severed, payloads: bundled }));
        expect(toHex(encode(taken(bytes)))).toBe(toHex(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it('write what assemble gives, also after the manifest was replaced', () => {
    const parts = release(manifest, [author]);
    const later = setSequenceNumber(parts, 8n);
    for (const one of [parts, later, seal(later, [author])]) {
      expect(toHex(encode(one))).toBe(toHex(write(assemble(one))));
      expect(toHex(encode(one))).toBe(toHex(write(assemble(one))));
    }
  });

  it('keep what only a lossless reader sees: tag width, wide heads inside, foreign members', () => {
    const odd = map([int(1), { kind: 'uint', value: 1n, width: 8 }], [tstr('x'), array()]);
    const parts: EnvelopeParts = {
      ...release(odd, [author]),
      tags: [{ tag: 55799n }, { tag: 107n, width: 4 }],
      members: [
        [tstr('#b'), bstr(new Uint8Array(3))],
        [int(99), tag(5, int(1))],
      ],
      wrapper: { indefinite: true, extras: [int(3)] },
    };
    const bytes = encode(parts);
    const again = taken(bytes);
    expect(toHex(encode(again))).toBe(toHex(bytes));
    expect(again.tags).toEqual(parts.tags);
    expect(write(again.manifest)).toEqual(write(odd));
    expect(again.members).toHaveLength(2);
  });

  const good = release(manifest, [author]);
  const entry = (key: number) => {
    const item = assemble({ ...good, tags: [] });
    return item.kind === 'map' ? item.entries.find(([k]) => isInt(k, key))! : undefined!;
  };
  const refused: [string, string, readonly Entry[]][] = [
    ['auth-missing', 'no wrapper', [entry(3)]],
    ['envelope-structure', 'no manifest', [entry(2)]],
    ['envelope-order', 'manifest first', [entry(3), entry(2)]],
    ['auth-malformed', 'a wrapper that is no byte string', [[int(2), array()], entry(3)]],
    ['auth-malformed', 'a wrapper that is no list', [[int(2), wrapped(map())], entry(3)]],
    ['auth-malformed', 'a digest that is not wrapped', [[int(2), wrapped(array(array()))], entry(3)]],
    ['auth-malformed', 'a wrapper without digest', [[int(2), wrapped(array())], entry(3)]],
    ['manifest-structure', 'a manifest that is no map', [entry(2), [int(3), wrapped(int(1))]]],
    ['envelope-structure', 'a bare manifest', [entry(2), [int(3), map()]]],
    ['trailing-data', 'two items in the wrapper', [[int(2), wrapped(array(), int(0))], entry(3)]],
    ['non-deterministic', 'a wide key', [[{ kind: 'uint', value: 2n, width: 1 }, entry(2)[1]], entry(3)]],
  ];
  for (const [reason, what, entries] of refused) {
    it(`refuse ${what}`, () => {
      expect(partsOf(write(tag(107, map(...entries))))).toMatchObject({ ok: false, problem: { reason } });
    });
  }

  it('refuse what is no envelope at all', () => {
    for (const item of [int(1), tag(107, array())])
      expect(partsOf(write(item))).toMatchObject({ ok: false, problem: { reason: 'envelope-structure' } });
  });

  it('say where the bytes break', () => {
    const bytes = encode(good);
    expect(partsOf(bytes.subarray(0, 1))).toMatchObject({
      ok: false,
      problem: { reason: 'not-well-formed', offset: 1 },
    });
    expect(partsOf(new Uint8Array([...bytes, 0]))).toMatchObject({
      ok: false,
      problem: { reason: 'trailing-data', offset: bytes.length },
    });
  });
});

describe('release and seal', () => {
  it('sign the digest without its byte string (appendix B)', () => {
    const parts = release(manifest, [author]);
    const block = parts.blocks[0]!;
    if (block.kind !== 'tag' || block.item.kind !== 'array') throw new Error('not a tagged array');
    const signature = block.item.items[3]!;
    const message = sigStructure('Signature1', new Uint8Array([0xa1, 0x01, 0x32]), write(parts.digest));
    expect(signature.kind === 'bstr' && nodeCrypto.verify(-19, authorEd25519, message, signature.bytes)).toBe(
      'valid',
    );
    expect(signedBytes(parts)).toEqual(write(parts.digest));
  });

  it('change nothing but digest and blocks', () => {
    fc.assert(
      fc.property(arbitrarySevered(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (made, n) => {
        const before = release(made.manifest, [author], { severed: severedEntries(made.severed) });
        const edited = setSequenceNumber(before, n);
        const after = seal(edited, [second]);
        const { digest: d1, blocks: b1, ...kept } = edited;
        const { digest: d2, blocks: b2, ...same } = after;
        expect(same).toEqual(kept);
        expect(d2).toEqual(manifestDigest(after));
        expect(b2).not.toEqual(b1);
        expect(write(d2).every((byte, i) => byte === write(d1)[i])).toBe(n === made.manifest.sequenceNumber);
      }),
      { numRuns: 40 },
    );
  });

  it('keep the digest algorithm', () => {
    for (const digestAlgorithm of [-16, -18, -43, -44, -45]) {
      const parts = release(manifest, [author], { digestAlgorithm });
      const sealed = seal(setSequenceNumber(parts, 8n), [author]);
      expect(sealed.digest).toMatchObject({ items: [{ value: BigInt(digestAlgorithm) }, {}] });
    }
  });

  it('take SHA-256 for a digest that names no algorithm', () => {
    for (const digest of [map(), array(), array(tstr('SHA-512')), array(int(-16))]) {
      const sealed = seal({ ...release(manifest, [author]), digest }, [author]);
      expect(sealed.digest).toMatchObject({ items: [{ value: -16n }, {}] });
    }
    // Nobody has algorithm 1.
    expect(() => seal({ ...release(manifest, [author]), digest: array(int(1)) }, [author])).toThrow(/1/);
  });

  it('make one block for each signer, of its structure', () => {
    const signers = [signerOf(authorP256), signerOf(authorHmac), author];
    const { blocks } = release(manifest, signers);
    expect(blocks.map((block) => block.kind === 'tag' && block.tag)).toEqual([18n, 17n, 18n]);
  });

  it('refuse a digest algorithm that nobody has', () => {
    expect(() => release(manifest, [author], { digestAlgorithm: -999 })).toThrow(/-999/);
  });

  it('put members in canonical order, text keys after integers and shorter first', () => {
    const { manifest: m, severed } = { manifest, severed: severedEntries({ install: [], payloadFetch: [] }) };
    const payloads = [
      ['#long', new Uint8Array(1)],
      ['#b', new Uint8Array(1)],
    ] as const;
    const read = readEnvelope(encode(release(m, [], { severed: severed.toReversed(), payloads })));
    expect(read.ok && read.envelope.payloads.map(([uri]) => uri)).toEqual(['#b', '#long']);
    const parts = release(m, [], { severed: severed.toReversed(), payloads });
    expect(parts.members.map(([k]) => (k.kind === 'uint' ? Number(k.value) : k.kind))).toEqual([
      16,
      20,
      'tstr',
      'tstr',
    ]);
  });
});
