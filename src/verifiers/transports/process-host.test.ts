import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../bench-error.ts';
import { fixtureFolder, isAlive, plain, tinyRecipient, trigger } from './fixtures/tiny.ts';
import type { IsolatedHost, TransportOptions } from './isolated-host.ts';
import { openVerifier } from './open.ts';

const hosts: IsolatedHost[] = [];
const folder = mkdtempSync(join(tmpdir(), 'gauntlet-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function open(how: string, options: Partial<TransportOptions> = {}): Promise<IsolatedHost> {
  const script = join(fixtureFolder, 'process-harness.mjs');
  return openCommand(`'${process.execPath}' '${script}' ${how}`, options);
}

async function openCommand(command: string, options: Partial<TransportOptions> = {}): Promise<IsolatedHost> {
  const host = await openVerifier(`process:${command}`, { deadlineMs: 10_000, ...options });
  hosts.push(host);
  return host;
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

const accepted = { kind: 'accepted', level: 'applicable' };

describe('a process that speaks JSON lines', () => {
  it('answers delivery after delivery, session after session', async () => {
    const host = await open('honest');
    expect(host.claims.name).toBe('broken');
    expect(host.depth).toBe(1);
    const trials = await Promise.all(
      Array.from({ length: 30 }, () => host.trial(tinyRecipient, [plain, trigger])),
    );
    expect(trials).toEqual(Array.from({ length: 30 }, () => [accepted, accepted]));
    expect(host.status()).toMatchObject({ restarts: 0, unexplained: [], unknownFields: 0 });
  });

  it('goes on after an interrupted delivery', async () => {
    const host = await open('interrupted');
    const cut = { ...trigger, powerCut: { step: 4, when: 'torn' }, candidates: [Uint8Array.of(1)] } as const;
    const interrupted = { kind: 'interrupted', storageSteps: 3 };
    expect(await host.trial(tinyRecipient, [plain, cut, plain])).toEqual([accepted, interrupted, accepted]);
    expect(host.status()).toMatchObject({ restarts: 0, unknownFields: 0 });
  });

  it.each([
    ['exits-0', 'crashed', 'exit status 0'],
    ['exits-1', 'crashed', 'exit status 1: last words'],
    ['half-line', 'crashed', 'in the middle of a line: exit status 0'],
    ['not-json', 'protocol-error', 'not JSON'],
    ['not-utf8', 'protocol-error', 'not JSON in UTF-8'],
    ['long-line', 'protocol-error', 'without a message'],
    ['blank-lines', 'protocol-error', 'without a message'],
    ['bad-level', 'protocol-error', 'level'],
    ['bad-reason', 'protocol-error', 'reason: wanted a reason of stage decode'],
    ['bad-sequence', 'protocol-error', 'sequenceNumber'],
    ['bad-steps', 'protocol-error', 'storageSteps'],
    ['twice', 'protocol-error', 'a decision for delivery 1'],
    ['wrong-session', 'protocol-error', 'which is not open'],
    ['wrong-id', 'protocol-error', 'delivery 1 is awaited'],
    ['unknown-type', 'protocol-error', '"verdict"'],
    ['nul', 'protocol-error', 'not JSON'],
    ['gibibyte', 'protocol-error', 'bytes on stderr'],
    ['long-message', 'protocol-error', 'without a message'],
    ['hello-again', 'protocol-error', 'type "hello"'],
    ['segfaults', 'crashed', 'SIGSEGV'],
    ['traceback', 'crashed', 'exit status 1: ValueError: boom | File "x.py", line 3'],
    ['asan', 'crashed', 'AddressSanitizer: heap-use-after-free on address 0x1 | #0 0x1 in decode x.c:3 | #1'],
    ['rust', 'crashed', "thread 'main' panicked at src/lib.rs:3:5"],
    ['go', 'crashed', 'index out of range [5] | goroutine 1 [running]: | /x/main.go:9'],
  ])('%s: that delivery is %s, the next trial works', async (how, kind, error) => {
    const host = await open(how);
    const outcomes = await host.trial(tinyRecipient, [plain, trigger, plain]);
    const last = outcomes.at(-1);
    expect(last).toEqual({ kind, error: expect.stringContaining(error) });
    expect(outcomes.slice(0, -1).every((outcome) => outcome.kind === 'accepted')).toBe(true);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it.each(['spins', 'late', 'stops-reading', 'no-close', 'ignores-term'])(
    '%s: hung, the next trial works',
    async (how) => {
      const host = await open(how, { deadlineMs: 400 });
      expect((await host.trial(tinyRecipient, [plain, trigger])).at(-1)).toEqual({
        kind: 'hung',
        afterMs: 400,
      });
      expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
    },
  );

  it('never reading does not block the bench, however much it writes', async () => {
    const host = await open('stops-reading', { deadlineMs: 500 });
    const large = {
      ...plain,
      payloads: [{ uri: 'x:y', kind: 'bytes', bytes: new Uint8Array(4 << 20) }],
    } as const;
    const trials = await Promise.all([
      host.trial(tinyRecipient, [trigger, large]),
      host.trial(tinyRecipient, [large]),
    ]);
    expect(trials).toEqual([[{ kind: 'hung', afterMs: 500 }], [accepted]]);
  });

  it('nor does asking for more than it reads: the bench holds a limited number of answers', async () => {
    const host = await open('asks-without-reading');
    const endless = {
      ...trigger,
      payloads: [{ uri: 'https://x/y', kind: 'endless', bytes: Uint8Array.of(7) }],
    } as const;
    expect(await host.trial(tinyRecipient, [endless])).toEqual([
      { kind: 'protocol-error', error: expect.stringContaining('answers are unread') },
    ]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it('a folder of its session that it deletes is made anew', async () => {
    const host = await open('deletes-session');
    expect(await host.trial(tinyRecipient, [plain, plain])).toEqual([accepted, accepted]);
  });

  it.each([['node', (open: (how: string) => Promise<IsolatedHost>) => open('allocates-buffers')]])(
    'a process that fills its memory is exhausted: %s',
    async (_, start) => {
      const host = await start((how) => open(how, { memoryMiB: 200, deadlineMs: 20_000 }));
      expect(await host.trial(tinyRecipient, [trigger])).toMatchObject([{ kind: 'exhausted' }]);
      expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
    },
  );

  it('and one in Python', async () => {
    const host = await openCommand(`python3 '${join(fixtureFolder, 'allocates.py')}'`, {
      memoryMiB: 64,
      deadlineMs: 20_000,
    });
    expect(await host.trial(tinyRecipient, [trigger])).toMatchObject([{ kind: 'exhausted' }]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([{ kind: 'accepted', level: 'authenticated' }]);
  });

  it('reads a harness in Python, its path relative to the given folder', async () => {
    const host = await openCommand('python3 reject-all.py', { cwd: fixtureFolder });
    expect(host.claims.name).toBe('reject-all');
    expect(await host.trial(tinyRecipient, [plain, trigger])).toEqual([
      { kind: 'rejected' },
      { kind: 'rejected' },
    ]);
  });

  it('passes on what is unsupported', async () => {
    const host = await open('unsupported');
    const outcomes = await host.trial(tinyRecipient, [plain, trigger, plain]);
    expect(outcomes).toEqual([accepted, { kind: 'unsupported', feature: 'payloads' }]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it('tolerates and counts unknown fields', async () => {
    const host = await open('unknown-fields');
    expect(await host.trial(tinyRecipient, [trigger, plain])).toEqual([accepted, accepted]);
    expect(host.status().unknownFields).toBe(2);
  });

  it('survives a flood on stderr and caps a detail', async () => {
    const flood = await open('floods-stderr');
    expect(await flood.trial(tinyRecipient, [trigger])).toEqual([accepted]);
    const ansi = await open('ansi');
    const [outcome] = await ansi.trial(tinyRecipient, [trigger]);
    const detail = outcome?.kind === 'rejected' ? (outcome.detail ?? '') : '';
    expect(detail.startsWith('\u001b[2Jyyy')).toBe(true);
    expect(detail.length).toBeLessThan(1100);
  });

  it('interleaves sessions where that is claimed, and finds the one that hangs', async () => {
    const host = await open('concurrent', { deadlineMs: 300 });
    expect(host.depth).toBe(8);
    const trials = await Promise.all(
      Array.from({ length: 12 }, (_, i) => host.trial(tinyRecipient, [plain, i === 5 ? trigger : plain])),
    );
    expect(trials.map((outcomes) => outcomes.at(-1)?.kind)).toEqual(
      Array.from({ length: 12 }, (_, i) => (i === 5 ? 'hung' : 'accepted')),
    );
  });

  it('a restart that claims something else is a protocol error, and the end', async () => {
    const mark = join(folder, 'changed');
    const host = await open(`changes-claims '${mark}'`);
    const trials = await Promise.all([trigger, plain, plain].map((one) => host.trial(tinyRecipient, [one])));
    expect(trials).toMatchObject([
      [{ kind: 'crashed', error: 'exit status 1' }],
      [{ kind: 'protocol-error', error: expect.stringContaining('claims something else') }],
      [{ kind: 'crashed', notRun: true }],
    ]);
  });

  it('a fault while it ends, all answered, is remembered and changes no outcome', async () => {
    const host = await open('segfault-at-exit');
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
    await host.close();
    expect(host.status().unexplained).toEqual(['while it ended: died of SIGSEGV']);
  });

  it('deletes the folder it runs in: given up, since it cannot be started again', async () => {
    const cwd = join(folder, 'own');
    mkdirSync(cwd);
    const host = await open('deletes-cwd', { cwd, deathsInARow: 3 });
    expect(await host.trial(tinyRecipient, [trigger])).toMatchObject([{ kind: 'crashed' }]);
    expect(await host.trial(tinyRecipient, [plain])).toMatchObject([
      { kind: 'crashed', error: expect.stringContaining('could not be started') },
    ]);
  });

  it.each(['starts-others', 'escapes'])('%s: leaves no process behind, nor what it started', async (how) => {
    const host = await open(how);
    const [outcome] = await host.trial(tinyRecipient, [trigger]);
    const started = outcome?.kind === 'rejected' ? Number(outcome.detail) : Number.NaN;
    const { pid } = host.status();
    expect([isAlive(pid), isAlive(started)]).toEqual([true, true]);
    await host.close();
    for (let i = 0; i < 100 && isAlive(started); i++) await sleep(20);
    expect([isAlive(pid), isAlive(started)]).toEqual([false, false]);
  });
});

describe('opening a process', () => {
  it.each([
    ['segfault-at-start', 'verifier-dead', 'SIGSEGV'],
    ['dead-at-start', 'verifier-dead', 'exit status 3: cannot go on:\\u{1b}[2J no licence'],
    ['never-hello', 'verifier-dead', 'nothing came within 900 ms'],
    ['bad-claims', 'verifier-claims', 'claims.keepsState'],
    ['old-protocol', 'verifier-claims', 'protocol'],
  ])('%s: %s', async (how, code, message) => {
    const error = await failure(open(how, { helloMs: how === 'never-hello' ? 900 : 10_000 }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it.each([
    ['no-such-program --x', 'verifier-not-found'],
    ['./no/such/program', 'verifier-not-found'],
    ['', 'verifier-not-found'],
    [`'open`, 'verifier-command'],
    ['cat /dev/null', 'verifier-dead'],
    ['echo hello', 'verifier-claims'],
  ])('%s: %s', async (command, code) => {
    expect((await failure(openCommand(command))).code).toBe(code);
  });

  it('takes a command that is still in its quotes', async () => {
    const host = await openCommand('"python3 reject-all.py"', { cwd: fixtureFolder });
    expect(host.claims.name).toBe('reject-all');
  });
});

async function failure(opening: Promise<unknown>): Promise<BenchError> {
  const error = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BenchError);
  return error as BenchError;
}
