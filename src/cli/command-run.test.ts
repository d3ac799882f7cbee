import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-command-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));

describe('gauntlet run on a command of the config file', () => {
  it('gives the reference the same verdicts as built in', async () => {
    const { keepsState: _k, extras: _x, ...claims } = await referenceVerifier().hello();
    const script = join(packageRoot(), 'src/verifiers/transports/fixtures/commands/reference.mjs');
    const dist = fileURLToPath(new URL('../..', import.meta.url));
    const config = {
      verifiers: {
        mine: {
          command: `'${process.execPath}' '${script}' {recipient} {delivery} '${dist}'`,
          output: [
            { match: '^(?<kind>accepted) as (?<level>\\w+)$' },
            { match: '^(?<stage>\\w+) (?<reason>[a-z-]+)$', kind: 'rejected' },
            { match: '^sequence (?<sequence>\\d+)$' },
            { match: '^effect authenticated', effect: 'authenticated' },
            { match: '^effect fetch (?<uri>\\S+) (?<component>\\d+)', effect: 'fetch' },
            { match: '^effect write - (?<component>\\d+)', effect: 'write' },
            { match: '^effect invoke - (?<component>\\d+)', effect: 'invoke' },
            { match: '^effect commit - 0 (?<sequence>\\d+)', effect: 'commit' },
          ],
          level: 'invoked',
          claims: { ...claims, reports: ['stage', 'reason', 'sequence', 'effects'] },
        },
      },
      run: {
        runs: 2,
        only: ['rollback.sequence.lower', 'cose.sig.flip', 'image.swap', 'fetch.before-auth'],
        stored: false,
        memory: 512,
        deadline: 20000,
      },
    };
    writeFileSync(join(folder, 'gauntlet.config.json'), JSON.stringify(config));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [gauntlet, 'run', '-v', 'mine', '-v', 'reference', '--format', 'json'],
      { encoding: 'utf8', cwd: folder },
    );
    expect(stderr).toBe('');
    const { attacks, findings } = JSON.parse(stdout);
    expect(findings).toEqual([]);
    expect(attacks.mine['rollback.sequence.lower'].proven).toBeGreaterThan(0);
    expect(attacks.mine).toEqual(attacks.reference);
  }, 60_000);
});
