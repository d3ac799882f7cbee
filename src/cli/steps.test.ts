import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.ts';

const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
const counts = `wasm:${join(packageRoot(), 'src/verifiers/transports/fixtures/broken/wasm/counts.wasm')}`;

const run = (...args: string[]) => spawnSync(process.execPath, [gauntlet, ...args], { encoding: 'utf8' });
const one = ['--only', 'cose.sig.flip', '--runs', '1', '--no-stored', '--shrink', '0'];

describe('--steps', () => {
  it('limits the instructions of a WebAssembly module', () => {
    // Too few for its hello.
    const few = run('run', '-v', counts, ...one, '--steps', '3');
    expect([few.status, few.stderr]).toEqual([2, expect.stringContaining('hung')]);
    const enough = run('run', '-v', counts, ...one, '--steps', '1000000');
    expect([enough.status, enough.stderr]).toEqual([1, '']);
  }, 60_000);

  it.each([
    [['-v', 'reference', '--steps', '9'], 'no verifier of this run is one'],
    [['-v', counts, '--steps', '0'], 'wanted 1 or more'],
  ])(
    '%j is wrong usage',
    (args, message) => {
      const { status, stderr } = run('run', ...args, ...one);
      expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
    },
    30_000,
  );
});

describe('bench --exact of a WebAssembly module', () => {
  it('says that it is exact already', () => {
    const { status, stdout } = run('bench', '-v', counts, '--exact', '--counted', '--envelope', 'example0');
    expect(status).toBe(0);
    expect(stdout).toContain(
      '--exact adds nothing: steps and bytes of a WebAssembly module are counted exactly',
    );
  }, 30_000);
});
