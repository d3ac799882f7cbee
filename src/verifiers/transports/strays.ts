/**
 * Processes that a verifier started and that left its process group, found by a mark in their environment (Linux).
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const variable = 'GAUNTLET_VERIFIER';

/** A mark of its own for each verifier under test, whatever other benches run on this machine. */
export function newMark(): string {
  return randomBytes(12).toString('hex');
}

/** The mark as a variable of the environment, which children inherit. */
export function markedWith(mark: string): Readonly<Record<string, string>> {
  return { [variable]: mark };
}

/** Kills all that have the mark and are still there; how many there were. */
export function killStrays(mark: string): number {
  const marked = `${variable}=${mark}`;
  const strays = processes().filter((pid) => pid !== process.pid && environmentOf(pid).includes(marked));
  for (const pid of strays) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return strays.length;
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    // Gone, or another user's.
    return [];
  }
}
