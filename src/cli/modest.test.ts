import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { WorstReport } from '../measure/worst.ts';

const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gauntlet-modest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The reference, claiming little: updates alone, signed by ES256.
const reference = new URL('../verifiers/reference/reference.js', import.meta.url).href;
writeFileSync(
  join(folder, 'modest.mjs'),
  `import { referenceVerifier } from '${reference}';
const reference = referenceVerifier();
const claims = { ...(await reference.hello()), events: ['update'], algorithms: [-7], structures: ['sign1'] };
export const verifier = { hello: () => claims, open: (recipient) => reference.open(recipient) };
`,
);
const module = 'modest.mjs';
const recipient = { signingKey: 'x', vendorId: '0', classId: '0', components: [] };
const verifiers = { mine: { module }, other: { module }, own: { builtin: 'bounded' } };
writeFileSync(join(folder, 'gauntlet.config.json'), JSON.stringify({ verifiers }));

function run(...args: string[]): { readonly status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [gauntlet, ...args], { encoding: 'utf8', cwd: folder });
}

describe('verifiers of the config file that claim little', () => {
  it('are fuzzed with what they claim, and so when the run goes on', () => {
    const args = ['--only', 'E', '--no-stored', '--jobs', '1', '--shrink', '0', '--out', 'fuzz'];
    const { status, stderr } = run('fuzz', '-v', 'mine', '--cases', '40', ...args);
    expect([status, stderr]).toEqual([0, '']);
    const read = (): { readonly cases: number; readonly behaviours: { readonly mine: object } } =>
      JSON.parse(readFileSync(join(folder, 'fuzz', 'fuzz.json'), 'utf8'));
    const proven = Object.keys(read().behaviours.mine).filter((one) => one.startsWith('proven'));
    expect(proven.length).toBeGreaterThan(0);
    const more = run('fuzz', '--resume', 'fuzz', '--jobs', '1', '--cases', '64');
    expect([more.status, read().cases]).toEqual([0, 64]);
    const [setup] = readFileSync(join(folder, 'fuzz', 'fuzz.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(setup as string).setup.within).toMatchObject({ algorithms: [-7] });
  }, 60_000);

  it('are compared on what they claim', () => {
    const args = ['--runs', '1', '--only', 'E', '--format', 'json'];
    const { status, stdout } = run('compare', '-v', 'mine', '-v', 'other', ...args);
    expect(status).toBe(0);
    const { compared, unanswered } = JSON.parse(stdout);
    expect(compared).toBeGreaterThan(unanswered);
  }, 60_000);

  it('are measured by their names, in deliveries of their algorithm', () => {
    const args = ['--metric', 'time', '--tries', '5', '--bytes', '600', '--key', 'signed'];
    const { status, stdout } = run('worst', '-v', 'mine', ...args, '--format', 'json');
    expect(status).toBe(0);
    const [{ verifier, worst }] = JSON.parse(stdout) as [WorstReport];
    expect(verifier).toBe('mine');
    // The protected header of ES256.
    expect(worst.envelope).toContain('43a10126');
    const bench = run('bench', '-v', 'mine', '-v', 'own', '--counted', '--envelope', 'algorithm-es256');
    expect(bench.status).toBe(0);
    expect(bench.stdout).toMatch(/^mine /m);
    expect(bench.stdout).toMatch(/^bounded /m);
  }, 60_000);

  it.each(['bench', 'worst', 'run', 'fuzz'])('%s tells the same of a name that nobody has', (command) => {
    const { status, stderr } = run(command, '-v', 'mien');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /there is no verifier mien\. In the config file: mine, other, own\..*\[verifier-unknown\]/s,
    );
  });

  it.each(['bench', 'worst'])('%s refuses a verifier with a device of its own', (command) => {
    const file = join(folder, 'own-device.json');
    writeFileSync(file, JSON.stringify({ verifiers: { mine: { module, recipient } } }));
    const { status, stderr } = run(command, '-v', 'mine', '--config', file);
    expect(status).toBe(2);
    expect(stderr).toContain(`${file}: verifiers.mine.recipient`);
  });
});
