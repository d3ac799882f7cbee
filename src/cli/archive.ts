/**
 * A tar archive under gzip whose bytes hang on its files alone: sorted, without times, owners or folders.
 *
 * @module
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { BenchError } from '../bench-error.ts';

/** Far above any bundle; a small archive may claim to be anything. */
const mostBytes = 1024 * 1024 * 1024;
const mostFiles = 200_000;

/** Byte of the gzip header that names the operating system; 255: unknown (RFC 1952 §2.3.1). */
const systemByte = 9;

export async function writeArchive(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const tar = pack();
  const chunks: Uint8Array[] = [];
  const read = (async () => {
    for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  })();
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const size = bytes.length;
    tar.entry({ name, size, mode: 0o644, mtime: new Date(0), type: 'file' }, Buffer.from(bytes));
  }
  tar.finalize();
  await read;
  const packed = gzipSync(Buffer.concat(chunks), { level: 9 });
  packed[systemByte] = 0xff;
  return packed;
}

/** Throws BenchError `archive-damaged`, saying what is wrong and after which file. */
export async function readArchive(
  packed: Uint8Array,
  where: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const tar = extract();
  tar.end(gunzip(packed, where));
  try {
    for await (const entry of tar) {
      const { name, type } = entry.header;
      const wrong =
        (type !== 'file' && `is a ${String(type)}, not a file`) ||
        (!isPlainPath(name) && 'has a name that leads out of the archive') ||
        (files.has(name) && 'is there twice') ||
        (files.size >= mostFiles && `is one more than the ${mostFiles} files that are read`);
      if (wrong) throw damaged(where, `the entry ${JSON.stringify(name)} ${wrong}`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      files.set(name, Buffer.concat(chunks));
    }
  } catch (cause) {
    if (cause instanceof BenchError) throw cause;
    const last = [...files.keys()].at(-1);
    const place = last === undefined ? 'at its first entry' : `after the entry ${JSON.stringify(last)}`;
    throw damaged(where, `it breaks off or is no tar archive ${place} (${textOf(cause)})`, cause);
  }
  return files;
}

function gunzip(packed: Uint8Array, where: string): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: mostBytes });
  } catch (cause) {
    throw damaged(where, `its gzip layer cannot be undone (${textOf(cause)})`, cause);
  }
}

/** Relative, with no way up, and nothing that another system would read as one. */
function isPlainPath(name: string): boolean {
  const isPlain = (part: string): boolean => part !== '' && part !== '.' && part !== '..';
  return /^[\x20-\x7e]+$/.test(name) && !/[\\:]/.test(name) && name.split('/').every(isPlain);
}

function damaged(where: string, what: string, cause?: unknown): BenchError {
  return new BenchError('archive-damaged', `${where} is damaged: ${what}`, { cause });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
