import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { jsonSchema } from '../json-schema.ts';
import { gauntlet, gauntletPath } from './fixtures/command.ts';
import { runFuzzCommand } from './fuzz.ts';
import type { FuzzOptions } from './fuzz-begin.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-fuzz-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const animal = 'zoo:never-checks-sequence';
const small = ['--only', 'E', '--no-stored', '--jobs', '1', '--shrink', '4'];

const run = (...args: readonly string[]) => gauntlet(args);

function json(file: string): Record<string, unknown> & { findings: { id: string; verifier: string }[] } {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Starts a run far too long for a test, and sends the signal once it has judged something. */
async function signalled(out: string, signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL', verifier: string) {
  const args = ['fuzz', '-v', verifier, ...small, '--cases', '1000000', '--out', out];
  const child = spawn(process.execPath, [gauntletPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const written: string[] = [];
  child.stderr.on('data', (chunk) => written.push(String(chunk)));
  child.stdout.resume();
  const log = join(out, 'fuzz.jsonl');
  const isSettled = () => existsSync(log) && readFileSync(log, 'utf8').includes('"isSettled":true');
  const isBegun = () => existsSync(log) && readFileSync(log, 'utf8').split('"kind":"case"').length > 20;
  while (!(verifier === animal ? isSettled() : isBegun())) await setTimeout(20);
  child.kill(signal);
  const [status] = await ended;
  return { status: status as number | null, stderr: written.join('') };
}

describe('gauntlet fuzz', () => {
  const out = join(folder, 'whole');
  const first = run('fuzz', '-v', 'reference', '-v', animal, ...small, '--cases', '40', '--out', out);

  it('prints its figures, and leaves all reports, a corpus and findings that replay', () => {
    expect([first.status, first.stderr]).toEqual([1, '']);
    expect(first.stdout).toMatch(/^40 cases in /);
    for (const part of ['Novel behaviours by verifier', 'Corpus:', 'Findings', 'gauntlet replay'])
      expect(first.stdout).toContain(part);
    const report = json(join(out, 'fuzz.json'));
    expect(jsonSchema('fuzz').check(report)).toBeUndefined();
    expect(report).toMatchObject({ cases: 40, end: 'cases', budget: { cases: 40 } });
    expect(jsonSchema('results').check(json(join(out, 'results.json')))).toBeUndefined();
    for (const name of ['report.html', 'results.sarif', 'junit.xml', 'summary.md'])
      expect(readFileSync(join(out, name), 'utf8')).toContain(animal);
    const [finding] = report.findings;
    expect(finding?.verifier).toBe(animal);
    const stored = join(out, 'findings', `${finding?.id}.json`);
    expect(run('replay', stored, '-v', animal).status).toBe(1);
    expect(run('replay', stored, '-v', 'reference').status).toBe(0);
  });

  it('goes on where it was, with a larger budget, as if it had had that from the start', () => {
    const more = run('fuzz', '--resume', out, '--jobs', '1', '--cases', '60', '--format', 'json');
    expect(more.status).toBe(1);
    const once = run(
      'fuzz',
      '-v',
      'reference',
      '-v',
      animal,
      ...small,
      '--cases',
      '60',
      '--format',
      'json',
      '--out',
      join(folder, 'once'),
    );
    const { timing: _then, ...resumed } = JSON.parse(more.stdout.replaceAll(out, 'OUT'));
    const { timing: _now, ...whole } = JSON.parse(once.stdout.replaceAll(join(folder, 'once'), 'OUT'));
    expect(resumed.cases).toBe(60);
    expect(resumed).toEqual(whole);
  });

  it('does not go on as something else, nor begin where a run is', async () => {
    const refused = async (options: Partial<FuzzOptions>): Promise<string> => {
      const asked = { stored: false, format: 'json', jobs: 1, ...options } as const;
      const thrown = await runFuzzCommand(asked).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(BenchError);
      const { blame, code, message } = thrown as BenchError;
      expect(blame).toBe('usage');
      return `${message} [${code}]`;
    };
    expect(await refused({ resume: out, seed: 7 })).toContain('begun with seed 1, not 7');
    expect(await refused({ resume: out, verifier: ['bounded'] })).toContain(
      'begun with verifiers reference, ',
    );
    expect(await refused({ resume: out, out: folder })).toContain('leave --out');
    expect(await refused({ resume: folder })).toContain('no fuzzing run');
    expect(await refused({ out, cases: 1 })).toContain('[fuzz-exists]');
    const other = mkdtempSync(join(folder, 'version-'));
    const log = readFileSync(join(out, 'fuzz.jsonl'), 'utf8').split('\n')[0] as string;
    writeFileSync(join(other, 'fuzz.jsonl'), `${log.replace(/"version":"[^"]*"/, '"version":"0.0.0"')}\n`);
    expect(await refused({ resume: other })).toContain('begun with version 0.0.0');
    const { status, stderr } = run('fuzz', '--resume', folder);
    expect([status, stderr.split('\n').length]).toEqual([2, 2]);
  });

  it('ends with its time, over all sessions together', () => {
    const timed = join(folder, 'timed');
    const { status, stdout } = run('fuzz', ...small, '--time', '0', '--out', timed);
    expect(status).toBe(0);
    expect(stdout).toContain('its time was spent');
    expect(json(join(timed, 'fuzz.json'))).toMatchObject({ end: 'time', budget: { seconds: 0 } });
    expect(run('fuzz', '--resume', timed).stdout).toContain('its time was spent');
  });
});

describe('a fuzzing run that is stopped', () => {
  it('ends with its reports on SIGINT, and with 1 where something was found', async () => {
    const out = join(folder, 'interrupted');
    const { status, stderr } = await signalled(out, 'SIGINT', animal);
    expect([status, stderr]).toEqual([1, '']);
    expect(json(join(out, 'results.json'))).toMatchObject({ interrupted: true, complete: false });
    const report = json(join(out, 'fuzz.json'));
    expect(report).toMatchObject({ end: 'interrupted' });
    // Nothing else: what was under way is no crash.
    const stored = readdirSync(join(out, 'findings')).filter((name) => name.endsWith('.json'));
    const ids = report.findings.map(({ id }) => id).filter((id) => /^[0-9a-f]+$/.test(id));
    expect(stored.sort()).toEqual([...new Set(ids)].map((id) => `${id}.json`).sort());
  });

  it('ends with its reports on SIGTERM, and with 3 where nothing was found', async () => {
    const out = join(folder, 'terminated');
    expect((await signalled(out, 'SIGTERM', 'reference')).status).toBe(3);
    expect(json(join(out, 'fuzz.json'))).toMatchObject({ end: 'interrupted', findings: [] });
  });

  it('has on SIGKILL all that was judged, and goes on', async () => {
    const out = join(folder, 'killed');
    expect((await signalled(out, 'SIGKILL', animal)).status).toBeNull();
    expect(existsSync(join(out, 'fuzz.json'))).toBe(false);
    const told = run('report', out);
    expect([told.status, told.stderr]).toEqual([1, '']);
    expect(told.stdout).toContain('--resume goes on');
    expect(json(join(out, 'fuzz.json'))).toMatchObject({ end: 'interrupted', timing: { jobs: 0 } });
    const judged = readFileSync(join(out, 'fuzz.jsonl'), 'utf8').split('{"kind":"case"').length - 1;
    const { status, stdout } = run(
      'fuzz',
      '--resume',
      out,
      '--jobs',
      '1',
      '--cases',
      '1',
      '--format',
      'json',
    );
    expect(status).toBe(1);
    const report = JSON.parse(stdout);
    expect(report.cases).toBeGreaterThanOrEqual(judged - 1);
    expect(report.cases).toBeLessThanOrEqual(judged);
    expect(report.findings.length).toBeGreaterThan(0);
  });
});
