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

/**
 * Kills all that have the mark and are still there; how many there were. Process groups that are spared are those of
 * verifiers still at work.
 */
export function killStrays(mark: string, spared: ReadonlySet<number> = new Set()): number {
  const marked = `${variable}=${mark}`;
  const strays = processes().filter(
    (pid) => pid !== process.pid && environmentOf(pid).includes(marked) && !spared.has(groupOf(pid)),
  );
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

/** Field 5 of its status; the second is its name, in parentheses, with anything in it. */
function groupOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    // It has ended meanwhile.
    return 0;
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
