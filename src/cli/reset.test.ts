import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.ts';
import { gauntlet } from './fixtures/command.ts';

const dist = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gauntlet-reset-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
writeFileSync(join(folder, 'author.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** Whatever `open` says, it goes on with what the session before it left. */
function forEver(name: string, rules: string): { readonly module: string } {
  writeFileSync(
    join(folder, `${name}.mjs`),
    `import { createVerifier } from '${dist}/src/verifiers/reference/reference.js';
import { forEver } from '${join(packageRoot(), 'src/verifiers/transports/fixtures/for-ever.mjs')}';
import { withState } from '${dist}/src/device/recipient.js';
export const verifier = forEver(createVerifier({ rules: ${rules} }), withState);
`,
  );
  return { module: `${name}.mjs` };
}

const device = {
  reset: 'none',
  recipient: {
    signingKey: 'author.pem',
    vendorId: 'fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe',
    classId: '1492af1425695e48bf429b2d51f2ab45',
    components: [{ identifier: ['00'] }, { identifier: ['01'] }],
    sequenceNumber: 7,
  },
};
const eight = Array.from({ length: 8 }, (_, i) => ({ identifier: ['0a', `0${i}`] }));
const harness = join(packageRoot(), 'src/verifiers/transports/fixtures/reference-harness.mjs');

writeFileSync(
  join(folder, 'gauntlet.config.json'),
  JSON.stringify({
    verifiers: {
      'for-ever': { ...forEver('for-ever', '{}'), ...device },
      'as-process': {
        process: [process.execPath, harness, dist, '', '', 'for-ever'].map((word) => `'${word}'`).join(' '),
        ...device,
      },
      lax: { ...forEver('lax', '{ acceptsSequence: () => true, digestMatches: () => true }'), ...device },
      'without-reset': { ...forEver('for-ever', '{}'), recipient: device.recipient },
      eight: {
        ...forEver('for-ever', '{}'),
        reset: 'none',
        recipient: { ...device.recipient, components: eight },
      },
      homeless: { builtin: 'reference', reset: 'none' },
    },
  }),
);

const run = (...args: readonly string[]) =>
  gauntlet(['run', '--runs', '1', '--shrink', '0', ...args], { cwd: folder });

const only = ['rollback', 'image', 'authentication'].flatMap((name) => ['--only', name]);

describe('a device that cannot be set back', () => {
  it('is attacked forwards, as module and as process, without a false finding; a broken one is caught', () => {
    const names = ['for-ever', 'as-process', 'lax'];
    const { stdout, stderr } = run(...names.flatMap((name) => ['-v', name]), ...only, '--format', 'json');
    expect(stderr).toBe('');
    const { verifiers, findings, attacks, notes } = JSON.parse(stdout);
    for (const name of ['for-ever', 'as-process']) {
      expect(findings.filter((one: { verifier: string }) => one.verifier === name)).toEqual([]);
      expect(verifiers[name]).toMatchObject({ failed: 0, inconclusive: 0 });
      expect(verifiers[name].proven).toBeGreaterThan(15);
    }
    expect(attacks['as-process']).toEqual(attacks['for-ever']);
    expect(attacks.lax['rollback.sequence.lower'].failed).toBe(1);
    const broken = findings.filter((one: { verifier: string }) => one.verifier === 'lax');
    expect(new Set(broken.map((one: { kind: string }) => one.kind))).toContain('accepted-invalid');
    // No refused control: what was accepted wrongly does not lame the cases after it.
    expect(broken.map((one: { attack: string }) => one.attack)).not.toContain('valid');
    expect(notes.join()).toContain('begin the next run with recipient.sequenceNumber');
  }, 120_000);

  it('may have eight components: each update writes them all', () => {
    const names = [
      'rollback.sequence.lower',
      'image.flip',
      'image.swap',
      'cose.sig.flip',
      'comp.set.partial',
    ];
    const { stdout } = run('-v', 'eight', ...names.flatMap((name) => ['--only', name]), '--format', 'json');
    const { verifiers, findings, attacks } = JSON.parse(stdout);
    expect(findings).toEqual([]);
    expect(verifiers.eight).toMatchObject({ failed: 0, inconclusive: 0 });
    for (const name of ['rollback.sequence.lower', 'image.flip', 'image.swap', 'cose.sig.flip'])
      expect(attacks.eight[name].proven).toBe(1);
  }, 60_000);

  it('is told nothing that it could not come back from', () => {
    const out = join(folder, 'out');
    const { status } = run(
      '-v',
      'for-ever',
      '--only',
      'toctou.anchor',
      '--only',
      'net.reorder',
      '--out',
      out,
    );
    expect(status).toBe(0);
    const log = readFileSync(join(out, 'results.jsonl'), 'utf8');
    expect(log).toContain('on a device without reset: it removes a trust anchor for good');
    expect(log).toContain('on a device without reset: it could leave a number above those of later cases');
  }, 60_000);

  it('without saying so in the config its controls are refused', () => {
    const { stdout } = run('-v', 'without-reset', '--only', 'image', '--format', 'json');
    expect(JSON.parse(stdout).verifiers['without-reset'].proven).toBe(0);
  }, 60_000);

  it.each([
    [['-v', 'for-ever', '--jobs', '2'], 'one process'],
    [['-v', 'for-ever', '--shard', '1/2'], 'one process'],
    [['-v', 'homeless'], 'verifiers.homeless.reset: goes with recipient'],
  ])(
    '%j is wrong usage',
    (args, message) => {
      const { status, stderr } = run(...args, '--only', 'image');
      expect(status).toBe(2);
      expect(stderr).toContain(message);
    },
    30_000,
  );

  it('does not replay, and says why', () => {
    const { status, stderr } = gauntlet(
      ['replay', join(packageRoot(), 'corpus/cases/image.flip.json'), '-v', 'for-ever'],
      { cwd: folder },
    );
    expect(status).toBe(2);
    expect(stderr).toContain('verifiers.for-ever.reset: this device cannot be set back');
  }, 30_000);

  it('is tried by doctor', () => {
    const { stdout } = gauntlet(['doctor', 'for-ever', '--time', '2', '--format', 'json'], { cwd: folder });
    const { checks } = JSON.parse(stdout);
    expect(checks.filter(({ status }: { status: string }) => status === 'failed')).toEqual([]);
    const reset = checks.find(({ name }: { name: string }) => name === 'a new session is a new recipient');
    expect(reset).toMatchObject({ status: 'skipped' });
    expect(reset.note).toContain('reset: none');
  }, 60_000);
});
