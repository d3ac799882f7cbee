import { describe, expect, it } from 'vitest';
import { type Filling, fill, parseTemplate } from './command-template.ts';

const filled = (word: string, ...texts: string[]) => {
  const filling: Filling = { kind: 'each', texts };
  return fill(parseTemplate([word], ['uri']), () => filling);
};

describe('what a delivery holds, as a word of a command line', () => {
  it('stands where its place is', () => {
    expect(filled('--get={uri}', 'a b', '-c; $(d)')).toEqual({
      kind: 'words',
      words: ['--get=a b', '--get=-c; $(d)'],
    });
  });

  it.each([
    ['{uri}', '--output=/etc/passwd', 'begins with "-"'],
    ['{uri}=file', '-x', 'begins with "-"'],
    ['u={uri}', 'a\0b', 'zero byte'],
  ])('%s with %j is not put in', (word, text, why) => {
    expect(filled(word, 'plain', text)).toEqual({ kind: 'unable', feature: expect.stringContaining(why) });
  });
});
