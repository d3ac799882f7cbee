import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { packageRoot } from '../package-root.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { gauntlet, gauntletPath } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => gauntlet(args);

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const module = (name: string): string =>
  `module:${join(packageRoot(), 'src/verifiers/transports/fixtures/broken', `${name}.mjs`)}`;

/** A module that claims all that the reference does, and answers so. */
async function misbehaving(name: string, deliver: string): Promise<string> {
  const claims = JSON.stringify(await referenceVerifier().hello());
  const text = `export const verifier = { hello: () => (${claims}), open: () => ({ deliver: () => { ${deliver} } }) };`;
  return `module:${file(`${name}.mjs`, text)}`;
}

describe('gauntlet run', () => {
  it('prints results that fit their schema, and nothing else, with --format json', () => {
    const { status, stdout } = run('run', '--runs', '1', '--only', 'rollback', '--format', 'json');
    expect(status).toBe(0);
    expect(jsonSchema('results').check(JSON.parse(stdout))).toBeUndefined();
  });

  it('runs histories of several deliveries, and stores their findings like others', () => {
    const out = join(folder, 'histories');
    const cases = ['--runs', '0', '--histories', '6', '--pairs', '2', '--no-stored'];
    const args = ['run', ...cases, '--shrink', '20', '--out', out];
    const { status, stdout } = run(...args, '-v', 'zoo:never-checks-sequence', '--format', 'json');
    expect(status).toBe(1);
    const results = JSON.parse(stdout);
    expect(jsonSchema('results').check(results)).toBeUndefined();
    expect(results).toMatchObject({ planned: 8, done: 8, subject: '6 histories and 2 pairs' });
    const attacks = Object.keys(results.attacks['zoo:never-checks-sequence']).filter(
      (id) => !id.startsWith('valid'),
    );
    expect(attacks).toEqual(['history.mixed', 'history.power-cut', 'pair.A-B', 'pair.B-C']);
    expect(results.findings[0]).toMatchObject({ attack: 'history.mixed', shrunk: true });
    const stored = join(out, 'findings', `${results.findings[0].id}.json`);
    expect(run('replay', stored, '-v', 'zoo:never-checks-sequence').status).toBe(1);
    expect(run('replay', stored, '-v', 'reference').status).toBe(0);
  });

  it('is the same for the same seed, and another for another', () => {
    const of = (seed: string): string =>
      run(
        'run',
        '--runs',
        '1',
        '--only',
        'replay',
        '--seed',
        seed,
        '--format',
        'json',
        '-v',
        'zoo:never-checks-sequence',
      ).stdout;
    expect(of('1')).toBe(of('1'));
    expect(of('2')).not.toBe(of('1'));
  });

  it('delivers valid scenarios, by family, with --valid', () => {
    const all = run('run', '--valid', '--runs', '1', '--format', 'json');
    expect(all.status).toBe(0);
    const results = JSON.parse(all.stdout);
    expect(jsonSchema('results').check(results)).toBeUndefined();
    expect(results.verifiers.reference.accepted).toBe(results.done);
    expect(Object.keys(results.attacks.reference)).toEqual(
      expect.arrayContaining(['valid.mixed', 'valid.override']),
    );
    const one = run('run', '--only', 'V39', '--runs', '2', '-v', 'reference');
    expect(one.stdout).toMatch(/valid\.strict\.order +2\/2/);
    const refused = run('run', '--valid', '--only', 'V39', '--runs', '1', '-v', module('reject-all'));
    expect(refused.status).toBe(1);
    expect(run('run', '--valid', '--only', 'V48').stderr).toContain('not built yet');
  });

  it('writes its reports, findings that replay, and keeps a baseline', () => {
    const out = join(folder, 'out');
    const args = ['run', '--runs', '1', '--only', 'E01', '-v', 'zoo:never-checks-sequence', '--out', out];
    expect(run(...args).status).toBe(1);
    const lines = readFileSync(join(out, 'results.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).verdict)).toContain('failed');
    const [finding] = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')).findings;
    const stored = join(out, 'findings', `${finding.id}.json`);
    expect(run('replay', stored, '-v', 'zoo:never-checks-sequence').status).toBe(1);
    expect(run('replay', stored, '-v', 'reference').status).toBe(0);
    // The judged envelope's bytes stand beside it.
    expect(readFileSync(join(out, 'findings', `${finding.id}.suit`)).length).toBe(finding.bytes);
    // A folder of findings is a corpus: its cases come before those that are generated.
    const again = run(
      'run',
      '--runs',
      '0',
      '--no-stored',
      '-v',
      'zoo:never-checks-sequence',
      '--corpus',
      join(out, 'findings'),
      '--format',
      'json',
    );
    expect(again.status).toBe(1);
    const replayed = JSON.parse(again.stdout);
    expect(replayed.done).toBe(1);
    expect(replayed.findings[0]).toMatchObject({ attack: finding.attack, kind: finding.kind });
    const baseline = join(folder, 'baseline.json');
    expect(run('baseline', join(out, 'results.json'), baseline, '--reason', 'on purpose').status).toBe(0);
    expect(run(...args, '--baseline', baseline).status).toBe(0);
    // Listed, but no longer seen.
    const known = JSON.parse(readFileSync(baseline, 'utf8'));
    known.known.push({ ...known.known[0], kind: 'not-live' });
    writeFileSync(baseline, JSON.stringify(known));
    expect(run(...args, '--baseline', baseline).status).toBe(1);
  });

  it.each(['accept-all', 'reject-all', 'claims-nothing', 'throws', 'exits-0', 'garbage'])(
    'never ends with 0 for the verifier %s',
    (name) => {
      const { status, stdout } = run(
        'run',
        '--runs',
        '1',
        '--only',
        'E01',
        '-v',
        module(name),
        '--format',
        'json',
      );
      expect(status).toBe(1);
      const [counts] = Object.values(JSON.parse(stdout).verifiers) as { proven: number }[];
      expect(counts?.proven).toBe(0);
    },
  );

  it('gives up a verifier whose controls hang three times in a row', async () => {
    const spec = await misbehaving('spinning', 'for (;;) {}');
    const args = ['run', '--runs', '6', '--only', 'E01', '-v', spec, '--deadline', '200', '--format', 'json'];
    const { status, stdout } = run(...args);
    expect(status).toBe(1);
    const results = JSON.parse(stdout);
    expect(results.findings.map((finding: { kind: string }) => finding.kind)).toContain('stopped');
    expect(results.outcomes[spec].hung).toBe(3);
    expect(results.done).toBe(results.planned);
  });

  it.each([
    [
      'accepts everything',
      "return { kind: 'accepted', level: 'invoked', state: { sequenceNumber: 0n } }",
      'wrong-state',
    ],
    ['refuses everything', "return { kind: 'rejected' }", 'valid-refused'],
    ['throws', "throw new Error('no')", 'crashed'],
    ['answers garbage', "return { kind: 'maybe' }", 'protocol-error'],
  ])('finds what is wrong with a verifier that %s', async (name, deliver, kind) => {
    const spec = await misbehaving(name.replaceAll(' ', '-'), deliver);
    const { status, stdout } = run('run', '--runs', '1', '--only', 'E01', '-v', spec, '--format', 'json');
    expect(status).toBe(1);
    const results = JSON.parse(stdout);
    expect(results.verifiers[spec].proven).toBe(0);
    expect(results.findings.map((finding: { kind: string }) => finding.kind)).toContain(kind);
  });

  it('skips a verifier of another revision, and exits with 1', async () => {
    const claims = JSON.stringify({ ...(await referenceVerifier().hello()), revisions: ['36'] });
    const text = `export const verifier = { hello: () => (${claims}), open: () => ({ deliver: () => ({ kind: 'rejected' }) }) };`;
    const spec = `module:${file('older.mjs', text)}`;
    const { status, stdout } = run('run', '--runs', '1', '--only', 'E01', '-v', spec, '--format', 'json');
    expect(status).toBe(1);
    const { verifiers, findings } = JSON.parse(stdout);
    expect(verifiers[spec]).toMatchObject({ proven: 0, unattributed: 0, failed: 0 });
    expect(verifiers[spec].skipped).toBeGreaterThan(0);
    expect(findings.map(({ kind }: { kind: string }) => kind)).toEqual(['nothing-proven']);
  });

  it('names what crashed, and goes on', async () => {
    const spec = await misbehaving('crashing', 'process.exit(1)');
    const { status, stdout } = run(
      'run',
      '--runs',
      '1',
      '--only',
      'E01',
      '-v',
      spec,
      '-v',
      'reference',
      '--no-stored',
      '--format',
      'json',
    );
    expect(status).toBe(1);
    const results = JSON.parse(stdout);
    expect(results.findings.map((finding: { kind: string }) => finding.kind)).toContain('crashed');
    expect(results.verifiers.reference.proven).toBe(1);
  });
});

/** Starts a run far too long for a test, and sends the signal once it has judged something. */
async function killed(
  out: string,
  signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL',
  verifier = 'reference',
): Promise<number | null> {
  const long = ['run', '--runs', '100000', '--only', 'E01', '--no-stored', '-v', verifier];
  const args = [...long, '--out', out, '--format', 'json'];
  const child = spawn(process.execPath, [gauntletPath, ...args], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const log = join(out, 'results.jsonl');
  while (!existsSync(log) || readFileSync(log, 'utf8').split('\n').length < 20) await setTimeout(20);
  child.kill(signal);
  const [status] = await ended;
  return status as number | null;
}

describe('a run that is stopped', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('writes the results of what was reached, on %s', async (signal) => {
    const out = join(folder, signal);
    expect(await killed(out, signal)).toBe(3);
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(results).toMatchObject({ complete: false, interrupted: true, planned: 100000 });
    expect(jsonSchema('results').check(results)).toBeUndefined();
    expect(results.verifiers.reference.proven).toBeGreaterThan(0);
    expect(results.notes.join()).toContain('interrupted');
  });

  it('exits 1 on a signal where something was found', async () => {
    const out = join(folder, 'interrupted-findings');
    expect(await killed(out, 'SIGINT', 'zoo:never-checks-sequence')).toBe(1);
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(results.interrupted).toBe(true);
    expect(results.findings[0]).toMatchObject({ kind: 'accepted-invalid', shrunk: false });
  });

  it('ends with its time, and that is no interruption', () => {
    const cut = ['run', '--runs', '100000', '--only', 'E01', '--no-stored', '--time', '0'];
    const { status, stdout } = run(...cut, '--format', 'json');
    expect(status).toBe(0);
    const results = JSON.parse(stdout);
    expect(results).toMatchObject({ complete: false, planned: 100000 });
    expect(results.interrupted).toBeUndefined();
    expect(results.done).toBeGreaterThan(0);
  });

  it('leaves on SIGKILL what gauntlet report makes results of', async () => {
    const out = join(folder, 'killed');
    expect(await killed(out, 'SIGKILL')).toBeNull();
    expect(existsSync(join(out, 'results.json'))).toBe(false);
    const { status, stdout } = run('report', out, '--format', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))).toEqual(JSON.parse(stdout));
    expect(JSON.parse(stdout).verifiers.reference.proven).toBeGreaterThan(0);
    expect(run('report', folder).status).toBe(2);
  });
});

describe('bad input ends with one clear line', () => {
  const empty = file('empty.suit', '');
  const huge = file('huge.suit', '');
  truncateSync(huge, 1024 ** 3);
  const junk = file('junk.suit', 'not cbor');
  const rsa = file('rsa.jwk.json', '{"kty":"RSA","n":"AQAB","e":"AQAB"}');
  const oct = file('oct.jwk.json', '{"kty":"oct","k":"AAAA"}');
  const old = file('old.json', '{"format":"suit-gauntlet/case/0"}');
  const badBaseline = file(
    'bad-baseline.json',
    '{"format":"suit-gauntlet/baseline/1","known":[{"verifier":"x"}]}',
  );

  it.each([
    [['run', '--envelope', join(folder, 'missing.suit'), '--key', oct], 2, 'missing.suit'],
    [['run', '--envelope', folder, '--key', oct], 2, 'directory'],
    [['run', '--envelope', empty, '--key', oct], 2, 'empty'],
    [['run', '--envelope', huge, '--key', oct], 2, '1073741824 bytes'],
    [['run', '--envelope', junk, '--key', oct], 2, 'cannot be attacked'],
    [['run', '--envelope', junk, '--key', rsa], 2, 'rsa.jwk.json'],
    [['run', '--envelope', junk], 2, '--key'],
    [['run', '-v', 'no-such-verifier'], 2, 'no-such-verifier'],
    [['run', '-v', 'module:./nowhere.mjs'], 2, 'nowhere.mjs'],
    [['run', '-v', module('dead-at-start')], 2, 'dead-at-start'],
    [['run', '--only', 'no.such.attack'], 2, 'no.such.attack'],
    [['run', '--only', 'dep.unchecked'], 2, 'not built yet'],
    [['run', '--baseline', badBaseline], 2, 'entry 0'],
    [['run', '--runs', 'many'], 2, 'whole number'],
    [['run', '--runs', '0', '--no-stored', '--histories', '0'], 2, 'nothing to run'],
    [['replay', old], 2, 'suit-gauntlet/case/0'],
    [['explain', join(folder, 'missing.suit')], 2, 'missing.suit'],
    [['no-such-command'], 2, 'no-such-command'],
  ])('%j', (args, status, words) => {
    const ended = run(...(args as string[]));
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain(words);
    expect(ended.status).toBe(status);
  });
});
