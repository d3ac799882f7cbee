import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keyToJwk } from '../cose/key-files.ts';
import { authorP256 } from '../cose/test-keys.ts';
import { jsonSchema } from '../json-schema.ts';
import type { VerifierComparison } from '../report/compare-verifiers.ts';
import type { Results } from '../report/results.ts';
import { encode, release } from '../suit/parts.ts';
import { author, manifest } from '../verifiers/reference/fixtures/trial.ts';
import { type CompareOptions, runCompare } from './compare.ts';
import { gauntlet } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => gauntlet(args);

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const pair = ['-v', 'reference', '-v', 'library:cbor-x'];

describe('gauntlet compare, verifiers', () => {
  it('ends with 0 where they do not part', () => {
    const { status, stdout } = run('compare', ...pair, '--only', 'E01', '--runs', '2');
    expect(stdout).toContain('reference, library:cbor-x');
    expect(status).toBe(0);
  });

  it('ends with 1 where they part, and prints the line that shows one case again', () => {
    const args = ['compare', ...pair, '--only', 'cose.hdr.dup', '--runs', '2', '--format', 'json'];
    const { status, stdout } = run(...args);
    expect(status).toBe(1);
    expect(run(...args).stdout).toBe(stdout);
    const comparison = JSON.parse(stdout) as VerifierComparison;
    expect(jsonSchema('compare').check(comparison)).toBeUndefined();
    expect(comparison).toMatchObject({ cases: 2, parted: { decision: 2 } });
    const [, second] = comparison.partings;
    const words = second?.replay.split(' ') ?? [];
    expect(words.slice(0, 2)).toEqual(['gauntlet', 'compare']);
    const again = run(...words.slice(1), '--format', 'json');
    expect(again.status).toBe(1);
    expect((JSON.parse(again.stdout) as VerifierComparison).partings).toEqual([{ ...second, case: 0 }]);
    expect(run(...words.slice(1), '--format', 'markdown').stdout).toContain('# Verifiers compared');
  });

  it('delivers stored histories and pairs too', () => {
    const out = join(folder, 'composed');
    const composed = ['--only', 'E01', '--runs', '1', '--histories', '6', '--pairs', '4', '--no-stored'];
    run('run', ...composed, '--shrink', '0', '-v', 'zoo:accepts-everything', '--out', out);
    const { findings } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    const files = ['history.', 'pair.'].map((start) => {
      const found = findings.find(({ attack }) => attack.startsWith(start));
      return join(out, 'findings', `${found?.id}.json`);
    });
    const specs = ['-v', 'reference', '-v', 'zoo:accepts-everything'];
    const { status, stdout } = run('compare', ...specs, ...files, '--format', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ cases: 2, parted: { decision: 2 } });
  });

  it('delivers stored cases and envelopes, and shows them again by their file', () => {
    const specs = ['-v', 'reference', '-v', 'zoo:never-checks-sequence'];
    const out = join(folder, 'out');
    run('run', '--runs', '1', '--only', 'E01', '-v', 'zoo:never-checks-sequence', '--out', out);
    const [finding] = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')).findings;
    const stored = join(out, 'findings', `${finding.id}.json`);
    const { status, stdout } = run('compare', ...specs, stored, '--format', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      cases: 1,
      parted: { decision: 1 },
      partings: [{ replay: `gauntlet compare ${specs.join(' ')} ${stored}` }],
    });

    const key = file('author.jwk.json', JSON.stringify(keyToJwk(authorP256, { private: true })));
    const envelope = file("it's.suit", encode(release(manifest(), [author])));
    const given = [stored, envelope, '--key', key, '--only', 'E01', '--runs', '1', '--format', 'json'];
    const both = JSON.parse(run('compare', ...specs, ...given).stdout) as VerifierComparison;
    expect(both).toMatchObject({ cases: 2, parted: { decision: 2 } });
    expect(both.partings[1]?.replay).toBe(
      `gauntlet compare ${specs.join(' ')} '${envelope.replace("'", "'\\''")}' --key ${key} --seed 1 --only rollback.sequence.lower --round 0`,
    );
  });
});

describe('gauntlet compare, result files', () => {
  const out = (spec: string): string => {
    const path = join(folder, spec.replaceAll(':', '-'));
    run('run', '--runs', '1', '--only', 'E01', '-v', spec, '--out', path);
    return join(path, 'results.json');
  };

  it('ends with 0 on the same, with 1 on others, in every format', () => {
    const [good, bad] = [out('reference'), out('zoo:never-checks-sequence')];
    expect(run('compare', good, good)).toMatchObject({ status: 0, stderr: '' });
    const { status, stdout } = run('compare', good, bad);
    expect(status).toBe(1);
    expect(stdout).toContain('B  accepted-invalid, rollback.sequence.lower');
    expect(run('compare', good, bad, '--format', 'markdown').stdout).toContain('# Results compared');
    const json = run('compare', good, bad, good, '--format', 'json');
    expect(json.status).toBe(1);
    expect(jsonSchema('compare').check(JSON.parse(json.stdout))).toBeUndefined();
  });
});

describe('bad input is refused with one clear sentence', () => {
  const junk = file('junk.suit', 'not cbor');
  const object = file('object.json', '{}');
  const two = { verifier: ['reference', 'library:cbor-x'] };
  it.each<[readonly string[], Partial<CompareOptions>, string]>([
    [[], {}, 'give two verifiers with -v, or two results.json'],
    [[object], {}, 'give two verifiers with -v, or two results.json'],
    [[object, object], {}, 'object.json is no results.json'],
    [[object, join(folder, 'missing.json')], {}, 'object.json is no results.json'],
    [[junk, junk], {}, 'is not JSON'],
    [[object, object], { seed: 2 }, 'go with --verifier'],
    [[], { verifier: ['reference'] }, 'two different verifiers'],
    [[], { verifier: ['reference', 'reference'] }, 'two different verifiers'],
    [[], { verifier: ['reference', 'no-such-verifier'] }, 'no-such-verifier'],
    [[], { ...two, only: ['no.such.attack'] }, 'no.such.attack'],
    [[], { ...two, key: object }, 'go with an envelope'],
    [[object], two, 'object.json'],
    [[junk], two, 'needs --key'],
    [[join(folder, 'missing.suit')], two, 'missing.suit'],
  ])('%j %j: %s', async (files, options, words) => {
    await expect(
      runCompare(files, { deadline: 2000, memory: 256, format: 'text', ...options }),
    ).rejects.toMatchObject({ name: 'BenchError', blame: 'usage', message: expect.stringContaining(words) });
  });

  it.each([
    [['--format', 'html'], 'html'],
    [['--round', 'x'], 'whole number'],
    [['-v', 'reference'], 'two different verifiers'],
  ])('%j ends with 2 and prints nothing else', (args, words) => {
    const ended = run('compare', ...args);
    expect(ended).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(words) });
  });
});
