import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array, bstr, type Item, int, map, tag, tstr, wrapped } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { makeBlock, makeSign, signerOf } from '../cose/blocks.ts';
import { authorEd25519, authorHmac, authorP256, strangerEd25519 } from '../cose/test-keys.ts';
import { sever, severedEntries } from './build.ts';
import { setSequenceNumber } from './edit.ts';
import { type ExplainedLine, explain, renderExplanation } from './explain.ts';
import type { Command, Manifest } from './model.ts';
import { type EnvelopeParts, encode, release, seal, signedBytes } from './parts.ts';

const uuid = new Uint8Array(16).fill(0xab);
const match: Command = { kind: 'condition', code: 3, policy: 15 };
const imageDigest = { algorithm: -16, bytes: new Uint8Array(32).fill(0x11) };
const manifest: Manifest = {
  version: 1n,
  sequenceNumber: 0n,
  components: [[new Uint8Array([0])]],
  sharedSequence: [
    {
      kind: 'overrideParameters',
      parameters: { vendorId: { pen: new Uint8Array([5]) }, classId: uuid, imageDigest },
    },
    { kind: 'tryEach', branches: [[{ kind: 'condition', code: 5, policy: 5 }], null] },
  ],
  validate: [match, { kind: 'runSequence', commands: [{ kind: 'setComponentIndex', index: true }] }],
  install: [{ kind: 'overrideParameters', parameters: { uri: 'http://example.com/a' } }, match],
  text: [
    {
      language: 'en',
      texts: [[1, 'hello']],
      components: [{ identifier: [new Uint8Array([0])], texts: [[3, 'example.com']] }],
    },
  ],
};

const author = signerOf(authorEd25519, 'unprotected');
const made = sever(manifest, ['install', 'text']);
const parts = release(made.manifest, [author], { severed: severedEntries(made.severed) });
const bytes = encode(parts);

function textOf(lines: readonly ExplainedLine[]): string {
  return lines.map((line) => line.text).join('\n');
}

function marked(lines: readonly ExplainedLine[], mark: 'ok' | 'error'): string[] {
  return lines.filter((line) => line.mark === mark).map((line) => line.text);
}

describe('explain', () => {
  it('labels everything by the names of the draft, and opens every wrapped item', () => {
    const text = textOf(explain(bytes));
    for (const part of [
      '/ SUIT_Envelope / 107({',
      '/ suit-authentication-wrapper / 2: << [',
      '/ suit-digest-algorithm-id / -16, / SHA-256 /',
      '/ SUIT_Authentication_Block / << / COSE_Sign1 / 18([',
      '/ protected / << {',
      '/ alg / 1: -19 / Ed25519 /',
      '/ suit-manifest / 3: << {',
      '/ suit-manifest-version / 1: 1,',
      '/ suit-common / 3: << {',
      '/ suit-shared-sequence / 4: << [',
      '/ suit-directive-override-parameters / 20, {',
      "/ suit-parameter-vendor-identifier / 1: / private enterprise number / 112(h'05'),",
      '/ suit-parameter-image-digest / 3: << [',
      '/ suit-directive-try-each / 15, [',
      '/ suit-condition-component-slot / 5, 5 / record on success, sysinfo on success /',
      '/ suit-directive-run-sequence / 32, << [',
      '/ suit-directive-set-component-index / 12, true',
      '/ suit-install / 20: << [',
      '/ suit-parameter-uri / 21: "http://example.com/a"',
      '/ suit-text / 23: << {',
      '/ language / "en": {',
      '/ suit-text-manifest-description / 1: "hello",',
      "/ component / [h'00']: {",
      '/ suit-text-vendor-domain / 3: "example.com"',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('gives every line the bytes of the whole input that it is about', () => {
    const lines = explain(bytes);
    const shown = (label: string, hex: string) => {
      const line = lines.find((l) => l.text.includes(label))!;
      expect(Buffer.from(bytes.subarray(line.offset, line.end)).toString('hex')).toBe(hex);
    };
    shown('suit-manifest-version', '0101');
    shown('suit-parameter-class-identifier', `0250${'ab'.repeat(16)}`);
    shown('suit-condition-component-slot', '0505');
    shown('set-component-index', '0cf5');
    shown('suit-text-vendor-domain', `036b${Buffer.from('example.com').toString('hex')}`);
    expect(lines.map((l) => l.offset)).toEqual(lines.map((l) => l.offset).toSorted((a, b) => a - b));
  });

  it('checks the digests, and with a key the signature', () => {
    expect(marked(explain(bytes), 'ok')).toEqual([
      'manifest digest ok (SHA-256)',
      'suit-install digest ok (SHA-256)',
      'suit-text digest ok (SHA-256)',
    ]);
    const withKey = explain(bytes, { key: authorEd25519 });
    expect(marked(withKey, 'ok')).toContain('signature valid (Ed25519, with the key given)');
    const stranger = explain(bytes, { key: strangerEd25519 });
    expect(marked(stranger, 'error')).toEqual(['signature invalid (Ed25519, with the key given)']);
    const misfit = explain(bytes, { key: authorP256 });
    expect(marked(misfit, 'error')).toEqual(['signature error (Ed25519, with the key given)']);
  });

  it('checks COSE_Mac0 and every signature of COSE_Sign', () => {
    const mac = explain(encode(seal(parts, [signerOf(authorHmac)])), { key: authorHmac });
    expect(marked(mac, 'ok')).toContain('MAC valid (HMAC 256/256, with the key given)');
    const block = makeSign([author, signerOf(strangerEd25519)], signedBytes(parts));
    const both = explain(encode({ ...parts, blocks: [block] }), { key: authorEd25519 });
    expect(marked(both, 'ok')).toContain('signature valid (Ed25519, with the key given)');
    expect(marked(both, 'error')).toEqual(['signature invalid (Ed25519, with the key given)']);
  });

  it('says that a block without protected algorithm cannot be checked', () => {
    const block = makeBlock(author, signedBytes(parts), { protected: map() });
    const lines = explain(encode({ ...parts, blocks: [block] }), { key: authorEd25519 });
    expect(marked(lines, 'error')).toEqual(['signature error: the protected header names no algorithm']);
  });

  it('says so where there is no block, or none that it can check', () => {
    const without = encode({ ...parts, blocks: [] });
    expect(marked(explain(without, { key: authorEd25519 }), 'error')).toEqual([
      'there is no authentication block to check',
    ]);
    const foreign = encode({ ...parts, blocks: [tag(16, array()), int(3)] });
    expect(marked(explain(foreign, { key: authorEd25519 }), 'error')).toHaveLength(2);
  });

  it('shows expected and actual digest where they differ', () => {
    const lines = explain(encode(setSequenceNumber(parts, 9n)));
    expect(marked(lines, 'error')).toEqual([
      expect.stringMatching(/^manifest digest mismatch: expected [0-9a-f]{64}, actual [0-9a-f]{64}$/),
    ]);
    const members = parts.members.map(
      ([k, v]) => [k, k.kind === 'uint' && k.value === 20n ? wrapped(array()) : v] as const,
    );
    expect(marked(explain(encode({ ...parts, members })), 'error')).toEqual([
      expect.stringMatching(/^suit-install digest mismatch: /),
    ]);
  });

  it('marks a severed element that the manifest does not list', () => {
    const members: EnvelopeParts['members'] = [[int(16), wrapped(array())], ...parts.members];
    expect(marked(explain(encode({ ...parts, members })), 'error')).toEqual([
      'suit-payload-fetch: the manifest has no digest of this element',
    ]);
  });

  it('marks keys that come twice or out of order', () => {
    const [first, ...rest] = parts.manifest.entries;
    const disordered = { ...parts, manifest: { ...parts.manifest, entries: [...rest, first!] } };
    expect(textOf(explain(encode(disordered)))).toContain('non-deterministic: ');
    const doubled = { ...parts, manifest: { ...parts.manifest, entries: [first!, first!, ...rest] } };
    expect(textOf(explain(encode(doubled)))).toContain('cbor-invalid: this key comes twice');
  });
});

describe('explain, of what is malformed', () => {
  it('shows a truncated envelope up to the byte where it ends', () => {
    for (let length = 0; length < bytes.length; length++) {
      const lines = explain(bytes.subarray(0, length));
      const errors = lines.filter((line) => line.mark === 'error');
      expect(errors.length, `cut at ${length}`).toBeGreaterThan(0);
      expect(errors.every((line) => line.offset <= length)).toBe(true);
      expect(errors[0]!.text).toMatch(/^(truncated|length-over|count-over): /);
    }
    const cut = explain(bytes.subarray(0, bytes.length - 1));
    expect(textOf(cut)).toContain('/ suit-manifest-version / 1: 1,');
    expect(textOf(cut)).toContain('/ suit-parameter-uri / 21: "http://example.com/a"');
    expect(textOf(cut)).toContain('are not checked');
  });

  it('goes on after a fault inside a byte string', () => {
    const at = Buffer.from(bytes).indexOf(Buffer.from('0101020003', 'hex'));
    // 1f is reserved additional information: the version's value cannot be read.
    const flipped = bytes.with(at + 1, 0x1f);
    const lines = explain(flipped);
    const error = lines.find((line) => line.mark === 'error' && line.text.startsWith('reserved-info'))!;
    expect(error.offset).toBe(at + 1);
    expect(error.text).toContain('(here: 1f02');
    const after = lines.filter((line) => line.offset > error.offset).map((line) => line.text);
    expect(after.join('\n')).toContain('/ suit-install / 20: << [');
    expect(marked(lines, 'error')).toContainEqual(expect.stringContaining('manifest digest mismatch'));
  });

  it('marks bytes after the envelope and inside a wrapper', () => {
    const more = new Uint8Array([...bytes, 0xde, 0xad]);
    expect(explain(more).find((line) => line.mark === 'error')).toMatchObject({
      offset: bytes.length,
      end: bytes.length + 2,
      text: "trailing-data: 2 bytes follow the data item: h'dead'",
    });
    const inside = write(tag(107, map([int(2), wrapped(array(wrapped(int(1), int(2))))])));
    expect(marked(explain(inside), 'error')[0]).toContain('trailing-data: 1 bytes follow');
  });

  it('marks an empty wrapper, a lying count and a command without argument', () => {
    const errorsOf = (item: Item) => marked(explain(write(item)), 'error').join('\n');
    expect(errorsOf(map([int(3), bstr(new Uint8Array(0))]))).toContain('truncated: ');
    expect(errorsOf({ kind: 'array', items: [int(1)], claims: 9n })).toContain('count-over: ');
    expect(errorsOf(map([int(20), wrapped(array(int(3), int(15), int(21)))]))).toContain(
      'command-malformed: ',
    );
  });

  it('opens wrapped items that are chunked or in indefinite containers', () => {
    const content = write(map([int(1), int(1)]));
    const chunked: Item = {
      kind: 'bstr',
      bytes: content,
      chunks: [{ bytes: content.slice(0, 1) }, { bytes: content.slice(1) }],
    };
    const envelope: Item = { kind: 'map', indefinite: true, entries: [[int(3), chunked]] };
    const text = textOf(explain(write(envelope)));
    expect(text).toContain('/ suit-manifest / 3: (_ << {');
    expect(text).toContain('/ suit-manifest-version / 1: 1');
  });

  it('says something of any bytes, and ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        const lines = explain(garbage);
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.every((line) => line.offset >= 0 && line.offset <= garbage.length)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('marks every change of a byte of the manifest', () => {
    const from = Buffer.from(bytes).indexOf(Buffer.from('0101020003', 'hex'));
    const to = from + write(parts.manifest).length - 1;
    fc.assert(
      fc.property(fc.integer({ min: from, max: to - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = explain(bytes.with(at, bytes[at]! ^ change));
        expect(marked(changed, 'error')).toContainEqual(expect.stringContaining('manifest digest mismatch'));
      }),
      { numRuns: 200 },
    );
  });

  it('is bounded in depth and lines', () => {
    expect(textOf(explain(new Uint8Array(100_000).fill(0x81)))).toContain('limit-depth: ');
    const wide = write(
      map([int(3), wrapped(map([int(3), wrapped(map([int(2), array(...Array(2000).fill(int(0)))]))]))]),
    );
    const lines = explain(wide, { maxLines: 100 });
    expect(lines.length).toBeLessThan(120);
    expect(textOf(lines)).toContain('limit-count: ');
  });

  it('prints nothing of the file that could steer a terminal', () => {
    const evil = 'a\u001b[31m\u009b2J\u202e\u2028\n\u{e0041}';
    const texts: Item[] = [tstr(evil), { kind: 'tstr', bytes: new Uint8Array([0x1b, 0xff]) }];
    for (const text of texts) {
      const item = map([int(3), wrapped(map([int(4), text]))], [text, bstr(new Uint8Array(1))]);
      const printed = renderExplanation(explain(write(item)));
      expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }
    expect(textOf(explain(write(map([int(3), wrapped(map([int(4), texts[1]!]))]))))).toContain(
      'not valid UTF-8',
    );
  });
});

describe('renderExplanation', () => {
  it('prints offset, mark and indented text', () => {
    const rendered = renderExplanation(explain(bytes, { key: authorEd25519 })).split('\n');
    expect(rendered[0]).toBe('   0   / SUIT_Envelope / 107({');
    expect(rendered).toContainEqual('   7 +       manifest digest ok (SHA-256)');
    expect(rendered.at(-1)).toBe('');
  });
});
