/**
 * The temporary folder of one session: what a verifier reads, and what a command writes into its components' slots.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ReportedState } from '../../device/decision.ts';
import type { Recipient } from '../../device/recipient.ts';

/** Begins the name of every folder: a test looks for what was left. */
export const sessionPrefix = 'gauntlet-session-';

/** Of a file that a slot's digest is taken of. */
const largestSlot = 64 * 1024 * 1024;

/** The verifier has made its folder unusable. */
export class SpoiltFolder extends Error {}

/** What the machine lacks is no verifier's doing. */
const machines: readonly string[] = ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'];

export class SessionFolder {
  readonly #root: string;
  readonly #folders = new Set<string>();
  #count = 0;

  constructor() {
    this.#root = mkdtempSync(join(tmpdir(), sessionPrefix));
  }

  path(name: string): string {
    return join(this.#root, name);
  }

  /**
   * Its whole path. What the verifier put in its place or in its folder's is taken away first: a pipe would never end,
   * and a link leads elsewhere. Throws SpoiltFolder.
   */
  write(name: string, bytes: Uint8Array): string {
    const path = this.path(name);
    try {
      for (const folder of new Set([this.#root, dirname(path)])) restoreFolder(folder);
      rmSync(path, { recursive: true, force: true });
      writeFileSync(path, bytes, { flag: 'wx' });
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === undefined || machines.includes(code)) throw cause;
      throw new SpoiltFolder(`the folder of its session cannot be written to any more (${code})`, { cause });
    }
    return path;
  }

  /** Under a name of its own; its whole path. */
  writeNext(bytes: Uint8Array): string {
    return this.write(`bytes-${this.#count++}`, bytes);
  }

  makeFolder(folder: string): void {
    if (this.#folders.has(folder)) return;
    mkdirSync(folder, { recursive: true });
    this.#folders.add(folder);
  }

  slotPath(component: number, slot: number): string {
    return this.path(`slots/${slotName(component, slot)}`);
  }

  /** One file a slot that holds bytes; an empty one has none. */
  writeSlots({ components }: Recipient): void {
    this.makeFolder(this.path('slots'));
    for (const [c, { slots }] of components.entries())
      for (const [s, content] of slots.entries())
        if (content.kind === 'bytes') writeFileSync(this.slotPath(c, s), content.bytes);
  }

  /** What the current slots hold now. */
  readSlots({ components }: Recipient): NonNullable<ReportedState['components']> {
    return components.map(({ current }, component) => {
      const path = this.slotPath(component, current);
      try {
        // Nothing but a plain file is opened: a pipe that the command put there would never end.
        const stat = lstatSync(path);
        if (!stat.isFile()) return null;
        const { size } = stat;
        if (size > largestSlot) return { sha256: new Uint8Array(32), size: BigInt(size) };
        const bytes = readFileSync(path);
        return {
          sha256: new Uint8Array(createHash('sha256').update(bytes).digest()),
          size: BigInt(bytes.length),
        };
      } catch {
        return null;
      }
    });
  }

  remove(): void {
    try {
      rmSync(this.#root, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // The command has taken away the right to remove it; nothing more can be done.
    }
  }
}

/** Of a slot's file. */
export function slotName(component: number, slot: number): string {
  return `${component}-${slot}`;
}

function restoreFolder(folder: string): void {
  const there = lstatSync(folder, { throwIfNoEntry: false });
  if (there?.isDirectory()) return;
  rmSync(folder, { force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}
