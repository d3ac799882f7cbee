/**
 * `gauntlet corpus`: checks the bench's own stored cases, one for each attack, and renews them.
 *
 * @module
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyAttack } from '../attacks/attack.ts';
import { catalogue } from '../attacks/catalogue.ts';
import { loadCase } from '../harness/corpus.ts';
import { corpusCase, staleness } from '../harness/corpus-case.ts';
import { howMany } from '../how-many.ts';
import { packageRoot } from '../package-root.ts';
import type { Host } from '../verifiers/host.ts';
import { openVerifier } from '../verifiers/transports/open.ts';
import { makeFolder, namesIn, writeFile } from './files.ts';

export interface CorpusOptions {
  readonly write?: boolean;
  readonly format: 'text' | 'json';
  /** Default: the whole catalogue. */
  readonly attacks?: readonly AnyAttack[];
}

/** Where the package keeps its own cases. */
export function ownCorpus(): string {
  return join(packageRoot(), 'corpus', 'cases');
}

/** The folder of these cases, where a run is to replay them and the package has them. */
export function ownCases({ stored }: { readonly stored: boolean }): readonly string[] {
  return stored && existsSync(ownCorpus()) ? [ownCorpus()] : [];
}

/** Exit status 1: a case is missing, stale or of no attack, and was not renewed. */
export async function runCorpus(folder: string | undefined, options: CorpusOptions): Promise<number> {
  const where = folder ?? ownCorpus();
  const attacks = options.attacks ?? catalogue;
  if (!options.write) namesIn(where, 'corpus');
  const reference = await openVerifier('reference', { deadlineMs: 2000, memoryMiB: 256 });
  try {
    const problems = await problemsOf(where, attacks, reference);
    const left = options.write ? await renew(where, problems, reference) : problems;
    const text = [
      ...left.map(({ file, why }) => `${file}: ${why}`),
      ...(options.write ? [`${howMany(problems.length - left.length, 'case')} renewed`] : []),
      ...(left.length > 0 && !options.write ? [`renew with: gauntlet corpus ${where} --write`] : []),
      `${attacks.length - left.filter(({ attack }) => attack !== undefined).length} of ${attacks.length} attacks have a case`,
    ];
    const json = { problems: left.map(({ file, why }) => ({ file, why })), attacks: attacks.length };
    process.stdout.write(
      options.format === 'json' ? `${JSON.stringify(json, null, 1)}\n` : `${text.join('\n')}\n`,
    );
    return left.length > 0 ? 1 : 0;
  } finally {
    await reference.close();
  }
}

export interface CorpusProblem {
  readonly file: string;
  readonly why: string;
  /** Absent: the file is of no attack. */
  readonly attack?: AnyAttack;
}

export async function problemsOf(
  folder: string,
  attacks: readonly AnyAttack[],
  reference: Host,
): Promise<readonly CorpusProblem[]> {
  const problems: CorpusProblem[] = [];
  for (const attack of attacks) {
    const file = fileOf(attack);
    const path = join(folder, file);
    const why = existsSync(path) ? await staleness(loadCase(path), attack, reference) : 'there is no case';
    if (why !== undefined) problems.push({ file, why, attack });
  }
  const known = new Set(attacks.map(fileOf));
  const files = existsSync(folder) ? namesIn(folder, 'corpus').filter((name) => name.endsWith('.json')) : [];
  for (const file of files) if (!known.has(file)) problems.push({ file, why: 'there is no such attack' });
  return problems;
}

/** Returns what could not be mended. */
async function renew(
  folder: string,
  problems: readonly CorpusProblem[],
  reference: Host,
): Promise<readonly CorpusProblem[]> {
  makeFolder(folder);
  const left: CorpusProblem[] = [];
  for (const problem of problems) {
    const path = join(folder, problem.file);
    if (problem.attack === undefined) {
      rmSync(path);
      continue;
    }
    const made = await corpusCase(problem.attack, reference);
    if (made === undefined) left.push({ ...problem, why: 'no draw got a verdict worth keeping' });
    else writeFile(path, `${JSON.stringify(made)}\n`);
  }
  return left;
}

function fileOf(attack: AnyAttack): string {
  return `${attack.id}.json`;
}
