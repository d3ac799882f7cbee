/**
 * Files a user names: read with one clear sentence for what is wrong.
 *
 * @module
 */
import { closeSync, mkdirSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { BenchError } from '../bench-error.ts';

/** Far above any envelope; what is larger is a mistake. */
const largestFile = 64 * 1024 * 1024;

/** Throws BenchError `file-unreadable`, naming the file, what is wrong and what to do. */
export function readBytes(file: string, what: string): Uint8Array {
  let size: number;
  try {
    const stat = statSync(file);
    if (stat.isDirectory())
      throw new BenchError('file-unreadable', `the ${what} ${file} is a directory; name a file`);
    size = stat.size;
  } catch (cause) {
    if (cause instanceof BenchError) throw cause;
    throw new BenchError('file-unreadable', `the ${what} ${file} cannot be opened (${codeOf(cause)})`, {
      cause,
    });
  }
  if (size === 0) throw new BenchError('file-unreadable', `the ${what} ${file} is empty`);
  if (size > largestFile)
    throw new BenchError(
      'file-unreadable',
      `the ${what} ${file} has ${size} bytes; at most ${largestFile} are read`,
    );
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new BenchError('file-unreadable', `the ${what} ${file} cannot be read (${codeOf(cause)})`, {
      cause,
    });
  }
}

export function readJson(file: string, what: string): unknown {
  const text = new TextDecoder().decode(readBytes(file, what));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BenchError('file-unreadable', `the ${what} ${file} is not JSON`, { cause });
  }
}

/** Of a file of any size, read as they are asked for; what follows the last line feed broke off and is none. */
export function* readLines(
  file: string,
  what: string,
): Generator<{ readonly text: string; readonly end: number }> {
  let from: number;
  try {
    from = openSync(file, 'r');
  } catch (cause) {
    throw new BenchError('file-unreadable', `the ${what} ${file} cannot be opened (${codeOf(cause)})`, {
      cause,
    });
  }
  try {
    const chunk = Buffer.alloc(1024 * 1024);
    let [rest, end] = [Buffer.alloc(0), 0];
    for (let size = readSync(from, chunk); size > 0; size = readSync(from, chunk)) {
      rest = Buffer.concat([rest, chunk.subarray(0, size)]);
      let start = 0;
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10, start)) {
        end += at + 1 - start;
        yield { text: rest.toString('utf8', start, at), end };
        start = at + 1;
      }
      rest = rest.subarray(start);
    }
  } finally {
    closeSync(from);
  }
}

export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new BenchError('folder-unwritable', `the folder ${folder} cannot be made (${codeOf(cause)})`, {
      cause,
    });
  }
}

export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}
