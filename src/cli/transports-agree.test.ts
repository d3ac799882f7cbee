import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.ts';
import { sessionPrefix } from '../verifiers/transports/session-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-agree-'));
// Of this file alone: other tests run at the same time.
process.env.TMPDIR = mkdtempSync(join(folder, 'tmp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
const dist = fileURLToPath(new URL('../..', import.meta.url));
const harness = join(packageRoot(), 'src/verifiers/transports/fixtures/reference-harness.mjs');
const asProcess = (...args: string[]) => ({
  process: [process.execPath, harness, dist, ...args].map((word) => `'${word}'`).join(' '),
});

writeFileSync(
  join(folder, 'as-module.mjs'),
  `import { referenceVerifier } from '${dist}/src/verifiers/reference/reference.js';\nexport const verifier = referenceVerifier();\n`,
);
writeFileSync(
  join(folder, 'gauntlet.config.json'),
  JSON.stringify({
    verifiers: {
      'as-module': { module: 'as-module.mjs' },
      'as-process': asProcess(),
      asking: asProcess('fetch,storage,clock', '64'),
      'ignores-cuts': asProcess('storage', '', 'ignores-cuts'),
      untold: asProcess('fetch', '', 'untold'),
    },
  }),
);

function run(verifiers: readonly string[], ...args: string[]) {
  const specs = verifiers.flatMap((name) => ['-v', name]);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [gauntlet, 'run', ...specs, '--no-stored', '--format', 'json', '--shrink', '5', ...args],
    {
      encoding: 'utf8',
      cwd: folder,
      maxBuffer: 1 << 28,
    },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('the reference through every transport', () => {
  it('gets the same verdicts built in, as a module, as a process, and as one that asks the bench', () => {
    const only = ['rollback', 'image', 'toctou', 'D', 'power.step', 'power.swap'].flatMap((name) => [
      '--only',
      name,
    ]);
    const { attacks, findings, planned } = run(
      ['reference', 'as-module', 'as-process', 'asking'],
      '--runs',
      '1',
      ...only,
    );
    expect(planned).toBeGreaterThan(60);
    expect(findings).toEqual([]);
    expect(attacks['as-module']).toEqual(attacks.reference);
    expect(attacks['as-process']).toEqual(attacks.reference);
    expect(attacks.asking).toEqual(attacks.reference);
  }, 120_000);

  it('power cuts, changing payloads and payloads without end reach one that only asks', () => {
    const only = ['power.step', 'power.commit', 'toctou.image', 'fetch.endless'].flatMap((name) => [
      '--only',
      name,
    ]);
    const { attacks, findings } = run(['asking'], '--runs', '3', ...only);
    expect(findings).toEqual([]);
    for (const id of ['power.step', 'power.commit', 'toctou.image', 'fetch.endless']) {
      const { proven, accepted, policy, skipped } = attacks.asking[id];
      expect([id, proven + accepted + policy > 0, skipped]).toEqual([id, true, 0]);
    }
  }, 60_000);

  it.each([
    ['ignores-cuts', 'power.commit', 'after the power had failed'],
    ['untold', 'image.swap', 'does not report it'],
  ])(
    '%s is found out',
    (name, only, note) => {
      const { findings } = run([name], '--runs', '1', '--only', only);
      expect(findings.map((one: { kind: string }) => one.kind)).toContain('protocol-error');
      expect(findings.map((one: { note: string }) => one.note).join()).toContain(note);
    },
    60_000,
  );

  it('leaves no file behind', () => {
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(sessionPrefix))).toEqual([]);
  });
});
