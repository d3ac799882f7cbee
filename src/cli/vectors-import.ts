/**
 * `gauntlet vectors import`: an exported suite, or a folder of raw envelopes, as stored cases for `--corpus`.
 *
 * @module
 */

import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { deliverGivenBytes } from '../attacks/given-bytes.ts';
import { BenchError } from '../bench-error.ts';
import { toHex } from '../cbor/hex.ts';
import { troubleOf } from '../file-trouble.ts';
import { loadCase } from '../harness/corpus.ts';
import { caseDigest, caseToFile } from '../harness/finding.ts';
import { ScenarioPool } from '../harness/scenario-pool.ts';
import { howMany } from '../how-many.ts';
import { controlOf, type Run } from '../scenarios/scenario.ts';
import { makeFolder, writeFile } from './files.ts';
import { isSuite, loadVectors, readIndex } from './vectors-suite.ts';

export interface ImportOptions {
  /** The corpus. */
  readonly out: string;
  /** A stored case whose device and control raw envelopes are delivered to and beside. */
  readonly like?: string;
  readonly format: 'text' | 'json';
}

/** Throws BenchError `usage` where there is nothing to import. */
export function runImport(folder: string, { out, like, format }: ImportOptions): number {
  if (isSuite(folder) && like !== undefined)
    throw new BenchError(
      'usage',
      'the cases of a suite have devices of their own: --like is for raw envelopes',
    );
  const count = isSuite(folder) ? importSuite(folder, out) : importRaw(folder, out, controlFor(like));
  if (count === 0) throw new BenchError('usage', `there is no file in ${folder}`);
  process.stdout.write(
    format === 'json'
      ? `${JSON.stringify({ folder: out, cases: count }, null, 1)}\n`
      : `${howMany(count, 'case')} in ${out}; deliver them with: gauntlet run --runs 0 --corpus ${out}\n`,
  );
  return 0;
}

function importSuite(folder: string, out: string): number {
  const vectors = loadVectors(folder, readIndex(folder));
  makeFolder(out);
  for (const { vector } of vectors) copyFileSync(join(folder, vector.file), join(out, basename(vector.file)));
  return vectors.length;
}

/** Each file once, whatever its name; equal bytes are one case. */
function importRaw(folder: string, out: string, control: Run): number {
  const made = new Set<string>();
  for (const path of rawFiles(folder)) {
    const bytes = readFileSync(path);
    const file = caseToFile({
      attack: deliverGivenBytes,
      choice: { bytes: toHex(bytes) },
      expect: deliverGivenBytes.expects[0],
      control,
      attacked: delivering(control, bytes),
    });
    const name = `${deliverGivenBytes.id}-${caseDigest(file)}.json`;
    if (made.size === 0) makeFolder(out);
    if (!made.has(name)) writeFile(join(out, name), `${JSON.stringify(file)}\n`);
    made.add(name);
  }
  return made.size;
}

/** Far above any envelope. */
const largestFile = 1024 * 1024;

/** In the folder and below it, but for hidden ones and what AFL writes to its reader. */
function rawFiles(folder: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  } catch (cause) {
    throw new BenchError('file-unreadable', `the folder ${folder} cannot be read: ${troubleOf(cause)}`, {
      cause,
    });
  }
  const isHidden = (name: string): boolean => name.split('/').some((part) => part.startsWith('.'));
  const files = names.filter((name) => !isHidden(name) && basename(name) !== 'README.txt');
  return files.flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path);
    if (stat.size > largestFile)
      throw new BenchError(
        'file-unreadable',
        `${path} has ${stat.size} bytes; at most ${largestFile} are imported`,
      );
    return stat.isFile() ? [path] : [];
  });
}

function delivering(control: Run, envelope: Uint8Array): Run {
  const last = control.steps.at(-1);
  if (last === undefined) return control;
  const delivery = { ...last.delivery, envelope };
  const judged = { delivery, must: 'judged', level: last.level } as const;
  return { recipient: control.recipient, steps: [...control.steps.slice(0, -1), judged] };
}

/** Default: an update of the generator's. Throws BenchError `usage` where the stored case has several deliveries. */
function controlFor(like: string | undefined): Run {
  if (like !== undefined) {
    if (!existsSync(like)) throw new BenchError('usage', `--like ${like}: there is no such file`);
    const { control } = loadCase(like);
    if (control.steps.length !== 1)
      throw new BenchError('usage', `--like ${like}: its control has several deliveries; wanted one`);
    return control;
  }
  const pool = new ScenarioPool(1);
  for (let round = 0; ; round++) {
    const control = controlOf(pool.draw(deliverGivenBytes, round, 0).scenario, 'update');
    if (control !== undefined) return control;
  }
}
