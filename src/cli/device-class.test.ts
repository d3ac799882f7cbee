import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readProfile } from './device-class.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-class-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'small.json');
const profile = { name: 'small', verifierBytes: 300, envelopeBytes: 4096, stackBytes: 0, components: 8 };
writeFileSync(file, JSON.stringify(profile));

function gauntlet(...args: string[]): { readonly status: number | null; readonly stdout: string } {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: folder });
}

describe('--class', () => {
  it('is a class, a file, or nothing', () => {
    expect(readProfile('1').envelopeBytes).toBe(4096);
    expect(readProfile(file)).toEqual({ ...profile, file });
    expect(() => readProfile('3')).toThrow('wanted 0, 1, 2 or a JSON file');
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ ...profile, components: '8' }));
    expect(() => readProfile(join(folder, 'wrong.json'))).toThrow('components: wanted a whole number');
  });

  it('makes a refusal for lack of room a finding, which is seen again under the same ceiling only', () => {
    const only = ['--valid', '--only', 'valid.fetch', '--runs', '1', '--no-stored', '--shrink', '0'];
    const run = ['run', '-v', 'bounded', ...only, '--format', 'json', '--out', 'out'];
    expect(gauntlet(...run).status).toBe(0);
    const { status, stdout } = gauntlet(...run, '--class', file);
    const { findings, notes } = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(findings[0]).toMatchObject({ kind: 'valid-refused' });
    expect(notes).toContainEqual(expect.stringContaining('class small, bounded: counted exactly, 300 bytes'));
    const [, ...replay] = findings[0].replay.split(' ');
    expect(replay.slice(-2)).toEqual(['--class', file]);
    expect(gauntlet(...replay).status).toBe(1);
    expect(gauntlet(...replay.slice(0, -2)).status).toBe(0);
  }, 120_000);
});
