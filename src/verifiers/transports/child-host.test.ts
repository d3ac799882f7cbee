import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../bench-error.ts';
import type { Delivery } from '../../device/delivery.ts';
import { fixtureFolder, isAlive, plain, tinyRecipient, trigger } from './fixtures/tiny.ts';
import type { IsolatedHost, TransportOptions } from './isolated-host.ts';
import { openVerifier } from './open.ts';

const hosts: IsolatedHost[] = [];

async function open(name: string, options: Partial<TransportOptions> = {}): Promise<IsolatedHost> {
  const host = await openVerifier(`module:${join(fixtureFolder, `${name}.mjs`)}`, {
    deadlineMs: 10_000,
    ...options,
  });
  hosts.push(host);
  return host;
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

const accepted = { kind: 'accepted', level: 'applicable' };
const withByte = (byte: number): Delivery => ({ ...trigger, envelope: Uint8Array.of(0xff, byte) });

describe('a module in a child process', () => {
  it('answers each delivery, from any way of exporting it', async () => {
    const all = await open('accept-all');
    expect(all.claims.name).toBe('broken');
    expect(await all.trial(tinyRecipient, [plain, trigger])).toEqual([accepted, accepted]);
    const none = await open('reject-all');
    const rejected = { kind: 'rejected', stage: 'decode', reason: 'not-well-formed' };
    expect(await none.trial(tinyRecipient, [plain])).toEqual([rejected]);
    const nothing = await open('claims-nothing');
    expect(nothing.claims.levels).toEqual([]);
    expect(await nothing.trial(tinyRecipient, [trigger, plain])).toEqual([
      { kind: 'unsupported', feature: 'everything' },
    ]);
  });

  it.each([
    ['throws', { kind: 'crashed', error: 'TypeError: thrown on purpose' }],
    ['exits-0', { kind: 'crashed', error: 'exit status 0' }],
    ['exits-1', { kind: 'crashed', error: 'exit status 1: last \u001b[31mwords' }],
    ['segfaults', { kind: 'crashed', error: expect.stringContaining('SIGSEGV') }],
    ['aborts', { kind: 'crashed', error: expect.stringContaining('SIGABRT') }],
  ])('%s: that delivery crashed, the next trial works', async (name, outcome) => {
    const host = await open(name);
    expect(await host.trial(tinyRecipient, [plain, trigger, plain])).toEqual([accepted, outcome]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it.each(['spins', 'never-answers', 'answers-late', 'floods-for-ever'])(
    '%s: that delivery hung, the next trial works',
    async (name) => {
      const host = await open(name, { deadlineMs: 400 });
      const outcomes = await host.trial(tinyRecipient, [plain, trigger, plain]);
      expect(outcomes).toEqual([accepted, { kind: 'hung', afterMs: 400 }]);
      expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
    },
  );

  it.each(['allocates-heap', 'allocates-buffers'])('%s: exhausted, the next trial works', async (name) => {
    const host = await open(name, { memoryMiB: 48, deadlineMs: 20_000 });
    const outcomes = await host.trial(tinyRecipient, [trigger]);
    expect(outcomes).toMatchObject([{ kind: 'exhausted', ceilingBytes: 48 * 1024 * 1024 }]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it.each([
    [0, 'decision: wanted an object, got undefined'],
    [1, 'decision: wanted an object, got "accepted"'],
    [2, 'level: wanted one of authenticated, applicable, installed, invoked, got undefined'],
    [3, 'level: wanted one of authenticated, applicable, installed, invoked, got "sideways"'],
    [4, 'stage: wanted one of the'],
    [5, 'reason: wanted a reason of stage decode, got "sig-invalid"'],
    [6, 'detail: wanted a text, got 7'],
    [7, 'state.sequenceNumber: wanted a bigint of 0 … 2^64-1, got 3'],
    [8, 'effects[0].component: wanted a whole number, got undefined'],
    [9, 'cannot be read: Error: a trap'],
    [10, 'decision: wanted an object, got a function'],
  ])('garbage %i is a protocol error that names the field', async (byte, error) => {
    const host = await open('garbage');
    const outcomes = await host.trial(tinyRecipient, [plain, withByte(byte), plain]);
    expect(outcomes).toEqual([accepted, { kind: 'protocol-error', error: expect.stringContaining(error) }]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
    expect(host.status().restarts).toBe(0);
  });

  it('keeps a detail raw, and caps it', async () => {
    const host = await open('ansi-detail');
    const [outcome] = await host.trial(tinyRecipient, [trigger]);
    const detail = outcome?.kind === 'rejected' ? (outcome.detail ?? '') : '';
    expect(detail.startsWith('\u001b[2J\u202eyyy')).toBe(true);
    expect(detail.length).toBeLessThan(1100);
  });

  it('takes what is written to stdout and stderr without keeping it all', async () => {
    const host = await open('floods-stdout');
    expect(await host.trial(tinyRecipient, [trigger])).toEqual([accepted]);
    const gibibyte = await open('gibibyte', { deadlineMs: 60_000 });
    expect(await gibibyte.trial(tinyRecipient, [trigger])).toEqual([accepted]);
  });

  it('treats nonsense on the bench’s own channel as a protocol error', async () => {
    const host = await open('forges');
    expect(await host.trial(tinyRecipient, [trigger])).toMatchObject([{ kind: 'protocol-error' }]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it('a throw while closing a session takes the place of its last outcome', async () => {
    const host = await open('throws-in-close');
    expect(await host.trial(tinyRecipient, [plain, plain])).toMatchObject([
      accepted,
      { kind: 'crashed', error: 'Error: at close' },
    ]);
  });

  it('gives every session a recipient of its own', async () => {
    const host = await open('changes-recipient');
    const trials = await Promise.all(Array.from({ length: 20 }, () => host.trial(tinyRecipient, [plain])));
    expect(trials).toEqual(Array.from({ length: 20 }, () => [accepted]));
    expect(tinyRecipient.anchors.length).toBe(1);
  });
});

describe('many trials at once', () => {
  it('blames the culprits alone', async () => {
    const host = await open('exits-1');
    const guilty = new Set([7, 8, 40]);
    const trials = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        host.trial(tinyRecipient, [plain, guilty.has(i) ? trigger : plain]),
      ),
    );
    trials.forEach((outcomes, i) => {
      const last = guilty.has(i) ? { kind: 'crashed' } : accepted;
      expect(outcomes, `trial ${i}`).toMatchObject([accepted, last]);
    });
    expect(host.status().unexplained).toEqual([]);
  });

  it('finds one that hangs among them', async () => {
    const host = await open('spins', { deadlineMs: 400 });
    const trials = await Promise.all(
      Array.from({ length: 10 }, (_, i) => host.trial(tinyRecipient, [i === 4 ? trigger : plain])),
    );
    expect(trials.map(([outcome]) => outcome?.kind)).toEqual(
      Array.from({ length: 10 }, (_, i) => (i === 4 ? 'hung' : 'accepted')),
    );
  });

  it('blames no one for a death that does not repeat, and remembers it', async () => {
    const host = await open('stray-bomb');
    const [first, second] = await Promise.all([
      host.trial(tinyRecipient, [withByte(1)]),
      host.trial(tinyRecipient, [withByte(2)]),
    ]);
    expect([first, second]).toEqual([[accepted], [accepted]]);
    expect(host.status().unexplained).toEqual([expect.stringContaining('stray')]);
  });

  it('gives up a verifier that dies again and again, and says so', async () => {
    const host = await open('dies-always', { deathsInARow: 3 });
    const trials = await Promise.all(Array.from({ length: 8 }, () => host.trial(tinyRecipient, [plain])));
    for (const outcomes of trials) expect(outcomes).toMatchObject([{ kind: 'crashed' }]);
    expect(trials.at(-1)).toMatchObject([
      { error: expect.stringMatching(/died 3 times in a row.*exit status 9/) },
    ]);
    expect(host.status().givenUp).toBe(true);
    const restarts = host.status().restarts;
    expect(await host.trial(tinyRecipient, [plain])).toMatchObject([{ kind: 'crashed' }]);
    expect(host.status().restarts).toBe(restarts);
  });
});

describe('opening a module', () => {
  it.each([
    ['dead-at-start', 'verifier-dead', 'exit status 3: cannot go on:\\u{1b}[2J no licence'],
    ['throws-at-start', 'verifier-dead', 'no key store'],
    ['throws-in-hello', 'verifier-dead', 'hello what'],
    ['never-hello', 'verifier-dead', 'nothing came within 800 ms'],
    ['no-verifier', 'verifier-dead', 'exports no verifier'],
    [
      'bad-claims',
      'verifier-claims',
      'levels[1]: wanted one of authenticated, applicable, installed, invoked, got "sideways"',
    ],
    ['nowhere', 'verifier-not-found', 'no file'],
  ])('%s: %s', async (name, code, message) => {
    const error = await open(name, { helloMs: name === 'never-hello' ? 800 : 10_000 }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(BenchError);
    expect((error as BenchError).code).toBe(code);
    expect((error as BenchError).message).toContain(message);
  });
});

describe('closing', () => {
  it.each(['spins', 'accept-all'])('leaves no process behind: %s', async (name) => {
    const host = await open(name);
    const underWay = host.trial(tinyRecipient, [trigger]);
    if (name === 'spins') await sleep(100);
    const { pid } = host.status();
    expect(isAlive(pid)).toBe(true);
    await host.close();
    expect(isAlive(pid)).toBe(false);
    expect((await underWay).length).toBe(1);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([
      { kind: 'crashed', error: 'the host is closed' },
    ]);
  });

  it('its folder deleted, it cannot be started again and is given up', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'gauntlet-own-'));
    const host = await open('deletes-cwd', { cwd, deathsInARow: 3 });
    expect(await host.trial(tinyRecipient, [trigger])).toMatchObject([{ kind: 'crashed' }]);
    expect(await host.trial(tinyRecipient, [plain])).toMatchObject([
      { kind: 'crashed', error: expect.stringContaining('given up') },
    ]);
  });

  it.each(['starts-others', 'escapes'])(
    '%s: leaves nothing behind that the verifier started',
    async (name) => {
      const host = await open(name);
      const [outcome] = await host.trial(tinyRecipient, [trigger]);
      const pid = outcome?.kind === 'rejected' ? Number(outcome.detail) : Number.NaN;
      expect(isAlive(pid)).toBe(true);
      await host.close();
      for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(20);
      expect(isAlive(pid)).toBe(false);
    },
  );
});
