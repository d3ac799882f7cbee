import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.ts';
import { filesWithoutName, gauntlet, gauntletPath } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-shards-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => gauntlet(args);

const spec = ['-v', 'reference', '-v', 'zoo:never-checks-sequence'];
const cases = [
  '--only',
  'E',
  '--runs',
  '1',
  '--histories',
  '4',
  '--pairs',
  '2',
  '--shrink',
  '4',
  '--no-stored',
];
const whole = join(folder, 'whole');
const args = ['run', ...spec, ...cases];
const wholeStatus = run(...args, '--jobs', '1', '--out', whole).status;
const expected = filesWithoutName(whole);

describe('a run in parts', () => {
  it('has findings, reports and a log in one process', () => {
    expect(wholeStatus).toBe(1);
    expect(Object.keys(expected)).toEqual(
      expect.arrayContaining(['report.html', 'results.json', 'results.jsonl', 'results.sarif', 'junit.xml']),
    );
    expect(Object.keys(expected).filter((name) => name.startsWith('findings/')).length).toBeGreaterThan(2);
  });

  it('is the same byte for byte when its shards are merged', () => {
    const shards = [1, 2].map((index) => {
      const out = join(folder, `shard-${index}`);
      run(...args, '--shard', `${index}/2`, '--out', out);
      return out;
    });
    const out = join(folder, 'merged');
    expect(run('merge', ...[...shards].reverse(), '--out', out).status).toBe(1);
    expect(filesWithoutName(out)).toEqual(expected);
    const part = join(folder, 'part');
    run('merge', shards[0] as string, '--out', part);
    const results = JSON.parse(readFileSync(join(part, 'results.json'), 'utf8'));
    expect(results.complete).toBe(false);
    expect(results.notes.join()).toContain('missing of 2: 2');
    expect(run('merge', shards[0] as string, whole, '--out', part).stderr).toContain('--shard differ');
  });

  it('is the same byte for byte in two processes', () => {
    const out = join(folder, 'jobs');
    expect(run(...args, '--jobs', '2', '--out', out).status).toBe(1);
    expect(filesWithoutName(out)).toEqual(expected);
  });

  it('is the same on a user’s own envelope, whose control all shards share', () => {
    const stored = join(packageRoot(), 'corpus', 'cases', 'rollback.sequence.lower.json');
    const { control } = JSON.parse(readFileSync(stored, 'utf8'));
    const envelope = join(folder, 'own.suit');
    writeFileSync(envelope, Buffer.from(control.steps[0].delivery.envelope, 'hex'));
    const key = join(folder, 'own.jwk');
    writeFileSync(key, JSON.stringify(jwkOf(control.recipient.anchors[0].key)));
    const own = [
      'run',
      ...spec,
      '--envelope',
      envelope,
      '--key',
      key,
      '--only',
      'A02',
      '--only',
      'E01',
      '--runs',
      '2',
    ];
    const of = (...more: string[]) => JSON.parse(run(...own, ...more, '--format', 'json').stdout);
    const one = of('--jobs', '1');
    expect(one.families.reference.valid).toBeDefined();
    expect(of('--jobs', '2')).toEqual(one);
  });

  it('ends with the error of a process that could not do its part', () => {
    const { status, stderr } = run('run', '-v', 'module:./nowhere.mjs', '--jobs', '2', '--only', 'E01');
    expect([status, stderr]).toEqual([2, expect.stringContaining('nowhere.mjs')]);
    expect(run('run', '--shard', '4/3').status).toBe(2);
  });
});

/** The public part of a stored anchor. */
function jwkOf(key: { kty: string; crv: string; x: string; y?: string }): Record<string, string> {
  const base64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
  return { kty: key.kty, crv: key.crv, x: base64url(key.x), ...(key.y && { y: base64url(key.y) }) };
}

describe('a run that was killed', () => {
  /** As kill -9 leaves it: the log up to some byte, and findings as far as they were written. */
  function brokenOff(name: string, share: number): string {
    const out = join(folder, name);
    cpSync(whole, out, { recursive: true });
    for (const file of readdirSync(out))
      if (file !== 'results.jsonl') rmSync(join(out, file), { recursive: true });
    const log = join(out, 'results.jsonl');
    truncateSync(log, Math.floor(statSync(log).size * share));
    return out;
  }

  it.each([0, 0.731])('at %d of its log is completed to the same report', (share) => {
    const out = brokenOff(`broken-${share}`, share);
    // The log names the folder that it was in nowhere.
    expect(run(...args, '--resume', '--jobs', '1', '--out', out).status).toBe(1);
    expect(filesWithoutName(out)).toEqual(expected);
  });

  it('with two processes is completed to the same report', async () => {
    const out = join(folder, 'jobs-killed');
    const child = spawn(process.execPath, [gauntletPath, ...args, '--jobs', '2', '--out', out], {
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    const log = join(out, 'jobs', '1-of-2', 'results.jsonl');
    while (!existsSync(log) || readFileSync(log, 'utf8').split('\n').length < 8) await setTimeout(5);
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(join(out, 'results.json'))).toBe(false);
    // Its children end by themselves: none writes to the logs while they are taken up.
    await setTimeout(500);
    expect(run(...args, '--resume', '--out', out).status).toBe(1);
    expect(filesWithoutName(out)).toEqual(expected);
  });

  it('is reported as far as it came, with its findings as files', () => {
    const out = brokenOff('reported', 0.9);
    expect(run('report', out).status).toBe(1);
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(results).toMatchObject({ complete: false });
    expect(results.notes.join()).toContain('made of results.jsonl');
    const found = results.findings.filter(({ clause }: { clause: string }) => clause !== 'none');
    expect(found.length).toBeGreaterThan(2);
    for (const { id, replay, outcome } of found) {
      expect(existsSync(join(out, 'findings', `${id}.json`))).toBe(true);
      expect(replay).toContain(join(out, 'findings', `${id}.json`));
      expect(outcome.kind).toBeDefined();
    }
    const [one] = found;
    expect(run('replay', join(out, 'findings', `${one.id}.json`), '-v', one.verifier).status).toBe(1);
  });

  it('is not taken up with other options', () => {
    const out = brokenOff('other', 0.5);
    const { status, stderr } = run(...args, '--resume', '--seed', '2', '--out', out);
    expect([status, stderr]).toEqual([2, expect.stringContaining('seed differ')]);
  });
});
