import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { fixtureFolder, plain, tinyRecipient } from './fixtures/tiny.ts';
import type { IsolatedHost, TransportOptions } from './isolated-host.ts';
import { openVerifier } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-wasm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hosts: IsolatedHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

const broken = join(fixtureFolder, 'wasm/broken.wasm');

async function open(file = broken, options: Partial<TransportOptions> = {}): Promise<IsolatedHost> {
  const host = await openVerifier(`wasm:${file}`, { deadlineMs: 10_000, ...options });
  hosts.push(host);
  return host;
}

/** The delivery that makes it do what its source has under this number. */
function doing(number: number, size = 2) {
  const envelope = new Uint8Array(size);
  envelope.set([0xff, number]);
  return { ...plain, envelope } as const;
}

const accepted = expect.objectContaining({ kind: 'accepted', level: 'applicable' });

describe('a WebAssembly module', () => {
  it('answers delivery after delivery, session after session', async () => {
    const host = await open();
    expect(host.claims.name).toBe('broken');
    const trials = await Promise.all(
      Array.from({ length: 20 }, () => host.trial(tinyRecipient, [plain, plain])),
    );
    expect(trials).toEqual(Array.from({ length: 20 }, () => [accepted, accepted]));
    expect(host.status()).toMatchObject({ restarts: 0, unexplained: [] });
  });

  it('reports its state, numbers above 2^53 included', async () => {
    const [outcome] = await (await open()).trial(tinyRecipient, [plain]);
    expect(outcome).toMatchObject({ state: { sequenceNumber: 2n ** 63n } });
  });

  it('has a fresh instance in each session, and the same one within it', async () => {
    const host = await open();
    const kinds = async () =>
      (await host.trial(tinyRecipient, [doing(10), doing(10)])).map(({ kind }) => kind);
    expect(await kinds()).toEqual(['accepted', 'rejected']);
    expect(await kinds()).toEqual(['accepted', 'rejected']);
  });

  it.each([
    [1, 'crashed', /unreachable/],
    [4, 'exhausted', /memory/],
    [3, 'exhausted', /memory/],
    [5, 'crashed', /stack|bounds/],
    [6, 'crashed', /abort: it cannot go on/],
    [7, 'crashed', /out of bounds/],
    [8, 'protocol-error', /level/],
    [9, 'protocol-error', /not JSON/],
  ])('%i: that delivery is %s, the next session works', async (number, kind, error) => {
    const host = await open(broken, { memoryMiB: 64 });
    const outcomes = await host.trial(tinyRecipient, [plain, doing(number), plain]);
    expect(outcomes).toHaveLength(2);
    expect(outcomes[1]).toMatchObject({ kind, error: expect.stringMatching(error) });
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it('spins: hung, and the next session works', async () => {
    const host = await open(broken, { deadlineMs: 400 });
    expect(await host.trial(tinyRecipient, [doing(2)])).toEqual([{ kind: 'hung', afterMs: 400 }]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it('refuses what it has no room for', async () => {
    const outcomes = await (await open()).trial(tinyRecipient, [doing(0, 60_000), plain]);
    expect(outcomes[0]).toMatchObject({ kind: 'rejected', stage: 'resource', reason: 'limit-memory' });
  });

  it.each([
    ['another version', () => join(fixtureFolder, 'wasm/old.wasm'), 'version 7'],
    ['no module', () => written('text.wasm', [0x68, 0x69]), 'no WebAssembly module'],
    ['nothing exported', () => written('empty.wasm', []), 'does not export memory, gauntlet_version'],
    [
      'a forbidden import',
      () => written('import.wasm', importing),
      'it imports env.open; a module may import',
    ],
  ])('%s: refused with the reason', async (_, file, why) => {
    await expect(open(file())).rejects.toMatchObject({
      code: 'verifier-dead',
      message: expect.stringContaining(why),
    });
  });

  it('takes a file that is not there for wrong usage', async () => {
    await expect(open('no-such.wasm')).rejects.toMatchObject({ code: 'verifier-not-found' });
  });
});

/** A type section with one function of no arguments, and an import section with `env.open` of that type. */
const importing = [
  ...[1, 4, 1, 0x60, 0, 0],
  ...[2, 12, 1, 3, ...Buffer.from('env'), 4, ...Buffer.from('open'), 0, 0],
];

/** A module with these sections. */
function written(name: string, sections: readonly number[]): string {
  const file = join(folder, name);
  const header = name.startsWith('text') ? [] : [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  writeFileSync(file, Uint8Array.from([...header, ...sections]));
  return file;
}
