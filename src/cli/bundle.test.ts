import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonSchema } from '../json-schema.ts';
import { packageRoot } from '../package-root.ts';
import { readArchive, writeArchive } from './archive.ts';
import { ownCorpus } from './corpus.ts';
import { gauntlet } from './fixtures/command.ts';
import { sha256 } from './run-plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-bundle-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => gauntlet(args);

const corpus = join(folder, 'corpus');
mkdirSync(corpus);
cpSync(join(ownCorpus(), 'rollback.sequence.lower.json'), join(corpus, 'one.json'));
const results = join(folder, 'results');
const specs = ['-v', 'reference', '-v', 'zoo:never-checks-sequence'];
const cases = ['--only', 'E01', '--runs', '2', '--no-stored', '--corpus', corpus, '--shrink', '2'];
const wholeStatus = run('run', ...specs, ...cases, '--out', results).status;
writeFileSync(join(results, 'author.pem'), '-----BEGIN PRIVATE KEY-----\nMIG\n');
const archive = join(folder, 'a.tar.gz');
const made = run('bundle', results, '-o', archive);
const files = existsSync(archive) ? await readArchive(readFileSync(archive), archive) : new Map();

const text = (name: string): string => Buffer.from(files.get(name) ?? []).toString('utf8');

/** An archive with other files, and sums that fit them. */
async function forged(change: (all: Map<string, Uint8Array>) => void): Promise<string> {
  const all = new Map<string, Uint8Array>(files);
  change(all);
  all.delete('SHA256SUMS');
  const lines = [...all].map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`);
  all.set('SHA256SUMS', Buffer.from(lines.join('')));
  const path = join(folder, 'forged.tar.gz');
  writeFileSync(path, await writeArchive(all));
  return path;
}

describe('a bundle', () => {
  it('has results, inputs, findings and the clause ledger, and nothing else of the folder', () => {
    expect(wholeStatus).toBe(1);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const bundle = JSON.parse(text('bundle.json')) as { inputs: unknown; verifiers: { sha256: string }[] };
    expect(jsonSchema('bundle').check(bundle)).toBeUndefined();
    expect(bundle).toMatchObject({
      run: { seed: 1, complete: true, findings: 2, choice: { only: ['E01'] } },
      inputs: [{ path: corpus, in: 'inputs/1-corpus' }],
    });
    for (const name of ['results/results.json', 'results/results.jsonl', 'results/report.html', 'clauses.md'])
      expect([name, files.has(name)]).toEqual([name, true]);
    expect(text('inputs/1-corpus/one.json')).toBe(readFileSync(join(corpus, 'one.json'), 'utf8'));
    expect([...files.keys()].some((name) => name.startsWith('results/findings/'))).toBe(true);
    expect(files.has('results/author.pem')).toBe(false);
  });

  it('is the same bytes each time', () => {
    const again = join(folder, 'b.tar.gz');
    expect(run('bundle', results, '-o', again).status).toBe(0);
    expect(readFileSync(again).equals(readFileSync(archive))).toBe(true);
  });

  it('has no private key', () => {
    for (const [name] of files)
      expect([name, /PRIVATE KEY|"d"\s*:\s*"/.test(text(name))]).toEqual([name, false]);
  });

  it('is not made of results with a private key in them', () => {
    const leaking = join(folder, 'leaking');
    cpSync(results, leaking, { recursive: true });
    mkdirSync(join(leaking, 'findings'), { recursive: true });
    writeFileSync(join(leaking, 'findings', 'a.json'), `{"key":{"d":"${'ab'.repeat(32)}"}}`);
    const out = join(folder, 'leaking.tar.gz');
    const { status, stderr } = run('bundle', leaking, '-o', out);
    expect(status).toBe(2);
    expect(stderr).toContain('results/findings/a.json has a private key');
    expect(existsSync(out)).toBe(false);
  });

  it('is checked with tools of others', () => {
    const unpacked = join(folder, 'unpacked');
    for (const [name, bytes] of files) {
      mkdirSync(dirname(join(unpacked, name)), { recursive: true });
      writeFileSync(join(unpacked, name), bytes);
    }
    const options = { cwd: unpacked, encoding: 'utf8' } as const;
    const { status, stdout } = spawnSync('sha256sum', ['-c', 'SHA256SUMS'], options);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n').length).toBe(files.size - 1);
  });
});

describe('bundle --check', () => {
  it('runs a sample of cases and findings again', () => {
    const { status, stdout } = run('bundle', '--check', archive, '--format', 'json');
    expect(status).toBe(0);
    const told = JSON.parse(stdout) as { rerun: number };
    expect(told).toMatchObject({ problems: [], notes: [] });
    expect(told.rerun).toBe(7);
  });

  it('finds a file that was changed, added or taken away', async () => {
    const all = new Map<string, Uint8Array>(files);
    all.set('clauses.md', Buffer.from('all well'));
    all.set('more.txt', Buffer.from('more'));
    all.delete('results/junit.xml');
    const path = join(folder, 'changed.tar.gz');
    writeFileSync(path, await writeArchive(all));
    const { status, stdout } = run('bundle', '--check', path);
    expect(status).toBe(1);
    expect(stdout).toContain('clauses.md is not what SHA256SUMS says');
    expect(stdout).toContain('more.txt is not in SHA256SUMS');
    expect(stdout).toContain('results/junit.xml is missing');
    expect(stdout).toContain('0 cases run again');
  });

  it('finds verdicts that were written over, though the sums fit', async () => {
    const path = await forged((all) =>
      all.set(
        'results/results.jsonl',
        Buffer.from(text('results/results.jsonl').replaceAll('"verdict":"failed"', '"verdict":"proven"')),
      ),
    );
    const { status, stdout } = run('bundle', '--check', path);
    expect(status).toBe(1);
    expect(stdout).toMatch(/rollback\.sequence\.lower\) on zoo:never-checks-sequence: failed/);
  });

  it('runs no program that only the archive names', async () => {
    const trap = join(folder, 'trapped');
    const spec = `process:touch ${trap}`;
    const path = await forged((all) => {
      for (const name of ['results/results.jsonl', 'results/results.json', 'bundle.json'])
        all.set(name, Buffer.from(text(name).replaceAll('zoo:never-checks-sequence', spec)));
    });
    const { status, stdout } = run('bundle', '--check', path);
    expect([status, existsSync(trap)]).toEqual([0, false]);
    expect(stdout).toContain(`${spec} was not run again`);
    // Asked for, it is run, and is no verifier.
    run('bundle', '--check', path, '-v', spec);
    expect(existsSync(trap)).toBe(true);
  });

  it('says so where nothing can be run again', async () => {
    const path = await forged((all) =>
      all.set(
        'bundle.json',
        Buffer.from(text('bundle.json').replaceAll(/"version": "[^"]*"/g, '"version": "9"')),
      ),
    );
    const { status, stdout } = run('bundle', '--check', path);
    expect(status).toBe(1);
    expect(stdout).toContain('the run was made by version 9');
    expect(run('bundle', '--check', path, '--sample', '0').status).toBe(0);
  });
});

describe('a damaged archive', () => {
  const packed = existsSync(archive) ? readFileSync(archive) : Buffer.alloc(0);
  const refused = (bytes: Uint8Array) =>
    readArchive(bytes, 'x.tar.gz').then(
      () => 'read',
      (thrown: unknown) => String(thrown),
    );
  const tarOf = async (bytes: Uint8Array): Promise<Buffer> => {
    const { gunzipSync } = await import('node:zlib');
    return gunzipSync(bytes);
  };

  it('is named with what is wrong and where', async () => {
    expect(await refused(packed.subarray(0, 1000))).toContain('x.tar.gz is damaged: its gzip layer');
    expect(await refused(Buffer.from('no archive'))).toContain('its gzip layer');
    const tar = await tarOf(packed);
    expect(await refused(gzipSync(tar.subarray(0, tar.length / 2)))).toMatch(/after the entry "[a-z]/);
    const broken = Buffer.from(tar);
    broken.fill(0x41, 0, 512);
    expect(await refused(gzipSync(broken))).toContain('at its first entry');
    expect(await refused(await writeArchive(new Map()))).toBe('read');
  });

  it('leads nowhere out of its folder', async () => {
    const names = ['../up', '/etc/x', 'a/../../b', 'a//b', 'a\\..\\b', 'c:x', 'a/./b', 'ä'];
    for (const name of names) {
      const bytes = await writeArchive(new Map([[name, Buffer.from('x')]]));
      expect([name, await refused(bytes)]).toEqual([
        name,
        expect.stringContaining('leads out of the archive'),
      ]);
    }
  });

  it('has files only, and each once', async () => {
    const tar = await tarOf(await writeArchive(new Map([['a', Buffer.from('x')]])));
    const link = Buffer.from(tar);
    link[156] = '2'.charCodeAt(0);
    let sum = 0;
    link.fill(' ', 148, 156);
    for (const byte of link.subarray(0, 512)) sum += byte;
    link.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(await refused(gzipSync(link))).toContain('is a symlink, not a file');
    const twice = Buffer.concat([tar.subarray(0, 1024), tar]);
    expect(await refused(gzipSync(twice))).toContain('is there twice');
  });

  it('of another kind is no bundle', () => {
    const path = join(folder, 'other.tar.gz');
    writeFileSync(path, gzipSync(readFileSync(join(packageRoot(), 'package.json'))));
    expect(run('bundle', '--check', path)).toMatchObject({ status: 2, stdout: '' });
  });
});
