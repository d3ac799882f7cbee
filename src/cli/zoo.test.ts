import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { gauntlet } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-zoo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => gauntlet(args);

describe('gauntlet zoo', () => {
  const few = [
    'zoo',
    '--animal',
    'accepts-everything',
    '--animal',
    'never-checks-sequence',
    '--only',
    'E01',
    '--runs',
    '3',
  ];

  it('prints a report that fits its schema, and stores counterexamples that replay', () => {
    const out = join(folder, 'zoo');
    const { status, stdout } = run(...few, '--blind', '20', '--out', out, '--format', 'json');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(jsonSchema('zoo').check(report)).toBeUndefined();
    expect(report).toMatchObject({
      score: 1,
      blindScore: 0,
      animals: [{ by: 'rollback.sequence.lower', cases: 1 }],
    });
    const [file] = readdirSync(join(out, 'findings')).filter((name) => name.endsWith('.json'));
    const again = run('replay', join(out, 'findings', file as string), '-v', 'zoo:never-checks-sequence');
    expect(again.status).toBe(1);
  });

  it('exits 1 where less is caught than expected', () => {
    const written = join(folder, 'expected.json');
    expect(run(...few, '--blind', '0', '--write', written).status).toBe(0);
    const { status, stdout } = run(
      'zoo',
      '--animal',
      'never-checks-sequence',
      '--only',
      'A01',
      '--runs',
      '1',
      '--blind',
      '0',
      '--expect',
      written,
    );
    expect(status).toBe(1);
    expect(stdout).toContain('never-checks-sequence is no longer caught');
  });

  it('exits 3 where a sentinel survives', () => {
    const { status, stderr } = run(
      'zoo',
      '--animal',
      'accepts-everything',
      '--only',
      'F02',
      '--runs',
      '1',
      '--blind',
      '0',
    );
    expect(status).toBe(3);
    expect(stderr).toContain('sentinel-survives');
  });

  it('has no score where no animal was run', () => {
    const args = ['zoo', '--equivalents', '--only', 'E01', '--cases', '4', '--no-stored', '--blind', '0'];
    const { status, stdout } = run(...args, '--format', 'json');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(jsonSchema('zoo').check(report)).toBeUndefined();
    expect(report).not.toHaveProperty('score');
    expect(report.equivalents.map(({ cases }: { cases: number }) => cases)).toEqual([4, 4, 4, 4, 4]);
  });

  it('knows its animals', () => {
    expect(run('zoo', '--list').stdout).toContain('never-checks-sequence');
    const { status, stderr } = run('zoo', '--animal', 'unicorn');
    expect(status).toBe(2);
    expect(stderr).toContain('--list');
  });
});
