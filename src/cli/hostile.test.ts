import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Results } from '../report/results.ts';
import { gauntlet } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Its own name is no better. */
const module = join(folder, '<script>alert(0)<b>\u001b[2J\u202e"\'`|.mjs');
const name = `module:${module}`;
const hostile = new URL('./fixtures/hostile.js', import.meta.url);
writeFileSync(module, `export { verifier } from ${JSON.stringify(hostile.href)};`);

function run(...args: readonly string[]): { status: number | null; told: string } {
  const { status, stdout, stderr } = gauntlet(args);
  return { status, told: `${stdout}${stderr}` };
}

const out = join(folder, 'out');
const cases = ['--only', 'E01', '--runs', '3', '--histories', '2', '--no-stored', '--shrink', '2'];
const { status, told } = run('run', '-v', name, ...cases, '--out', out);
const text = (file: string): string => readFileSync(join(out, file), 'utf8');
/** Control, bidirectional and invisible characters, but for the line's end. */
const acting = /[^\P{C}\n]/u;

describe('what a hostile verifier says', () => {
  it('is found, with its own words as evidence', () => {
    expect(status).toBe(1);
    const { findings, verifiers } = JSON.parse(text('results.json')) as Results;
    expect(Object.keys(verifiers)).toEqual([name]);
    expect(findings.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['valid-refused', 'crashed', 'early-effect']),
    );
    expect(findings.some(({ note }) => note.includes('<script>alert(1)'))).toBe(true);
  });

  it('does not act on the terminal', () => {
    expect(told).toContain('<script>alert(1)');
    expect(told).not.toMatch(acting);
  });

  it.each(['report.html', 'junit.xml', 'summary.md', 'results.sarif', 'results.json', 'results.jsonl'])(
    'is data in %s, and no megabyte',
    (file) => {
      // JSON has its own escapes for control characters; what else is in it is for programs.
      const isForPeople = /html|xml|md/.test(file);
      expect(text(file)).not.toMatch(isForPeople ? acting : /[^\P{Cc}\n]/u);
      expect(statSync(join(out, file)).size).toBeLessThan(400_000);
    },
  );

  it('is no markup in the page, in XML and in Markdown', () => {
    expect(text('report.html').match(/<script\b/g)).toHaveLength(2);
    expect(text('report.html')).not.toContain('<img');
    const tags = new Set(text('junit.xml').match(/<\/?[^\s>?/]+/g));
    expect([...tags].sort()).toEqual([
      '</failure',
      '</testcase',
      '</testsuite',
      '</testsuites',
      '<failure',
      '<skipped',
      '<testcase',
      '<testsuite',
      '<testsuites',
    ]);
    expect(text('summary.md')).not.toMatch(/<(?!br>)|\]\(/);
  });

  it('names no file outside the folder', () => {
    expect(readdirSync(folder).sort()).toEqual([basename(module), 'out']);
    const stored = readdirSync(join(out, 'findings'));
    expect(stored.length).toBeGreaterThan(3);
    for (const one of stored) expect(one).toMatch(/^[0-9a-f]{12}\.(json|suit)$/);
    expect(existsSync(join(folder, '..', 'leaked'))).toBe(false);
  });

  it('is data when the results are compared, bundled and made a baseline', () => {
    const results = join(out, 'results.json');
    const clean = join(folder, 'clean.json');
    const without = JSON.parse(text('results.json')) as Results;
    writeFileSync(clean, JSON.stringify({ ...without, findings: [] }));
    for (const format of ['text', 'markdown']) {
      const compared = run('compare', clean, results, '--format', format);
      expect([compared.status, compared.told.includes('alert')]).toEqual([1, true]);
      expect(compared.told).not.toMatch(acting);
    }
    const baseline = join(folder, 'baseline.json');
    const archive = join(folder, 'run.tar.gz');
    for (const args of [
      ['baseline', results, baseline, '--reason', 'test'],
      ['bundle', out, '-o', archive],
      ['bundle', '--check', archive, '--sample', '0'],
      ['report', out, '--baseline', baseline],
    ]) {
      const ended = run(...args);
      expect([args[0], ended.status]).toEqual([args[0], 0]);
      expect(ended.told).not.toMatch(acting);
    }
  });
});
