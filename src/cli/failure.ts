/**
 * The one place where an error becomes an exit status.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { escapeText } from '../escape-text.ts';
import { isFileTrouble, troubleOf } from '../file-trouble.ts';

/** Says what was thrown on stderr; 2: the call is wrong, 3: the bench could not do its work. */
export function tellFailure(thrown: unknown): 2 | 3 {
  if (thrown instanceof BenchError) {
    tell(thrown.message, thrown.code);
    return thrown.blame === 'usage' ? 2 : 3;
  }
  if (isFileTrouble(thrown)) {
    tell(`${thrown.path} cannot be used: ${troubleOf(thrown)}`, 'file-system');
    return 3;
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(`gauntlet: a bug in the bench: ${escapeText(text).replaceAll('\\n', '\n')}\n`);
  return 3;
}

/**
 * A reader of stdout that goes away (`gauntlet catalogue | head`) ends nothing: what is asked for in files is still
 * made, and the exit status is that of the work. Anything else that stops stdout is told at the end.
 */
export function watchStdout(): { readonly failed: () => boolean } {
  let failed = false;
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') return;
    if (!failed) tell(`what was printed is not whole: ${troubleOf(error)}`, 'stdout');
    failed = true;
  });
  return { failed: () => failed };
}

function tell(what: string, code: string): void {
  process.stderr.write(`gauntlet: ${escapeText(what)} [${code}]\n`);
}
