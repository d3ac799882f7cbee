/**
 * `gauntlet bundle --check`: is the archive whole, and do its verifiers still answer so?
 *
 * @module
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { escapeText } from '../escape-text.ts';
import { howMany } from '../how-many.ts';
import { jsonSchema } from '../json-schema.ts';
import { version } from '../version.ts';
import { readArchive } from './archive.ts';
import { type Bundle, manifestName, sumsName } from './bundle-format.ts';
import { rerunSample, type Sampling } from './bundle-sample.ts';
import { verifierDigest } from './bundle-verifiers.ts';
import { readBytes } from './files.ts';
import type { HostChoices } from './open-verifiers.ts';
import { sha256 } from './run-plan.ts';

export interface CheckOptions extends HostChoices {
  /** Programs that the archive names and that may be run. */
  readonly verifier?: readonly string[];
  /** Cases to be run again; 0: none. */
  readonly sample: number;
  readonly format: 'text' | 'json';
}

/** Exit status 1: something of it is not as it says. Throws BenchError `archive-damaged`. */
export async function checkBundle(path: string, options: CheckOptions): Promise<number> {
  const files = await readArchive(readBytes(path, 'bundle'), path);
  const problems = [...sumProblems(files)];
  const bundle = manifestOf(files, path);
  const notes: string[] = [];
  for (const { spec, sha256: before } of bundle.verifiers) {
    const now = verifierDigest(spec, options.config).sha256;
    if (before !== now) notes.push(`the verifier ${spec} is not the one of the run, or is not here`);
  }
  const wanted = problems.length === 0 ? options.sample : 0;
  const again = wanted > 0 ? await sampled(files, bundle, options) : undefined;
  problems.push(...(again?.problems ?? []));
  notes.push(...(again?.notes ?? []));
  if (wanted > 0 && again?.cases === 0)
    problems.push('nothing of it could be run again; --sample 0: only the sums');
  const told = { file: path, files: files.size, rerun: again?.cases ?? 0, problems, notes };
  const lines = [
    `${path}: ${howMany(files.size, 'file')}, ${howMany(told.rerun, 'case')} run again`,
    ...notes.map((note) => `note: ${note}`),
    ...problems.map((problem) => `PROBLEM: ${problem}`),
    problems.length === 0 ? 'as it says' : `${problems.length} problems`,
  ];
  process.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify(told, null, 1)}\n`
      : `${lines.map(escapeText).join('\n')}\n`,
  );
  return problems.length > 0 ? 1 : 0;
}

function* sumProblems(files: ReadonlyMap<string, Uint8Array>): Generator<string> {
  const text = new TextDecoder().decode(files.get(sumsName) ?? new Uint8Array());
  const sums = new Map<string, string>();
  for (const [i, line] of text.split('\n').slice(0, -1).entries()) {
    const [, digest = '', name = ''] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (digest === '' || sums.has(name))
      yield `line ${i + 1} of ${sumsName} cannot be read, or is there twice`;
    else sums.set(name, digest);
  }
  if (sums.size === 0) yield `there is no ${sumsName}, or nothing in it`;
  for (const [name, digest] of sums) {
    const bytes = files.get(name);
    if (bytes === undefined) yield `${name} is missing`;
    else if (sha256(bytes) !== digest) yield `${name} is not what ${sumsName} says`;
  }
  for (const name of files.keys())
    if (name !== sumsName && !sums.has(name)) yield `${name} is not in ${sumsName}`;
}

/** Throws BenchError `archive-damaged`. */
function manifestOf(files: ReadonlyMap<string, Uint8Array>, where: string): Bundle {
  const bytes = files.get(manifestName);
  let json: unknown;
  try {
    json = bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    json = undefined;
  }
  const wrong = json === undefined ? 'is missing or is not JSON' : jsonSchema('bundle').check(json);
  if (wrong !== undefined)
    throw new BenchError('archive-damaged', `${where} is damaged: ${manifestName}: ${wrong}`);
  return json as Bundle;
}

async function sampled(
  files: ReadonlyMap<string, Uint8Array>,
  bundle: Bundle,
  options: CheckOptions,
): Promise<Sampling> {
  if (bundle.run.version !== version())
    return {
      cases: 0,
      problems: [],
      notes: [`the run was made by version ${bundle.run.version}, this is ${version()}`],
    };
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-bundle-'));
  try {
    for (const [name, bytes] of files) {
      // Names were checked when the archive was read.
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    return await rerunSample(folder, bundle, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
