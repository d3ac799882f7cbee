import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.ts';

const act = (environment: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'action-'));
  const files = { OUT: join(folder, 'out'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  const { status, stderr } = spawnSync('bash', [join(packageRoot(), 'scripts', 'action.sh')], {
    env: { ...process.env, RUNS: '1', ...files, GITHUB_OUTPUT: join(folder, 'output'), ...environment },
    encoding: 'utf8',
  });
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return {
    status,
    stderr,
    output: read(join(folder, 'output')),
    summary: read(files.GITHUB_STEP_SUMMARY),
    report: read(join(files.OUT, 'report.html')),
    sarif: read(join(files.OUT, 'results.sarif')),
  };
};

describe('the GitHub action', () => {
  it('runs each verifier of its lines, writes the reports and the summary, and fails on findings', () => {
    const done = act({ VERIFIER: 'reference\nzoo:never-checks-sequence\n', ONLY: 'rollback.sequence.lower' });
    expect(done.status).toBe(1);
    expect(done.output).toBe('status=1\n');
    expect(done.summary).toContain('## New');
    expect(done.report).toContain('zoo:never-checks-sequence');
    expect(done.sarif).toContain('rollback.sequence.lower');
  });

  it('does not fail on findings where it shall not, but on wrong usage', () => {
    const lenient = { FAIL_ON: 'never', ONLY: 'rollback.sequence.lower' };
    const done = act({ ...lenient, VERIFIER: 'zoo:never-checks-sequence' });
    expect([done.status, done.output]).toEqual([0, 'status=1\n']);
    expect(act({ ...lenient, VERIFIER: '$(touch /tmp/never)' }).status).toBe(2);
    expect(act({ VERIFIER: 'reference', FAIL_ON: 'sometimes' }).status).toBe(2);
  });

  it('hands every input to the script', () => {
    const text = readFileSync(join(packageRoot(), 'action.yml'), 'utf8');
    const script = readFileSync(join(packageRoot(), 'scripts', 'action.sh'), 'utf8');
    const inputs = [...text.split('\noutputs:')[0]!.matchAll(/^ {2}([a-z-]+):$/gm)].map(([, name]) => name!);
    expect(inputs).toContain('fail-on');
    for (const name of inputs) {
      const variable = name.toUpperCase().replace('-', '_');
      expect(text).toContain(`${variable}: \${{ inputs.${name} }}`);
      expect(script).toContain(`\${${variable}:-`);
    }
    // Only as values, never inside a script's text.
    expect(text).not.toMatch(/run:.*\$\{\{ *inputs/);
  });
});
