/**
 * `gauntlet explain`: an envelope as labelled diagnostic notation.
 *
 * @module
 */
import { readKeyFile } from '../cose/key-files.ts';
import { explain, renderExplanation } from '../suit/explain.ts';
import { readBytes } from './files.ts';

/** Exit status 1: something in it is marked as wrong. */
export function runExplain(
  file: string,
  options: { readonly key?: string; readonly format: 'text' | 'json' },
): number {
  const key = options.key === undefined ? undefined : readKeyFile(options.key);
  const lines = explain(readBytes(file, 'envelope'), key ? { key } : {});
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(lines, null, 1)}\n` : `${renderExplanation(lines)}\n`,
  );
  return lines.some((line) => line.mark === 'error') ? 1 : 0;
}
