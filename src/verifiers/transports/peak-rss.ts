/**
 * The most memory that a living process has had resident, as Linux keeps it.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

/** Bytes; undefined: it is gone, or this is not Linux. */
export function peakRssOf(pid: number): number | undefined {
  try {
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
