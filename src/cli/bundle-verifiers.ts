/**
 * Which verifier was it? The SHA-256 of what a spec names, as far as that is a file.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchError } from '../bench-error.ts';
import { commandWords, findProgram } from '../verifiers/transports/find-program.ts';
import { optionsOf, specOf } from '../verifiers/transports/verifier-entry.ts';
import type { Config } from './config.ts';
import { sha256 } from './run-plan.ts';

export interface BundledVerifier {
  readonly spec: string;
  /** What the digest is of: a path, or `gauntlet` for the compiled files of this program. Absent: there is none. */
  readonly of?: string;
  readonly sha256?: string;
}

/** Of a program its own file: what that loads is not in the digest. */
export function verifierDigest(spec: string, config: Config | undefined): BundledVerifier {
  const named = config?.entries.find(({ name }) => name === spec);
  const cwd = (named && optionsOf(named).cwd) ?? process.cwd();
  const what = named ? specOf(named) : spec;
  const [, kind, rest = ''] = /^(module|wasm|process|command):(.*)$/s.exec(what) ?? [];
  if (what.startsWith('answers:')) return { spec };
  if (kind === undefined) return { spec, of: 'gauntlet', sha256: ownDigest() };
  try {
    const isFile = kind === 'module' || kind === 'wasm';
    const path = isFile ? resolve(cwd, rest) : findProgram(commandWords(rest, cwd)[0] ?? '', cwd);
    return {
      spec,
      of: isFile ? rest : (commandWords(rest, cwd)[0] ?? ''),
      sha256: sha256(readFileSync(path)),
    };
  } catch (thrown) {
    // It is gone since the run: that is worth knowing, and no reason to have no archive.
    if (thrown instanceof BenchError || (thrown instanceof Error && 'code' in thrown)) return { spec };
    throw thrown;
  }
}

let known: string | undefined;

function ownDigest(): string {
  known ??= digestOf(fileURLToPath(new URL('..', import.meta.url)));
  return known;
}

function digestOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !/\.test\.js$|fixtures/.test(name))
    .sort();
  const lines = names.map((name) => `${sha256(readFileSync(join(folder, name)))} ${name}\n`);
  return sha256(new TextEncoder().encode(lines.join('')));
}
