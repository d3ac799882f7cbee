import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../cbor/hex.ts';
import { array, bstr, type Item, int, map, nil, tag, wrapped } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import { write } from '../cbor/write.ts';
import { readKeyFile } from '../cose/key-files.ts';
import { manifestItem, severedEntries, wrappedDigest } from './build.ts';
import { explain } from './explain.ts';
import { manifestFromJson, manifestToJson, severedFromJson, severedToJson } from './model-json.ts';
import { type EnvelopeParts, encode, manifestDigest, partsOf, release } from './parts.ts';
import { readEnvelope, readManifest } from './read.ts';

interface Example {
  readonly manifest: unknown;
  readonly severed?: unknown;
  readonly severedText?: { readonly length: number; readonly sha256: string; readonly digest: string };
  readonly sha256?: string;
  readonly signature: { readonly alg: number; readonly value: string };
  readonly signedSha256: string;
}

/** Compiled or not, the corpus lies beside the nearest package.json. */
function packageRoot(from = dirname(fileURLToPath(import.meta.url))): string {
  return existsSync(join(from, 'package.json')) ? from : packageRoot(dirname(from));
}

const folder = join(packageRoot(), 'corpus', 'examples');
const names = readdirSync(folder).map((file) => file.replace('.json', ''));
const vectors = process.env.GAUNTLET_VECTORS && join(process.env.GAUNTLET_VECTORS, 'manifest-37');

function example(name: string): Example {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Example;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function unsigned({ manifest, severed }: Example): EnvelopeParts {
  const members = severed === undefined ? [] : severedEntries(severedFromJson(severed));
  return release(manifestFromJson(manifest), [], { severed: members });
}

/** COSE_Sign1 with the published signature: protected { alg }, payload detached. */
function signed(given: Example): EnvelopeParts {
  const { alg, value } = given.signature;
  const protectedHeader = wrapped(map([int(1), int(alg)]));
  const block = tag(18, array(protectedHeader, map(), nil, bstr(fromHex(value))));
  return { ...unsigned(given), blocks: [block] };
}

function published(file: string): Uint8Array {
  return new Uint8Array(readFileSync(join(vectors as string, file)));
}

describe('the published examples from their descriptions', () => {
  it('are all seven there', () => {
    expect(names.toSorted()).toEqual([
      'example0',
      'example1',
      'example2',
      'example2-full',
      'example3',
      'example4',
      'example5',
    ]);
  });

  for (const name of names.filter((n) => n !== 'example2-full')) {
    it(`${name}: unsigned and signed envelope have the published SHA-256`, () => {
      const given = example(name);
      expect(sha256(encode(unsigned(given)))).toBe(given.sha256);
      expect(sha256(encode(signed(given)))).toBe(given.signedSha256);
    });
  }

  it('example2-full: its severed elements have the digests that stand in the manifest', () => {
    const given = example('example2-full');
    const manifest = manifestFromJson(given.manifest);
    const [install] = severedEntries(severedFromJson(given.severed));
    expect(manifest.install).toEqual({ severed: { algorithm: -16, bytes: digestBytes(install![1]) } });
    expect(manifest.text).toEqual({ severed: { algorithm: -16, bytes: fromHex(given.severedText!.digest) } });
  });

  for (const name of names) {
    it(`${name}: the description survives reading and writing`, () => {
      const given = example(name);
      expect(manifestToJson(manifestFromJson(given.manifest))).toEqual(given.manifest);
      if (given.severed !== undefined) {
        expect(severedToJson(severedFromJson(given.severed))).toEqual(given.severed);
      }
    });

    it(`${name}: the manifest read back from its bytes is the one described`, () => {
      const manifest = manifestFromJson(example(name).manifest);
      const read = readItem(write(manifestItem(manifest)));
      expect(read.ok && readManifest(read.item)).toEqual({ ok: true, manifest });
    });
  }
});

function digestBytes(element: Item): Uint8Array {
  const [, bytes] = wrappedDigest(element).items;
  return (bytes as Item & { kind: 'bstr' }).bytes;
}

describe.skipIf(!vectors)('the published example files', () => {
  for (const name of names.filter((n) => n !== 'example2-full')) {
    it(`${name} is rebuilt byte for byte`, () => {
      expect(toHex(encode(unsigned(example(name))))).toBe(toHex(published(`${name}-unsigned.suit`)));
      expect(toHex(encode(signed(example(name))))).toBe(toHex(published(`${name}.suit`)));
    });
  }

  it('example2-full is rebuilt byte for byte, with the text taken from the file', () => {
    const given = example('example2-full');
    const file = published('example2-full.suit');
    const read = readEnvelope(file);
    if (!read.ok) throw new Error(read.problem.message);
    const { text } = read.envelope.severed;
    const members = severedEntries({ ...severedFromJson(given.severed), text: text! });
    const parts = release(manifestFromJson(given.manifest), [], { severed: members });
    const whole = encode({ ...parts, blocks: signed(given).blocks });
    expect(toHex(whole)).toBe(toHex(file));
    expect(sha256(whole)).toBe(given.signedSha256);

    const element = members.at(-1)![1];
    const content = write((element as Item & { kind: 'wrapped' }).items[0]!);
    expect(content.length).toBe(given.severedText?.length);
    expect(sha256(content)).toBe(given.severedText?.sha256);
    expect(sha256(write(element))).toBe(given.severedText?.digest);
  });

  for (const file of vectors ? readdirSync(vectors).filter((f) => f.endsWith('.suit')) : []) {
    it(`${file}: taken apart and put together it is the same, and its digest is that of its manifest`, () => {
      const bytes = published(file);
      const taken = partsOf(bytes);
      if (!taken.ok) throw new Error(taken.problem.message);
      expect(toHex(encode(taken.parts))).toBe(toHex(bytes));
      expect(write(manifestDigest(taken.parts))).toEqual(write(taken.parts.digest));
    });

    it(`${file}: read back it is the manifest described`, () => {
      const read = readEnvelope(published(file));
      const described = example(file.replace('-unsigned', '').replace('.suit', ''));
      expect(read.ok && read.envelope.manifest).toEqual(manifestFromJson(described.manifest));
    });

    it(`${file}: explained without an error, digest and signature checked`, () => {
      const key = readKeyFile(join(vectors as string, 'example-key.jwk.json'));
      const options = file.includes('unsigned') ? {} : { key };
      const marked = explain(published(file), options).filter((line) => line.mark !== undefined);
      const expected = ['manifest digest ok (SHA-256)'];
      if (!file.includes('unsigned')) expected.push('signature valid (ES256, with the key given)');
      if (file.includes('full'))
        expected.push('suit-install digest ok (SHA-256)', 'suit-text digest ok (SHA-256)');
      expect(marked.map((line) => [line.mark, line.text])).toEqual(expected.map((text) => ['ok', text]));
    });
  }
});
