/**
 * A static suite as a folder: index.json, its schemas, and a stored case in a file of its own for each entry.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import type { Case } from '../harness/case.ts';
import { asCase } from '../harness/corpus.ts';
import { caseFromFile } from '../harness/finding.ts';
import type { Vector } from '../harness/vector.ts';
import { jsonSchema } from '../json-schema.ts';
import { readBytes, readJson } from './files.ts';
import { sha256 } from './run-plan.ts';

export const suiteFormat = 'suit-gauntlet/vectors/1';

/** index.json (docs/schemas/vectors). */
export interface SuiteIndex {
  readonly format: typeof suiteFormat;
  /** Of this program. */
  readonly version: string;
  /** Of draft-ietf-suit-manifest. */
  readonly revision: string;
  readonly seed: number;
  readonly runs: number;
  /** SHA-256 over the ids and digests of all cases: answers name it. */
  readonly suite: string;
  /** Cases of each family. */
  readonly families: Readonly<Record<string, number>>;
  readonly cases: readonly Vector[];
}

export interface LoadedVector {
  readonly vector: Vector;
  readonly case: Case;
}

export function suiteDigest(cases: readonly Pick<Vector, 'id' | 'sha256'>[]): string {
  const lines = cases.map(({ id, sha256 }) => `${sha256} ${id}\n`);
  return sha256(new TextEncoder().encode(lines.join('')));
}

export function isSuite(folder: string): boolean {
  return existsSync(join(folder, 'index.json'));
}

/** Throws BenchError `suite-unreadable` or `suite-changed`, naming the file. */
export function readIndex(folder: string): SuiteIndex {
  const path = join(folder, 'index.json');
  const json = readJson(path, 'index of the suite');
  const wrong = jsonSchema('vectors').check(json);
  if (wrong !== undefined) throw new BenchError('suite-unreadable', `${path}: ${wrong}`);
  const index = json as SuiteIndex;
  if (suiteDigest(index.cases) !== index.suite)
    throw new BenchError('suite-changed', `${path} is not as it was exported: export the suite anew`);
  return index;
}

/** Throws BenchError `suite-changed` where a file is not the exported one. */
export function loadVectors(folder: string, { cases }: SuiteIndex): readonly LoadedVector[] {
  return cases.map((vector) => {
    const path = join(folder, vector.file);
    const bytes = readBytes(path, 'stored case');
    if (sha256(bytes) !== vector.sha256)
      throw new BenchError('suite-changed', `${path} is not as it was exported: export the suite anew`);
    const stored = caseFromFile(JSON.parse(new TextDecoder().decode(bytes)), path);
    return { vector, case: asCase(stored, replayable, path) };
  });
}
