import { describe, expect, it } from 'vitest';
import { splitCommand } from './split-command.ts';

describe('splitCommand', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']],
    ['  a ', ['a']],
    [`'a b' "c d"`, ['a b', 'c d']],
    [`a'b'"c"`, ['abc']],
    [`"a\\"b\\\\c\\d"`, ['a"b\\c\\d']],
    ['a\\ b', ['a b']],
    [`'' ""`, ['', '']],
    ['$HOME *', ['$HOME', '*']],
    [`'$(x)'; rm`, ['$(x);', 'rm']],
    ['', []],
  ])('%s', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });

  it.each([`a 'b`, `"a`, 'a\\'])('refuses %s', (text) => {
    expect(() => splitCommand(text)).toThrow(/not closed|backslash/);
  });
});
