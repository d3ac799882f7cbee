/**
 * The files that a run was given, for its bundle: envelope, payloads and stored cases; never a key.
 *
 * @module
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LogHeader } from '../report/log.ts';
import { readBytes } from './files.ts';
import { digestOfFolder, sha256 } from './run-plan.ts';

export interface BundledInput {
  /** As the run was given it. */
  readonly path: string;
  /** When it was read by the run. */
  readonly sha256: string;
  /** Where it is in the archive; absent: it is gone, or no longer what it was. */
  readonly in?: string;
}

export interface InputFiles {
  readonly input: BundledInput;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export function bundledInputs(header: LogHeader | undefined): readonly InputFiles[] {
  return Object.entries(header?.inputs ?? {}).map(([path, digest], i): InputFiles => {
    const found = existsSync(path) ? statSync(path) : undefined;
    const gone = { input: { path, sha256: digest }, files: new Map() };
    const name = `inputs/${i + 1}-${basename(path).replaceAll(/[^\w.-]/g, '_')}`;
    if (found?.isDirectory()) {
      if (digestOfFolder(path) !== digest) return gone;
      const names = readdirSync(path).filter((one) => one.endsWith('.json'));
      const files = names.map(
        (one) => [`${name}/${one}`, readBytes(join(path, one), 'stored case')] as const,
      );
      return { input: { path, sha256: digest, in: name }, files: new Map(files) };
    }
    if (found === undefined) return gone;
    const bytes = readBytes(path, 'input');
    if (sha256(bytes) !== digest) return gone;
    return { input: { path, sha256: digest, in: name }, files: new Map([[name, bytes]]) };
  });
}
