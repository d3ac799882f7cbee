/**
 * Writes a file so that it is there whole or not at all, whenever the process is killed.
 *
 * @module
 */
import { renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Its name begins with a dot and ends with `.part` until it is whole. */
export function replaceFile(file: string, data: string | Uint8Array): void {
  const part = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  writeFileSync(part, data);
  renameSync(part, file);
}
