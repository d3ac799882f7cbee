import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { gauntlet } from './fixtures/command.ts';
import { initialise, initLanguages } from './init.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-init-'));
  folders.push(folder);
  return folder;
}

const run = (cwd: string, ...args: readonly string[]) => gauntlet(args, { cwd });

describe('gauntlet init', () => {
  it.each(['module', 'python'])(
    '%s: the skeleton runs at once, and doctor says what to do first',
    (language) => {
      const folder = fresh();
      const { status, stdout } = run(folder, 'init', '--language', language);
      expect(status).toBe(0);
      expect(stdout).toContain('npx gauntlet doctor mine');
      const { status: health, stdout: screen } = run(folder, 'doctor', 'mine', '--time', '1');
      expect(health).toBe(1);
      expect(screen).toMatch(/FAIL {2}valid example accepted .*cose-unsupported at authenticate/);
      expect(screen).toContain('First: accept the plainest valid manifests first');
    },
  );

  it.each(initLanguages)('%s: writes all its files, and then none again', (language) => {
    const folder = fresh();
    const { written, kept } = initialise(folder, language);
    expect(kept).toEqual([]);
    expect(written).toContain('gauntlet.config.mjs');
    expect(written.length).toBeGreaterThanOrEqual(language === 'command' ? 2 : 3);
    expect(initialise(folder, language)).toMatchObject({ written: [], kept: written });
  });

  it('keeps what is there', () => {
    const folder = fresh();
    writeFileSync(join(folder, 'gauntlet.config.mjs'), '// mine');
    const result = JSON.parse(run(folder, 'init', '--format', 'json').stdout);
    expect(jsonSchema('init').check(result)).toBeUndefined();
    expect(result.kept).toEqual(['gauntlet.config.mjs']);
    expect(result.written).toContain('gauntlet/adapter.mjs');
    expect(readFileSync(join(folder, 'gauntlet.config.mjs'), 'utf8')).toBe('// mine');
  });

  it('writes a workflow that builds what has to be built', () => {
    const folder = fresh();
    initialise(folder, 'c');
    const workflow = readFileSync(join(folder, '.github/workflows/suit-gauntlet.yml'), 'utf8');
    expect(workflow).toContain('- run: cc -O2 -o gauntlet/adapter gauntlet/adapter.c');
    expect(workflow).toContain('verifier: mine');
  });

  it('refuses a language that it does not know', () => {
    expect(run(fresh(), 'init', '--language', 'cobol').status).toBe(2);
  });
});
