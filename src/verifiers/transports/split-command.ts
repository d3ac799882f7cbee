/**
 * A command line split into words as a shell would, without a shell: no variables, globs or redirections.
 *
 * @module
 */
import { BenchError } from '../../bench-error.ts';

/** Words are divided by white space; '…' is literal, in "…" a backslash escapes " and \, elsewhere any character. */
export function splitCommand(text: string): readonly string[] {
  const words: string[] = [];
  const part = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)|(\s+)/y;
  let word: string | undefined;
  while (part.lastIndex < text.length) {
    const at = part.lastIndex;
    const found = part.exec(text);
    if (found === null) {
      const open =
        text[at] === '\\' ? 'a backslash at its end' : `the quote ${text[at]} at character ${at} not closed`;
      throw new BenchError('verifier-command', `the command ${JSON.stringify(text)} has ${open}`);
    }
    const [, literal, quoted, escaped, plain, space] = found;
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (literal ?? quoted?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '');
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
