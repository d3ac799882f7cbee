import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SessionFolder } from './session-folder.ts';

const outside = mkdtempSync(join(tmpdir(), 'gauntlet-outside-'));
afterAll(() => rmSync(outside, { recursive: true, force: true }));
const victim = join(outside, 'victim');

describe('the folder of a session is written to whatever the verifier did to it', () => {
  it.each<readonly [what: string, spoil: (path: string) => void]>([
    ['deleted with its folder', (path) => rmSync(dirname(path), { recursive: true })],
    ['a pipe', (path) => [rmSync(path), execFileSync('mkfifo', [path])]],
    ['a folder', (path) => [rmSync(path), execFileSync('mkdir', ['-p', join(path, 'x')])]],
    ['a link elsewhere', (path) => [rmSync(path), symlinkSync(victim, path)]],
    ['read-only', (path) => execFileSync('chmod', ['0', path])],
    [
      'in a folder that is a link elsewhere',
      (path) => [
        renameSync(dirname(path), join(outside, `old-${dirname(path).length}`)),
        symlinkSync(outside, dirname(path)),
      ],
    ],
    [
      'in a folder that is a file',
      (path) => [rmSync(dirname(path), { recursive: true }), writeFileSync(dirname(path), '')],
    ],
  ])('%s', (_, spoil) => {
    for (const name of ['victim', 'deep/victim']) {
      const folder = new SessionFolder();
      writeFileSync(victim, 'precious');
      const path = folder.write(name, Uint8Array.of(1));
      spoil(path);
      expect(folder.write(name, Uint8Array.of(2))).toBe(path);
      expect([...readFileSync(path)]).toEqual([2]);
      expect(readFileSync(victim, 'utf8')).toBe('precious');
      folder.remove();
      expect(existsSync(path)).toBe(false);
      for (const old of execFileSync('ls', [outside], { encoding: 'utf8' }).split('\n'))
        if (old.startsWith('old-')) rmSync(join(outside, old), { recursive: true });
    }
  });
});
