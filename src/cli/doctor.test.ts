import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { packageRoot } from '../package-root.ts';

const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
const broken = join(packageRoot(), 'src/verifiers/transports/fixtures/broken');

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function doctor(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [gauntlet, 'doctor', ...args], { encoding: 'utf8' });
}

describe('gauntlet doctor', () => {
  it('fits one screen, and its schema as JSON', () => {
    const { status, stdout } = doctor('bounded', '--time', '1');
    expect(status).toBe(0);
    expect(stdout.split('\n').length).toBeLessThan(40);
    expect(stdout).toContain('bounded: works');
    const json = JSON.parse(doctor('zoo:never-checks-sequence', '--time', '1', '--format', 'json').stdout);
    expect(jsonSchema('doctor').check(json)).toBeUndefined();
    expect(json).toMatchObject({ healthy: false, verifier: 'zoo:never-checks-sequence' });
    expect(json.fixFirst).toContain('8.4.2');
  }, 60_000);

  it.each([
    [`module:${broken}/dead-at-start.mjs`, 'starts', 'run it by hand'],
    [`module:${broken}/bad-claims.mjs`, 'hello', 'docs/harness-protocol.md'],
    [`process:python3 '${broken}/reject-all.py'`, 'claims', 'the nearest manifest needs also'],
    [
      `process:'${process.execPath}' '${broken}/process-harness.mjs' dead-at-start`,
      'starts',
      'run it by hand',
    ],
    [`process:'${process.execPath}' '${broken}/process-harness.mjs' old-protocol`, 'hello', 'answer hello'],
  ])('%s fails at %s, and it is said what to do', (spec, name, fix) => {
    const { status, stdout } = doctor(spec, '--format', 'json');
    expect(status).toBe(1);
    const report = JSON.parse(stdout);
    expect(jsonSchema('doctor').check(report)).toBeUndefined();
    const failed = report.checks.find((check: { readonly status: string }) => check.status === 'failed');
    expect(failed.name).toBe(name);
    expect(report.fixFirst).toContain(fix);
  });

  it.each([
    ['an existing program that is told envelope and key', '', {}],
    // What a command line cannot say is not asked of it, however it draws.
    ['one that is told of one component', '{sequence} {vendor-id} {class-id} {component-id}', {}],
    ['one that claims few commands', '', { commands: [1, 2, 3, 20, 21], parameters: [1, 2, 3, 14, 21] }],
  ])(
    'finds nothing to mend in %s',
    (_, places, claims) => {
      const script = join(packageRoot(), 'src/verifiers/transports/fixtures/commands/plain.mjs');
      const dist = fileURLToPath(new URL('../..', import.meta.url));
      const command = `'${process.execPath}' '${script}' '${dist}' {envelope} {anchor} ${places}`;
      const file = join(folder, 'a b.json');
      writeFileSync(file, JSON.stringify({ verifiers: { mine: { command, claims, memory: 512 } } }));
      const words = ['mine', '--config', file, '--time', '2', '--deadline', '20000'];
      const { status, stdout } = doctor(...words, '--seed', '3');
      expect(stdout).toMatch(/ok {4}valid example accepted/);
      expect(stdout).toMatch(/ok {4}refused: one bit of the signature flipped/);
      expect(stdout).toMatch(/ok {4}a new session is a new recipient/);
      expect(status).toBe(0);
    },
    60_000,
  );

  it('advises lines that run as they are', () => {
    const command = "sh -c 'exit 1' {envelope} {anchor}";
    const file = join(folder, 'refuses it.json');
    writeFileSync(file, JSON.stringify({ verifiers: { mine: { command } } }));
    const { status, stdout } = doctor('mine', '--config', file, '--time', '1');
    expect(status).toBe(1);
    expect(stdout).toMatch(/First: .* -v mine --config '[^']*refuses it\.json' --out DIR,/);
  });

  it('shows no control characters of a verifier’s', () => {
    const { stdout } = doctor(`process:'${process.execPath}' '${broken}/process-harness.mjs' dead-at-start`);
    expect(stdout).toContain('cannot go on');
    expect(stdout).not.toContain('\u001b');
  });

  it('takes a specification that is none for wrong usage', () => {
    const { status, stderr } = doctor('no-such-verifier');
    expect(status).toBe(2);
    expect(stderr).toContain('there is no verifier');
  });
});
