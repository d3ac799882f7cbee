import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { packageRoot } from '../package-root.ts';

const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
const broken = join(packageRoot(), 'src/verifiers/transports/fixtures/broken');

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
