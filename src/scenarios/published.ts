/**
 * The published example envelopes (draft-ietf-suit-manifest-37, appendix B), rebuilt byte for byte from the corpus.
 *
 * Their images are published nowhere: digests and sizes are assumed.
 *
 * @module
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { fromHex } from '../cbor/hex.ts';
import { array, bstr, int, map, nil, tag, wrapped } from '../cbor/item.ts';
import { coseTags } from '../cose/blocks.ts';
import type { CoseKey } from '../cose/key.ts';
import { packageRoot } from '../package-root.ts';
import { severedEntries } from '../suit/build.ts';
import { manifestFromJson, severedFromJson } from '../suit/model-json.ts';
import { encode, release } from '../suit/parts.ts';
import { scenarioFromEnvelope } from './given.ts';
import type { Scenario } from './scenario.ts';

/** The public key that the examples were signed for (appendix B). */
export const exampleKey: CoseKey = {
  kty: 'EC2',
  crv: 'P-256',
  x: fromHex('8496811aae0baaabd26157189eecda26beaa8bf11b6f3fe6e2b5659c85dbc0ad'),
  y: fromHex('3b1f2a4b6c098131c0a36dacd1d78bd381dcdfb09c052db33991db7338b4a896'),
};

export interface PublishedExample {
  /** For example "example0"; "example2-full" has its severed elements, "example2" is for booting. */
  readonly name: string;
  readonly envelope: Uint8Array;
}

/** All six; the one with severed elements in both forms. Throws BenchError `corpus-missing`. */
export function publishedExamples(): readonly PublishedExample[] {
  const folder = join(packageRoot(), 'corpus', 'examples');
  const files = readdirSync(folder).filter((file) => /^example\d+(-full)?\.json$/.test(file));
  if (files.length === 0)
    throw new BenchError('corpus-missing', `no examples in ${folder}`, { blame: 'bench' });
  return files.toSorted().map((file) => ({
    name: file.replace('.json', ''),
    envelope: rebuild(readFileSync(join(folder, file), 'utf8')),
  }));
}

export const publishedNames = [
  'example0',
  'example1',
  'example2',
  'example2-full',
  'example3',
  'example4',
  'example5',
] as const;
export type PublishedName = (typeof publishedNames)[number];

/** The recipient it is meant for, and the end states that the small model comes to. */
export function publishedScenario(name: PublishedName): Scenario {
  const known = scenarios.get(name);
  if (known !== undefined) return known;
  const example = publishedExamples().find((one) => one.name === name);
  if (example === undefined) throw new BenchError('corpus-missing', `no example ${name}`, { blame: 'bench' });
  const scenario = scenarioFromEnvelope(example.envelope, { key: exampleKey });
  const made = { ...scenario, family: 'valid.example.published' };
  scenarios.set(name, made);
  return made;
}

/** Read and rebuilt once. */
const scenarios = new Map<PublishedName, Scenario>();

interface CorpusExample {
  readonly manifest: unknown;
  readonly severed?: unknown;
  readonly signature: { readonly alg: number; readonly value: string };
}

/** The signature is the published one, so the bytes are too. */
function rebuild(json: string): Uint8Array {
  const { manifest, severed, signature } = JSON.parse(json) as CorpusExample;
  const members = severed === undefined ? [] : severedEntries(severedFromJson(severed));
  const parts = release(manifestFromJson(manifest), [], { severed: members });
  const protectedHeader = wrapped(map([int(1), int(signature.alg)]));
  const block = tag(coseTags.sign1, array(protectedHeader, map(), nil, bstr(fromHex(signature.value))));
  return encode({ ...parts, blocks: [block] });
}
