/** Files and folders that are not what an option wants: one sentence with the path, never a stack. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { runBaseline } from './baseline.ts';
import { loadConfig } from './config.ts';
import { runCorpus } from './corpus.ts';
import { makeFolder, mustBeWritable, namesIn, readJson, writeFile } from './files.ts';
import { gauntlet, gauntletPath } from './fixtures/command.ts';
import { runTrace } from './trace.ts';
import { runExport } from './vectors-export.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-wrong-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => join(folder, name);
const plain = inFolder('plain');
writeFileSync(plain, 'text');
const nowhere = inFolder('no/where');

async function refusal(call: () => unknown): Promise<Pick<BenchError, 'code' | 'message' | 'blame'>> {
  try {
    await call();
  } catch (thrown) {
    if (thrown instanceof BenchError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

const exporting = { seed: 1, runs: 1, only: ['E01'], stored: false, format: 'text' } as const;

describe('what a path is not', () => {
  it.each([
    ['a file that is not there', () => readJson(nowhere, 'results file'), nowhere, 'no such file'],
    ['a folder to read', () => readJson(folder, 'results file'), folder, 'is a directory'],
    ['a file for a folder to make', () => makeFolder(plain), plain, 'there is a file of that name'],
    ['a file for a folder to read', () => namesIn(plain, 'corpus'), plain, 'is no folder'],
    ['a folder to write to', () => writeFile(folder, ''), folder, 'it is a folder'],
    ['a file in no folder', () => writeFile(nowhere, ''), nowhere, 'no such file or folder'],
    ['a corpus that is a file', () => runCorpus(plain, { format: 'text' }), plain, 'is no folder'],
    ['a corpus that is not there', () => runCorpus(nowhere, { format: 'text' }), nowhere, 'no such file'],
    ['a suite into a file', () => runExport(plain, exporting), plain, 'is no folder'],
    ['a config of another kind', () => loadConfig(plain, folder), plain, 'wanted a module'],
    ['a config that is a folder', () => loadConfig(folder, folder), folder, 'wanted a module'],
    [
      'a draft without keywords',
      () => runTrace({ draft: plain, format: 'json' }),
      plain,
      'no BCP 14 keyword',
    ],
  ])('%s', async (_, call, path, why) => {
    const { message, blame } = await refusal(call);
    expect(message).toContain(path);
    expect(message).toContain(why);
    expect(blame).toBe('usage');
  });

  it('is told before long work', async () => {
    for (const path of [nowhere, folder])
      expect((await refusal(() => mustBeWritable(path))).code).toBe('file-unwritable');
    mustBeWritable(plain);
    expect(readFileSync(plain, 'utf8')).toBe('text');
    mustBeWritable(inFolder('new'));
    expect(existsSync(inFolder('new'))).toBe(false);
  });
});

describe('a reason', () => {
  it('is not empty, so that the baseline can be read again', async () => {
    const known = inFolder('known.json');
    const { message } = await refusal(() => runBaseline(plain, known, { reason: ' ', format: 'text' }));
    expect(message).toContain('--reason is empty');
    expect(existsSync(known)).toBe(false);
  });
});

describe('stdout', () => {
  const ended = (command: string) =>
    spawnSync('bash', ['-c', `set -o pipefail; "$NODE" "$MAIN" ${command}`], {
      encoding: 'utf8',
      env: { ...process.env, NODE: process.execPath, MAIN: gauntletPath },
    });

  it('may be left by its reader', () => {
    const { status, stderr, stdout } = ended('catalogue --format json | head -c 10');
    expect([status, stderr, stdout.length]).toEqual([0, '', 10]);
  });

  it.skipIf(!existsSync('/dev/full'))('that takes nothing is told, with status 3', () => {
    const { status, stderr } = ended('catalogue > /dev/full');
    expect(stderr).toMatch(/^gauntlet: what was printed is not whole: no space is left .*\n$/);
    expect(status).toBe(3);
  });
});

describe('--out', () => {
  it('with something in the way is the machine’s matter, and no bug', () => {
    mkdirSync(inFolder('out'));
    mkdirSync(inFolder('out/results.jsonl'));
    const few = ['--only', 'E01', '--runs', '1', '--no-stored'];
    const { status, stderr } = gauntlet(['run', ...few, '--out', inFolder('out')]);
    expect(stderr).toMatch(/^gauntlet: .*results\.jsonl cannot be used: it is a folder .*\n$/);
    expect(status).toBe(3);
  });
});
