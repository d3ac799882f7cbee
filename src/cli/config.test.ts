import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { fixtureFolder } from '../verifiers/transports/fixtures/tiny.ts';
import { loadConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function folderWith(name: string, content: unknown): string {
  const own = join(folder, String(count++));
  mkdirSync(own);
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(join(own, name), text);
  return own;
}

async function errorOf(name: string, content: unknown): Promise<BenchError> {
  const own = folderWith(name, content);
  const error = await loadConfig(undefined, own).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BenchError);
  expect((error as BenchError).message).toContain(join(own, name));
  return error as BenchError;
}

describe('a config file', () => {
  it('is found in the folder, as JSON or as a module', async () => {
    const value = { verifiers: { mine: { process: './x' } }, run: { runs: 3, out: 'here', baseline: '/b' } };
    for (const [name, content] of [
      ['gauntlet.config.json', value],
      ['gauntlet.config.mjs', `export default ${JSON.stringify(value)};`],
    ] as const) {
      const own = folderWith(name, content);
      const config = await loadConfig(undefined, own);
      expect(config?.entries.map((entry) => entry.name)).toEqual(['mine']);
      expect(config?.run).toEqual({ verifier: ['mine'], runs: 3, out: join(own, 'here'), baseline: '/b' });
    }
    expect(await loadConfig(undefined, folder)).toBeUndefined();
  });

  it('takes none for memory', async () => {
    const value = { verifiers: { mine: { process: './x', memory: 'none' } }, run: { memory: 'none' } };
    const config = await loadConfig(undefined, folderWith('gauntlet.config.json', value));
    expect(config?.entries[0]?.entry.memory).toBe('none');
    expect((await errorOf('gauntlet.config.json', { run: { memory: 'lots' } })).message).toContain(
      'run.memory',
    );
  });

  it.each([
    [{ verifier: {} }, 'does not know the key "verifier"; it may have $schema, verifiers, run'],
    [{ verifiers: { v: { process: 'x', stack: 0 } } }, 'verifiers.v.stack'],
    [
      { verifiers: { mine: { builtin: 'bounded', stack: 64 } } },
      'verifiers.mine.stack: goes with process and command only',
    ],
    [{ verifiers: { mine: { proces: 'x' } } }, 'verifiers.mine: does not know the key "proces"; it may have'],
    [
      { verifiers: { mine: {} } },
      'verifiers.mine: wanted exactly one of command, process, module, wasm, builtin',
    ],
    [
      { verifiers: { mine: { process: 'x', module: 'y' } } },
      'exactly one of command, process, module, wasm, builtin; it has process and module',
    ],
    [{ verifiers: { reference: { process: 'x' } } }, "verifiers.reference: that name is a built-in's"],
    [{ verifiers: { 'a:b': { process: 'x' } } }, 'verifiers: '],
    [{ run: { seed: -1 } }, 'run.seed: must be >= 0'],
    [{ run: { format: 'xml' } }, 'run.format: must be equal to one of the allowed values: text, json'],
    [{ verifiers: { mine: { process: 'x', env: { A: 1 } } } }, 'verifiers.mine.env.A: must be string'],
  ])('%j is refused with file, key and what may stand there', async (content, message) => {
    const error = await errorOf('gauntlet.config.json', content);
    expect(error.message).toContain(message);
    expect([error.code, error.blame]).toEqual(['config', 'usage']);
  });

  it.each([
    ['export const x = 1;', 'no default export'],
    ['throw new Error("at load");', 'at load'],
    ['export default 3;', 'must be object'],
  ])('%s is refused', async (text, message) => {
    expect((await errorOf('gauntlet.config.mjs', text)).message).toContain(message);
  });

  it('names what gauntlet run attacks, and options that the command line overrides', () => {
    const harness = join(fixtureFolder, 'process-harness.mjs');
    const own = folderWith('gauntlet.config.json', {
      verifiers: { mine: { process: `'${process.execPath}' '${harness}' honest`, env: { COLOUR: 'blue' } } },
      run: { runs: 1, seed: 7, only: ['rollback.sequence.lower'], stored: false, format: 'json', shrink: 0 },
    });
    const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [gauntlet, ...args], { encoding: 'utf8', cwd: own });
    const results = JSON.parse(run('run').stdout);
    expect(results).toMatchObject({ seed: 7, planned: 1 });
    expect(Object.keys(results.attacks)).toEqual(['mine']);
    const other = JSON.parse(run('run', '--seed', '8', '-v', 'reference').stdout);
    expect([other.seed, Object.keys(other.verifiers)]).toEqual([8, ['reference']]);
    const unknown = run('run', '-v', 'yours');
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain('In the config file: mine');
  }, 30_000);
});
