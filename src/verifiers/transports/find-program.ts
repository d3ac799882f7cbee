/**
 * Programs and their words, found as a shell finds them.
 *
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { BenchError } from '../../bench-error.ts';
import { escapeText } from '../../escape-text.ts';
import { splitCommand } from './split-command.ts';

/** Its absolute path. Throws BenchError `verifier-not-found`. */
export function findProgram(program: string, cwd: string): string {
  const path = find(program, cwd);
  if (path !== undefined) return path;
  const where = /[\\/]/.test(program) ? `in ${escapeText(cwd)}` : 'on the PATH';
  throw new BenchError(
    'verifier-not-found',
    `there is no program ${escapeText(program)} ${where} that can be run`,
  );
}

/** The words of a command line; quotes around all of it, kept on the way here, are taken off. */
export function commandWords(command: string, cwd: string): readonly string[] {
  const outer = splitCommand(command);
  const only = outer.length === 1 ? outer[0] : undefined;
  return only !== undefined && /\s/.test(only) && find(only, cwd) === undefined ? splitCommand(only) : outer;
}

function find(program: string, cwd: string): string | undefined {
  const candidates = /[\\/]/.test(program)
    ? [isAbsolute(program) ? program : resolve(cwd, program)]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
