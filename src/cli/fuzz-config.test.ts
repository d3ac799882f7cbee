import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'gauntlet-fuzz-config-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const recipient = {
  signingKey: 'author.pem',
  vendorId: 'fa6b4a53d5ad5fdfbe9de663e4d41ffe',
  classId: '1492af1425695e48bf429b2d51f2ab45',
  sequenceNumber: 5,
  components: [{ identifier: ['00'] }],
};

/** A folder with this config file and a key; `run` starts the command there. */
function place(config: object) {
  const folder = mkdtempSync(join(root, 'place-'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(folder, 'author.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'gauntlet.config.json'), JSON.stringify(config));
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [gauntlet, ...args], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status, stdout, stderr };
  };
  return { folder, run, secret: privateKey.export({ format: 'jwk' }).d as string };
}

const builtin = 'zoo:never-checks-sequence';

describe('gauntlet fuzz with a config file', () => {
  it('attacks the device of the file, and none other', () => {
    const { folder, run, secret } = place({
      verifiers: { mine: { builtin, recipient } },
      run: { shrink: 20, class: '2' },
    });
    const first = run('fuzz', '--only', 'E', '--jobs', '2', '--cases', '96', '--out', 'out');
    expect([first.status, first.stderr]).toEqual([1, '']);
    const report = JSON.parse(readFileSync(join(folder, 'out', 'fuzz.json'), 'utf8'));
    expect(report.verifiers).toEqual(['mine']);
    const origins = Object.keys(report.origins);
    expect(origins.filter((one) => ['choice', 'plan', 'graft'].includes(one))).not.toEqual([]);
    expect(origins.filter((one) => ['stored', 'pair', 'history', 'blind'].includes(one))).toEqual([]);
    const [finding] = report.findings;
    expect(finding.replay).toMatch(/--verifier mine --class 2$/);
    expect(run(...finding.replay.split(' ').slice(1)).status).toBe(1);
    const anchors = new Set<string>();
    for (const part of ['corpus', 'findings'])
      for (const name of readdirSync(join(folder, 'out', part)).filter((one) => one.endsWith('.json'))) {
        const text = readFileSync(join(folder, 'out', part, name), 'utf8');
        expect(text).not.toContain(secret);
        const { control } = JSON.parse(text);
        anchors.add(JSON.stringify([control.recipient.anchors, control.recipient.sequenceNumber]));
      }
    expect(anchors.size).toBe(1);
    // As it was begun, though the file says something else by now.
    const config = { verifiers: { other: { builtin }, mine: { builtin, recipient } }, run: { shrink: 3 } };
    writeFileSync(join(folder, 'gauntlet.config.json'), JSON.stringify(config));
    const more = run('fuzz', '--resume', 'out', '--jobs', '1', '--cases', '100', '--format', 'json');
    expect([more.status, JSON.parse(more.stdout).cases]).toEqual([1, 100]);
    writeFileSync(
      join(folder, 'gauntlet.config.json'),
      JSON.stringify({ verifiers: { mine: { builtin, recipient: { ...recipient, sequenceNumber: 6 } } } }),
    );
    const refused = run('fuzz', '--resume', 'out', '--jobs', '1', '--cases', '104');
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('[fuzz-resume]')]);
    expect(existsSync(join(folder, 'out', '.lock'))).toBe(false);
  });

  it('refuses a device that cannot be set back', () => {
    const { run } = place({ verifiers: { mine: { builtin, reset: 'none', recipient } } });
    const { status, stderr } = run('fuzz', '--cases', '1');
    expect([status, stderr]).toEqual([2, expect.stringContaining('by gauntlet run')]);
  });
});

describe('a folder that a fuzzing run writes', () => {
  it('is refused to a second one until the first is gone, however it went', async () => {
    const { folder, run } = place({});
    const args = ['fuzz', '--only', 'E', '--no-stored', '--jobs', '1', '--cases', '1000000', '--out', 'out'];
    const child = spawn(process.execPath, [gauntlet, ...args], { cwd: folder, stdio: 'ignore' });
    const ended = once(child, 'exit');
    const log = join(folder, 'out', 'fuzz.jsonl');
    while (!(existsSync(log) && readFileSync(log, 'utf8').includes('"kind":"case"'))) await setTimeout(20);
    const second = run('fuzz', '--resume', 'out', '--cases', '1');
    expect([second.status, second.stdout]).toEqual([2, '']);
    expect(second.stderr).toContain(`the process ${child.pid} on `);
    expect(second.stderr).toContain('[folder-locked]');
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(join(folder, 'out', '.lock'))).toBe(true);
    expect(run('fuzz', '--resume', 'out', '--jobs', '1', '--cases', '1').status).toBe(0);
    expect(existsSync(join(folder, 'out', '.lock'))).toBe(false);
  });
});
