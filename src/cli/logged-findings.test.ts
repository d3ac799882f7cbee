import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding } from '../harness/finding.ts';
import { jsonSchema } from '../json-schema.ts';
import { gauntlet } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-logged-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const out = join(folder, 'out');
const narrow = 'zoo:reads-integers-in-32-bits';

function run(...args: string[]): number | null {
  return gauntlet(args, { cwd: folder }).status;
}

function read(): Finding | undefined {
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  expect(jsonSchema('results').check(results)).toBeUndefined();
  return results.findings.find(({ kind }: Finding) => kind === 'reads-differently');
}

const text = (name: string): string => readFileSync(join(out, name), 'utf8');

/** As a run leaves it that was killed before its end. */
function forget(): void {
  for (const name of ['results.json', 'findings', 'report.html', 'summary.md'])
    rmSync(join(out, name), { recursive: true, force: true });
}

describe('verifiers that read the same bytes differently', () => {
  const options = ['--only', 'rollback.sequence.jump', '--runs', '4', '--no-stored', '--shrink', '20'];
  run('run', '-v', 'reference', '-v', narrow, ...options, '--out', 'out');
  const first = read();

  it('are told with both readings side by side, and with their case', () => {
    const value = first?.readings?.[0]?.values.reference as string;
    expect(first).toMatchObject({ verifier: narrow, shrunk: true });
    expect(text('summary.md')).toContain(`| sequence number | ${value} | `);
    expect(text('report.html')).toContain(`<th scope="row">sequence number</th><td>${value}</td>`);
    const name = `${first?.id.split('-')[0]}.json`;
    expect(existsSync(join(out, 'findings', name))).toBe(true);
    expect(text('results.sarif')).toContain(`findings/${name}`);
    expect(run(...(first?.replay.split(' ').slice(1) ?? []))).toBe(1);
  });

  it('are found again in the log of a run that was killed, with a case drawn anew', () => {
    forget();
    expect(run('report', 'out')).toBe(1);
    const again = read();
    expect(again).toMatchObject({ fingerprint: first?.fingerprint, shrunk: false });
    expect(again?.readings?.map(({ what }) => what)).toEqual(first?.readings?.map(({ what }) => what));
    expect(existsSync(join(out, 'findings', `${again?.id.split('-')[0]}.json`))).toBe(true);
  });

  it('are told without their case where this version cannot draw it', () => {
    forget();
    const log = join(out, 'results.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').replace(/"version":"[^"]*"/, '"version":"0.0.0"'));
    expect(run('report', 'out')).toBe(1);
    const told = read();
    expect(told).toMatchObject({ id: first?.fingerprint, fingerprint: first?.fingerprint, choice: null });
    expect(told?.readings?.length).toBeGreaterThan(0);
    expect(told?.bytes).toBeUndefined();
    expect(told?.replay).toMatch(/^gauntlet run --verifier reference --verifier zoo:/);
    expect(existsSync(join(out, 'findings'))).toBe(false);
  });
});
