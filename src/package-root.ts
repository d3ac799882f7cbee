/**
 * Where the package lies on disk: the nearest folder above this file that holds its package.json.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchError } from './bench-error.ts';

let known: string | undefined;

/** Absolute path; the same from compiled files in any output folder as from the sources. */
export function packageRoot(): string {
  known ??= nearestAbove(dirname(fileURLToPath(import.meta.url)));
  return known;
}

function nearestAbove(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) {
      throw new BenchError(
        'package-root',
        `no package.json in ${start} or above: the installation is damaged`,
        {
          blame: 'bench',
        },
      );
    }
  }
}
