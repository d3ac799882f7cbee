/**
 * `gauntlet vectors export`: what a run would deliver, as files for those who have no Node.js.
 *
 * @module
 */

import { copyFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { isInapplicable } from '../harness/case.ts';
import { judgedEnvelope } from '../harness/finding.ts';
import { casesOf } from '../harness/sequence.ts';
import { type Vector, vectorOf } from '../harness/vector.ts';
import { howMany } from '../how-many.ts';
import { packageRoot } from '../package-root.ts';
import { revision } from '../scenarios/needs.ts';
import { fuzzDictionary } from '../suit/dictionary.ts';
import { version } from '../version.ts';
import { makeFolder, namesIn, writeFile } from './files.ts';
import { planRun, sha256 } from './run-plan.ts';
import { type SuiteIndex, suiteDigest, suiteFormat } from './vectors-suite.ts';

export interface ExportOptions {
  readonly seed: number;
  readonly runs: number;
  readonly only?: readonly string[];
  readonly corpus?: readonly string[];
  readonly stored: boolean;
  /** A user's own envelope, in place of generated scenarios; with `key`. */
  readonly envelope?: string;
  readonly key?: string;
  readonly payload?: readonly string[];
  /** Also suit.dict. */
  readonly dictionary?: boolean;
  /** Also seeds/, the envelopes alone. */
  readonly seeds?: boolean;
  readonly format: 'text' | 'json';
}

/** What whoever answers needs besides docs/vectors.md. */
const schemas = ['vectors', 'answers', 'hello', 'open', 'deliver', 'decision'] as const;

export function runExport(folder: string, options: ExportOptions): number {
  if (existsSync(folder) && namesIn(folder, 'folder').length > 0)
    throw new BenchError('usage', `${folder} is not empty: a suite goes into a folder of its own`);
  const made = new Set<string>();
  const vectors: Vector[] = [];
  for (const sequence of sequencesOf(options))
    for (const one of casesOf(sequence)) {
      if (isInapplicable(one)) continue;
      const { vector, text } = vectorOf(one);
      // The same bytes drawn twice are one case.
      if (made.has(vector.id)) continue;
      made.add(vector.id);
      vectors.push(vector);
      write(folder, vector.file, text);
      if (options.seeds) writeSeeds(folder, [judgedEnvelope(one.control), judgedEnvelope(one.attacked)]);
    }
  const index: SuiteIndex = {
    format: suiteFormat,
    version: version(),
    revision,
    seed: options.seed,
    runs: options.runs,
    suite: suiteDigest(vectors),
    families: familiesOf(vectors),
    cases: vectors,
  };
  write(folder, 'index.json', `${JSON.stringify(index, null, 1)}\n`);
  const docs = join(packageRoot(), 'docs');
  copy(join(docs, 'vectors.md'), folder, 'README.md');
  for (const name of schemas)
    copy(join(docs, 'schemas', `${name}.schema.json`), folder, `schemas/${name}.schema.json`);
  if (options.dictionary) write(folder, 'suit.dict', fuzzDictionary());
  const families = Object.keys(index.families);
  const told = { folder, suite: index.suite, cases: vectors.length, families };
  process.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify(told, null, 1)}\n`
      : `${howMany(vectors.length, 'case')} of ${howMany(families.length, 'family', 'families')} in ${folder}; README.md there says how to answer them\n`,
  );
  return 0;
}

/**
 * The run's sequence; where nothing is chosen the valid families too. Throws BenchError `usage` where the suite would
 * give a secret away.
 */
function sequencesOf({ seed, runs, only, corpus, stored, envelope, key, payload }: ExportOptions) {
  const given = { seed, runs, ...(only && { only }) };
  const own = { ...(envelope && { envelope }), ...(key && { key }), ...(payload && { payload }) };
  const attacks = planRun({ ...given, ...own, stored, ...(corpus && { corpus }) });
  if (attacks.withoutSecrets)
    throw new BenchError(
      'usage',
      `${key} is a symmetric key: a suite has its recipients' keys in it and would give it away`,
    );
  const isWhole = only === undefined && runs > 0 && envelope === undefined;
  const valid = isWhole ? [planRun({ ...given, stored: false, valid: true })] : [];
  return [attacks, ...valid].map(({ sequence }) => sequence);
}

function familiesOf(vectors: readonly Vector[]): SuiteIndex['families'] {
  const counts = new Map<string, number>();
  for (const { family } of vectors) counts.set(family, (counts.get(family) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function writeSeeds(folder: string, envelopes: readonly (Uint8Array | undefined)[]): void {
  for (const bytes of envelopes)
    if (bytes !== undefined) write(folder, `seeds/${sha256(bytes).slice(0, 16)}.suit`, bytes);
}

function write(folder: string, name: string, data: string | Uint8Array): void {
  const path = join(folder, name);
  makeFolder(dirname(path));
  writeFile(path, data);
}

function copy(from: string, folder: string, name: string): void {
  const path = join(folder, name);
  makeFolder(dirname(path));
  copyFileSync(from, path);
}
