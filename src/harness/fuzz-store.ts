/**
 * Where a fuzzing run is kept: an append-only log, and a file for each kept case that is there whole or not at all.
 *
 * @module
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { type FolderLock, lockFolder } from '../lock-folder.ts';
import { replaceFile } from '../replace-file.ts';
import type { Parent } from './breed.ts';
import { type CaseFile, caseFromFile } from './finding.ts';
import { type FuzzBudget, type FuzzLine, type FuzzSetup, fuzzFormat, type KeptCase } from './fuzz-lines.ts';
import { FuzzState } from './fuzz-state.ts';

export interface FuzzStore {
  write(line: FuzzLine): void;
  writeCase(name: string, file: CaseFile): void;
  close(): void;
}

export const logName = 'fuzz.jsonl';

/** Keeps nothing. */
export const noStore: FuzzStore = { write: () => {}, writeCase: () => {}, close: () => {} };

/** Throws BenchError `fuzz-exists`: what is there would be lost. */
export function demandNew(folder: string): void {
  if (existsSync(join(folder, logName)))
    throw new BenchError(
      'fuzz-exists',
      `${folder} has a fuzzing run already: go on with it by --resume ${folder}, or name another folder`,
    );
}

/** Locked until it is closed. Throws BenchError `fuzz-exists` and `folder-locked`. */
export function createStore(folder: string, setup: FuzzSetup, budget: FuzzBudget): FuzzStore {
  demandNew(folder);
  mkdirSync(folder, { recursive: true });
  const lock = lockFolder(folder);
  try {
    demandNew(folder);
    const store = storeIn(folder, lock);
    store.write({ kind: 'setup', format: fuzzFormat, setup, budget });
    return store;
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

export interface Resumed {
  readonly state: FuzzState;
  readonly parents: readonly Parent[];
}

/** What the run had come to. Throws BenchError `fuzz-unreadable`, naming file and line. */
export function readStore(folder: string): Resumed {
  const file = join(folder, logName);
  let state: FuzzState | undefined;
  let number = 0;
  for (const text of wholeLines(file)) {
    const line = parsed(text, `line ${++number} of ${file}`);
    state ??= begun(line, file);
    state.apply(line);
  }
  if (state === undefined) throw new BenchError('fuzz-unreadable', `${file} has no whole line`);
  return { state, parents: state.corpus.map((kept) => parentIn(folder, kept)) };
}

/**
 * To go on with: a last line that broke off is cut away. Locked until it is closed: read it afterwards.
 *
 * Throws BenchError `fuzz-unreadable` and `folder-locked`.
 */
export function reopenStore(folder: string): FuzzStore {
  const file = join(folder, logName);
  if (!existsSync(file)) throw noRun(file);
  const lock = lockFolder(folder);
  try {
    let size = 0;
    for (const line of wholeLines(file)) size += Buffer.byteLength(line) + 1;
    truncateSync(file, size);
    return storeIn(folder, lock);
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

function storeIn(folder: string, lock: FolderLock): FuzzStore {
  const cases = join(folder, 'corpus');
  mkdirSync(cases, { recursive: true });
  const file = openSync(join(folder, logName), 'a');
  return {
    write: (line) => void writeSync(file, `${JSON.stringify(line)}\n`),
    writeCase: (name, one) => replaceFile(join(cases, name), `${JSON.stringify(one)}\n`),
    close: () => {
      closeSync(file);
      lock.release();
    },
  };
}

function begun(line: FuzzLine, file: string): FuzzState {
  if (line.kind !== 'setup' || line.format !== fuzzFormat)
    throw new BenchError('fuzz-unreadable', `${file} does not begin with a line of the format ${fuzzFormat}`);
  return new FuzzState(line.setup, line.budget);
}

function parsed(text: string, where: string): FuzzLine {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new BenchError('fuzz-unreadable', `${where} is not JSON`, { cause });
  }
  if (typeof json !== 'object' || json === null || !('kind' in json))
    throw new BenchError('fuzz-unreadable', `${where} has no "kind"`);
  return json as FuzzLine;
}

function parentIn(folder: string, kept: KeptCase): Parent {
  const file = join(folder, 'corpus', kept.file);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new BenchError('fuzz-unreadable', `the kept case ${file} cannot be read as JSON`, { cause });
  }
  return parentOf(caseFromFile(json, file));
}

export function parentOf({ attack, choice, plan }: Pick<Parent, 'attack' | 'choice' | 'plan'>): Parent {
  return { attack, choice, ...(plan && { plan }) };
}

function noRun(file: string, cause?: unknown): BenchError {
  const message = `${file} cannot be read: there is no fuzzing run to go on with`;
  return new BenchError('fuzz-unreadable', message, { cause });
}

const chunkBytes = 1024 * 1024;

/** Of any length; what follows the last line feed broke off. Throws BenchError `fuzz-unreadable`. */
function* wholeLines(file: string): Generator<string> {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (cause) {
    throw noRun(file, cause);
  }
  try {
    const chunk = Buffer.alloc(chunkBytes);
    let rest = Buffer.alloc(0);
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) {
      let bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
        yield bytes.toString('utf8', 0, end);
        bytes = bytes.subarray(end + 1);
      }
      rest = Buffer.from(bytes);
    }
  } finally {
    closeSync(handle);
  }
}
