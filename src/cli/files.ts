/**
 * Files a user names: read and written with one clear sentence for what is wrong.
 *
 * @module
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { blameFor, troubleOf } from '../file-trouble.ts';

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
    throw new BenchError('file-unreadable', `the ${what} ${file} cannot be opened: ${troubleOf(cause)}`, {
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
    throw new BenchError('file-unreadable', `the ${what} ${file} cannot be read: ${troubleOf(cause)}`, {
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
    throw new BenchError('file-unreadable', `the ${what} ${file} cannot be opened: ${troubleOf(cause)}`, {
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

/** Names of what is in a folder. Throws BenchError `file-unreadable`. */
export function namesIn(folder: string, what: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new BenchError('file-unreadable', `the ${what} ${folder} cannot be read: ${troubleOf(cause)}`, {
      cause,
    });
  }
}

/** Made where it is not there yet. Throws BenchError `folder-unwritable`, also where nothing can be written in it. */
export function makeFolder(folder: string): void {
  const wrong = (why: string, cause: unknown): BenchError =>
    new BenchError('folder-unwritable', `the folder ${folder} cannot be ${why}: ${troubleOf(cause)}`, {
      blame: blameFor(cause),
      cause,
    });
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw wrong('made', cause);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw wrong('written in', cause);
  }
}

/** Throws BenchError `file-unwritable`. */
export function writeFile(file: string, data: string | Uint8Array): void {
  whileWriting(file, () => writeFileSync(file, data));
}

/**
 * What is written to a file only after long work can be written there, as far as can be told before. Throws BenchError
 * `file-unwritable`.
 */
export function mustBeWritable(file: string): void {
  whileWriting(file, () => {
    if (existsSync(file)) closeSync(openSync(file, 'r+'));
    else accessSync(dirname(file), constants.W_OK);
  });
}

/** Throws BenchError `file-unwritable` for what the file system refuses. */
export function whileWriting<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new BenchError('file-unwritable', `${file} cannot be written: ${troubleOf(cause)}`, {
      blame: blameFor(cause),
      cause,
    });
  }
}
