/**
 * Work in a folder of results that no other process of the bench may write meanwhile.
 *
 * @module
 */
import { lockFolder } from '../lock-folder.ts';
import { makeFolder } from './files.ts';

/** undefined: nothing is written. Throws BenchError `folder-locked` where another process is at it. */
export async function locked<T>(folder: string | undefined, work: () => T | Promise<T>): Promise<T> {
  if (folder === undefined) return work();
  makeFolder(folder);
  const lock = lockFolder(folder);
  try {
    return await work();
  } finally {
    lock.release();
  }
}
