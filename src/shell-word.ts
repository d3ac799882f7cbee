/**
 * Words of a command line that is shown to be repeated.
 *
 * @module
 */

/** For a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w:./+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
