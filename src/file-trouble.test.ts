import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blameFor, isFileTrouble, troubleOf } from './file-trouble.ts';

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}

describe('trouble with files', () => {
  it('is told in words, with the code', () => {
    expect(troubleOf(thrownBy(() => readFileSync('/nowhere/at/all')))).toBe(
      'there is no such file or folder (ENOENT)',
    );
    expect(troubleOf(thrownBy(() => readFileSync('/')))).toBe('it is a folder (EISDIR)');
    expect(troubleOf(thrownBy(() => mkdirSync('/dev/null')))).toBe('there is a file of that name (EEXIST)');
  });

  it('keeps a code that it has no words for', () => {
    expect(troubleOf(Object.assign(new Error('x'), { code: 'EXDEV' }))).toBe('EXDEV');
  });

  it('is the machine’s where no other path would help', () => {
    const of = (code: string) => blameFor(Object.assign(new Error('x'), { code }));
    expect(['ENOSPC', 'EMFILE', 'EACCES', 'ENOENT'].map(of)).toEqual(['bench', 'bench', 'usage', 'usage']);
  });

  it('is told from other errors', () => {
    expect(isFileTrouble(thrownBy(() => readFileSync('/nowhere/at/all')))).toBe(true);
    expect(isFileTrouble(new Error('x'))).toBe(false);
    expect(isFileTrouble(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false);
  });
});
