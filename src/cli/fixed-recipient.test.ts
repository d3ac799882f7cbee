import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { allCases } from '../attacks/catalogue.ts';
import { BenchError } from '../bench-error.ts';
import { fromHex, toHex } from '../cbor/hex.ts';
import { publicOf } from '../cose/key.ts';
import { readKeyFile } from '../cose/key-files.ts';
import { recipientToJson } from '../device/json.ts';
import { drawCase, isInapplicable } from '../harness/case.ts';
import { ScenarioPool } from '../harness/scenario-pool.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import { type Config, loadConfig } from './config.ts';
import { fixedRecipient } from './fixed-recipient.ts';

const gauntlet = fileURLToPath(new URL('./main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gauntlet-fixed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const keyFile = join(folder, 'author.pem');
writeFileSync(keyFile, pem);
writeFileSync(join(folder, 'firmware.bin'), 'as it came from the factory');

const recipient = {
  signingKey: 'author.pem',
  kid: '0a0b',
  kidIn: 'unprotected',
  vendorId: 'FA6B4A53-d5ad-5fdf-be9d-e663e4d41ffe',
  classId: '1492af1425695e48bf429b2d51f2ab45',
  sequenceNumber: 5,
  components: [{ identifier: ['00'], content: 'firmware.bin' }, { identifier: ['01', '02'] }],
};

async function configOf(verifiers: Record<string, unknown>): Promise<Config> {
  const file = join(folder, 'gauntlet.config.json');
  writeFileSync(file, JSON.stringify({ verifiers, run: { runs: 1 } }));
  return (await loadConfig(file, folder)) as Config;
}

async function fixed(of: object = recipient): Promise<FixedPlan> {
  const config = await configOf({ mine: { builtin: 'reference', recipient: of } });
  return fixedRecipient(['mine'], config) as FixedPlan;
}

describe('a recipient whose keys, ids and components are burned in', () => {
  it('is the same in every case that is made for it, and nothing else is', async () => {
    const plan = await fixed();
    const pool = new ScenarioPool(1, { fixed: plan });
    const cases = allCases.flatMap((attack) => {
      const drawn = drawCase(attack, 0, 1, pool);
      return isInapplicable(drawn) ? [] : [drawn];
    });
    expect(cases.length).toBeGreaterThan(allCases.length / 2);
    const first = cases[0]?.control.recipient;
    expect(first?.anchors).toEqual([
      {
        kid: fromHex('0a0b'),
        key: publicOf({ ...readKeyFile(keyFile), kid: fromHex('0a0b') }),
        algorithms: [-7],
        roles: ['author'],
      },
    ]);
    expect(first?.sequenceNumber).toBe(5n);
    expect(first?.components.map(({ identifier }) => identifier.map(toHex))).toEqual([['00'], ['01', '02']]);
    expect(first?.components.map(({ slots }) => slots[0]?.kind)).toEqual(['bytes', 'empty']);
    const device = ({ capabilities: _c, deviceClass: _d, ...rest }: NonNullable<typeof first>) => rest;
    for (const { attack, control, attacked } of cases)
      for (const run of [control, attacked]) {
        expect(
          isDeepStrictEqual(device(run.recipient), device(first as NonNullable<typeof first>)),
          attack.id,
        ).toBe(true);
        expect(
          run.steps.every(({ on }) => on === undefined),
          attack.id,
        ).toBe(true);
      }
    // A boot comes after the update that brings what it boots.
    const booted = cases.filter(({ control }) => control.steps.at(-1)?.delivery.event === 'boot');
    expect(booted.length).toBeGreaterThan(3);
    for (const { control } of booted)
      expect(control.steps.map(({ delivery }) => delivery.event)).toEqual(['update', 'boot']);
  }, 120_000);

  it.each([
    [{ ...recipient, algorithm: -8 }, 'verifiers.mine.recipient.algorithm: wanted one of -7, -9'],
    [{ ...recipient, signingKey: 'public.pem' }, 'verifiers.mine.recipient.signingKey: wanted'],
    [
      { ...recipient, vendorId: 'ab' },
      'verifiers.mine.recipient.vendorId: wanted 16 bytes, hexadecimal or as a UUID',
    ],
    [{ ...recipient, components: [] }, 'verifiers.mine.recipient.components: must NOT have fewer than 1'],
  ])('%j is refused', async (of, message) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(folder, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    const error = await fixed(of).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(BenchError);
    expect((error as BenchError).message).toContain(message);
  });

  it('verifiers with two devices are run apart', async () => {
    const other = { ...recipient, sequenceNumber: 6 };
    const config = await configOf({
      a: { builtin: 'reference', recipient },
      b: { builtin: 'bounded', recipient: other },
    });
    expect(() => fixedRecipient(['a', 'b'], config)).toThrow('run them apart');
    expect(fixedRecipient(['a', 'reference'], config)).toBeDefined();
    expect(fixedRecipient(['reference'], config)).toBeUndefined();
  });

  it('is attacked, nothing found on the reference, and its private key is nowhere in what is written', async () => {
    await configOf({
      mine: { builtin: 'reference', recipient },
      lax: { builtin: 'zoo:never-checks-sequence', recipient },
    });
    const run = (...args: string[]) =>
      spawnSync(
        process.execPath,
        [gauntlet, 'run', '--only', 'rollback', '--only', 'authentication', ...args],
        { encoding: 'utf8', cwd: folder },
      );
    const out = join(folder, 'out');
    const { stdout, stderr } = run('--format', 'json', '--out', out, '--shrink', '10');
    const { findings, verifiers } = JSON.parse(stdout);
    expect(verifiers.mine).toMatchObject({ failed: 0, inconclusive: 0 });
    expect(verifiers.mine.proven).toBeGreaterThan(10);
    expect(new Set(findings.map((one: { verifier: string }) => one.verifier))).toEqual(new Set(['lax']));
    const { d } = readKeyFile(keyFile) as { readonly d: Uint8Array };
    const forms = [toHex(d), Buffer.from(d).toString('base64url'), Buffer.from(d).toString('base64')];
    const files = readdirSync(out, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files.length).toBeGreaterThan(6);
    for (const text of [
      stdout,
      stderr,
      ...files.map((one) => readFileSync(join(one.parentPath, one.name), 'latin1')),
    ]) {
      for (const form of forms) expect(text.toLowerCase().includes(form.toLowerCase())).toBe(false);
      expect(text.includes(Buffer.from(d).toString('latin1'))).toBe(false);
      expect(text).not.toContain('PRIVATE KEY');
    }
    expect(run('--pairs', '2').status).toBe(2);
    expect(findings[0].replay).not.toContain('--config');
  }, 120_000);

  it('is named by its config file in replay lines from elsewhere, which repeat the finding', async () => {
    await configOf({ lax: { builtin: 'zoo:never-checks-sequence', recipient } });
    const other = mkdtempSync(join(folder, 'elsewhere-'));
    const config = join('..', 'gauntlet.config.json');
    const inOther = (...args: string[]) =>
      spawnSync(process.execPath, [gauntlet, ...args], { encoding: 'utf8', cwd: other });
    const { stdout } = inOther(
      ...['run', '--config', config, '--only', 'rollback.sequence.lower', '--runs', '1'],
      ...['--out', 'out', '--shrink', '0', '--format', 'json'],
    );
    const { findings } = JSON.parse(stdout);
    expect(findings.length).toBeGreaterThan(0);
    const [name, ...words] = findings[0].replay.split(' ');
    expect(name).toBe('gauntlet');
    expect(words.slice(-2)).toEqual(['--config', config]);
    expect(inOther(...words).stdout).toContain('lax: failed');
  }, 120_000);

  it('is what doctor tries it with', async () => {
    // It knows nothing but its own device.
    const dist = fileURLToPath(new URL('../..', import.meta.url));
    const drawn = drawCase(
      allCases[0] as (typeof allCases)[number],
      0,
      1,
      new ScenarioPool(1, { fixed: await fixed() }),
    );
    const device = isInapplicable(drawn) ? undefined : recipientToJson(drawn.control.recipient);
    writeFileSync(
      join(folder, 'burned-in.mjs'),
      `import { referenceVerifier } from '${dist}/src/verifiers/reference/reference.js';
import { recipientFromJson } from '${dist}/src/device/json.js';
const { hello, open } = referenceVerifier();
const device = ${JSON.stringify(device)};
export const verifier = { hello, open: ({ capabilities, deviceClass }) => open({ ...recipientFromJson(device), capabilities, deviceClass }) };`,
    );
    await configOf({ told: { module: 'burned-in.mjs', recipient }, untold: { module: 'burned-in.mjs' } });
    const doctor = (name: string) =>
      JSON.parse(
        spawnSync(process.execPath, [gauntlet, 'doctor', name, '--time', '2', '--format', 'json'], {
          encoding: 'utf8',
          cwd: folder,
        }).stdout,
      );
    const { healthy, checks } = doctor('told');
    expect(checks.filter((check: { status: string }) => check.status === 'failed')).toEqual([]);
    expect(healthy).toBe(true);
    expect(checks.find(({ name }: { name: string }) => name.startsWith('a new session')).status).toBe(
      'passed',
    );
    expect(doctor('untold').healthy).toBe(false);
  }, 120_000);
});
