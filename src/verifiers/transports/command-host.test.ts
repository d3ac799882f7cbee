import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { BenchError } from '../../bench-error.ts';
import type { Outcome } from '../../device/outcome.ts';
import type { Recipient } from '../../device/recipient.ts';
import { packageRoot } from '../../package-root.ts';
import type { CommandSettings } from './command-host.ts';
import { isAlive, plain, tinyRecipient, trigger } from './fixtures/tiny.ts';
import type { TransportOptions } from './isolated-host.ts';
import { openVerifier } from './open.ts';
import { sessionPrefix } from './session-folder.ts';

const script = join(packageRoot(), 'src/verifiers/transports/fixtures/commands/cli.sh');
const folder = mkdtempSync(join(tmpdir(), 'gauntlet-command-'));
// Of this file alone: other tests run at the same time.
process.env.TMPDIR = mkdtempSync(join(folder, 'tmp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The path of the anchor is put in only so that the command is told what to trust. */
async function open(how: string, command: CommandSettings = {}, options: Partial<TransportOptions> = {}) {
  const { env, ...rest } = options;
  return openVerifier(`command:'${script}' {envelope} ${how} {anchor}`, {
    deadlineMs: 10_000,
    command,
    ...(env && { env }),
    ...rest,
  });
}

async function once(
  how: string,
  command: CommandSettings = {},
  options: Partial<TransportOptions> = {},
  recipient: Recipient = tinyRecipient,
): Promise<Outcome> {
  const host = await open(how, command, options);
  const [first, second] = await host.trial(recipient, [plain, trigger]);
  expect(first).toMatchObject({ kind: 'accepted' });
  // Whatever became of it, the next session is served.
  expect(await host.trial(recipient, [plain])).toMatchObject([{ kind: 'accepted' }]);
  await host.close();
  return second as Outcome;
}

const detail = { output: [{ match: '(?<detail>[\\s\\S]+)', in: 'stderr' }] } as const;

describe('a command that is run once a delivery', () => {
  it.each([
    ['exits 0', {}, { kind: 'accepted', level: 'authenticated' }],
    ['rejects', {}, { kind: 'rejected' }],
    ['exits 2', {}, { kind: 'crashed', error: 'exit status 2' }],
    ['exits 134', {}, { kind: 'crashed', error: 'exit status 134 (signal 6)' }],
    ['exits 2', { exits: { '2-9': 'rejected' } }, { kind: 'rejected' }],
    [
      'exits 2',
      { exits: { '2': { kind: 'accepted', level: 'applicable' } } },
      { kind: 'accepted', level: 'applicable' },
    ],
    [
      'exits 3',
      { exits: { '3': { kind: 'unsupported', feature: 'text' } } },
      { kind: 'unsupported', feature: 'text' },
    ],
    [
      'exits 4',
      { exits: { '4': { kind: 'rejected', reason: 'sig-invalid' } } },
      { kind: 'rejected', reason: 'sig-invalid' },
    ],
  ] as const)('%s with %j', async (how, command, outcome) => {
    expect(await once(how, command)).toEqual(outcome);
  });

  it.each([
    [
      'says "refused: sig-invalid at authenticate" 0',
      [{ match: '^refused: (?<reason>\\S+) at (?<stage>\\S+)$', kind: 'rejected' }],
      { kind: 'rejected', stage: 'authenticate', reason: 'sig-invalid' },
    ],
    // The first rule that matches wins.
    [
      'complains "no such key" 1',
      [
        { match: 'key', in: 'stdout', stage: 'decode' },
        { match: 'no such key', reason: 'key-unknown' },
        { match: 'key', stage: 'digest' },
      ],
      { kind: 'rejected', reason: 'key-unknown' },
    ],
    [
      'says "done: installed" 0',
      [{ match: 'done: (?<level>\\w+)' }],
      { kind: 'accepted', level: 'installed' },
    ],
    [
      'says "done: nowhere" 0',
      [{ match: 'done: (?<level>\\w+)' }],
      { kind: 'protocol-error', error: expect.stringContaining('level') },
    ],
    ['says "no" 77', [{ match: 'no', kind: 'accepted' }], { kind: 'crashed', error: 'exit status 77' }],
  ] as const)('%s with %j', async (how, output, outcome) => {
    expect(await once(how, { output })).toEqual(outcome);
  });

  it('reads effects in their order, a new sequence number and the slots', async () => {
    const output = [
      { match: '^auth$', effect: 'authenticated' },
      { match: 'got (?<uri>\\S+)', effect: 'fetch' },
      { match: 'sequence=(?<sequence>\\d+)' },
    ] as const;
    const told = { levels: ['authenticated'] } as const;
    expect(await once('says "$(printf x)" 0', { output, claims: told })).toMatchObject({ effects: [] });
    const text = 'auth\ngot coap://x/y\nsequence=12';
    expect(await once(`says '${text}' 0`, { output })).toEqual({
      kind: 'accepted',
      level: 'authenticated',
      effects: [{ kind: 'authenticated' }, { kind: 'fetch', uri: 'coap://x/y' }],
      state: { sequenceNumber: 12n },
    });
  });

  it('fills its places', async () => {
    const shown = await once(
      'words {event} {sequence} {vendor-id:uuid} {class-id} {component-id} {deadline} u={payload-uri} {kid}',
      detail,
    );
    const words = (shown as { readonly detail: string }).detail
      .split('\n')
      .filter((line) => line.startsWith('word='));
    expect(words.slice(0, -1)).toEqual(
      [
        'update',
        (2n ** 63n).toString(),
        '00000000-0000-0000-0000-000000000000',
        '0'.repeat(32),
        '00',
        '10000',
        'u=https://x/y',
        '01',
      ].map((word) => `word=${word}`),
    );
    expect(words.at(-1)).toMatch(/anchor-0\.pem$/);
    expect(await once('shows {payload-file}', detail)).toMatchObject({ detail: '\t' });
    expect(await once('shows {anchor:jwk}', detail)).toMatchObject({
      detail: expect.stringContaining('"alg":"EdDSA"'),
    });
    expect(await once('shows {recipient}', detail)).toMatchObject({
      detail: expect.stringContaining('"anchors":[{"kid":"01"'),
    });
  });

  it('what its words cannot say is unsupported', async () => {
    const host = await open('rejects {sequence} {installed}');
    expect(await host.trial(tinyRecipient, [plain])).toEqual([
      { kind: 'unsupported', feature: 'no stored envelope' },
    ]);
    const { sequenceNumber: _none, ...fresh } = tinyRecipient;
    const [anchor] = tinyRecipient.anchors;
    const of = async (recipient: Recipient, words = 'rejects {sequence}') =>
      (await open(words)).trial(recipient, [plain]);
    expect(await of(fresh)).toMatchObject([{ kind: 'unsupported' }]);
    expect(await of(fresh, 'rejects {sequence:0}')).toMatchObject([{ kind: 'accepted' }]);
    expect(await of({ ...tinyRecipient, policy: { kind: 'all' } })).toEqual([
      { kind: 'unsupported', feature: 'the policy all' },
    ]);
    expect(await of({ ...tinyRecipient, anchors: [] })).toEqual([
      { kind: 'unsupported', feature: '0 trust anchors' },
    ]);
    if (anchor)
      expect(await of({ ...tinyRecipient, anchors: [{ ...anchor, roles: [] }] })).toMatchObject([
        { kind: 'unsupported' },
      ]);
    const bound = anchor && { ...anchor, key: { ...anchor.key, alg: -19 } };
    if (bound) {
      const recipient = { ...tinyRecipient, anchors: [bound] };
      expect(await of(recipient)).toMatchObject([
        { kind: 'unsupported', feature: expect.stringContaining('of its own as pem') },
      ]);
      const host = await openVerifier(`command:'${script}' {envelope} rejects {sequence} {anchor:cose}`);
      expect(await host.trial(recipient, [plain])).toMatchObject([{ kind: 'accepted' }]);
    }
  });

  it('what does not fit a slot is unsupported, unless the capacity is told', async () => {
    const large = { ...plain, envelope: new Uint8Array(65) };
    const of = async (words: string) => (await open(words)).trial(tinyRecipient, [large]);
    expect(await of('rejects {sequence}')).toEqual([
      { kind: 'unsupported', feature: 'slots of 64 bytes ({capacity} tells)' },
    ]);
    expect(await of('rejects {sequence} {capacity}')).toMatchObject([{ kind: 'accepted' }]);
  });

  it('keeps a session’s folder from one delivery to the next, and no longer', async () => {
    const output = [{ match: 'sequence=(?<sequence>\\d+)' }];
    const host = await open('remembers {state-dir}', { output, claims: { keepsState: true } });
    const numbers = async () =>
      (await host.trial(tinyRecipient, [trigger, trigger, trigger])).map(
        (one) => 'state' in one && one.state?.sequenceNumber,
      );
    expect([await numbers(), await numbers()]).toEqual([
      [0n, 1n, 2n],
      [0n, 1n, 2n],
    ]);
  });

  it('reports what it wrote into its slots, and opens nothing but plain files there', async () => {
    const claims = { reports: ['components'] } as const;
    const size = async (how: string): Promise<unknown> => {
      const outcome = await once(`${how} {component-file:0} four {slot-dir}`, { claims });
      return 'state' in outcome ? outcome.state?.components?.map((one) => one?.size) : outcome;
    };
    expect(await size('exits 0 ')).toEqual([3n]);
    expect(await size('writes-slot')).toEqual([4n]);
    expect(await size('fifo-slot')).toEqual([undefined]);
  });
});

it('a command is told which slot is the current one', async () => {
  const host = await openVerifier(
    `command:'/bin/sh' -c 'cat "$0/slots.json"' {slot-dir} {envelope} {anchor}`,
    {
      deadlineMs: 10_000,
      command: { exits: { 0: 'rejected' }, output: [{ match: '(?<detail>.+)' }] },
    },
  );
  const [component] = tinyRecipient.components;
  const recipient = { ...tinyRecipient, components: [{ ...component!, current: 1, running: 0 }] };
  const [outcome] = await host.trial(recipient, [plain]);
  expect(JSON.parse((outcome as { detail: string }).detail)).toEqual([
    { current: '0-1', running: '0-0', files: ['0-0', '0-1'] },
  ]);
  await host.close();
});

describe('a command that misbehaves', () => {
  it.each([
    ['kills SEGV', 'crashed', 'SIGSEGV'],
    ['kills ABRT', 'crashed', 'SIGABRT'],
    ['floods-stdout', 'protocol-error', 'bytes of output'],
    ['floods-stderr', 'protocol-error', 'bytes of output'],
    ['gibibyte', 'protocol-error', 'bytes of output'],
    [
      `complains 'Traceback (most recent call last):\n  File "x.py", line 3, in f\nValueError: \u001b[2J boom' 1`,
      'crashed',
      'ValueError: \u001b[2J boom | File "x.py", line 3',
    ],
    ['complains "thread \'main\' panicked at src/x.rs:3:5:" 101', 'crashed', 'panicked at src/x.rs'],
    ['complains "x.c:3:5: runtime error: shift exponent 64" 0', 'crashed', 'shift exponent 64'],
    [
      'complains "==7==ERROR: AddressSanitizer: heap-buffer-overflow on address\n    #0 0x1 in f x.c:3\n    #1 0x2 in main x.c:9"',
      'crashed',
      'heap-buffer-overflow on address | #0 0x1 in f x.c:3 | #1',
    ],
    ['deletes-session', 'rejected', ''],
    ['half-line', 'rejected', ''],
    ['nul', 'rejected', ''],
    ['long-line', 'rejected', ''],
    ['reads', 'rejected', ''],
  ])('%s: %s', async (how, kind, error) => {
    const outcome = await once(how);
    expect(outcome.kind).toBe(kind);
    if ('error' in outcome) expect(outcome.error).toContain(error);
  });

  it.each(['gone', 'pipe', 'link'])('its envelope replaced (%s): the next delivery is made', async (how) => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    const host = await open(`spoils ${how} '${victim}'`);
    expect(await host.trial(tinyRecipient, [trigger, trigger, plain])).toMatchObject(
      Array(3).fill({ kind: 'accepted' }),
    );
    await host.close();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('what no command line can hold is unsupported', async () => {
    const host = await openVerifier(`command:'${script}' {envelope} {anchor} {envelope:hex} {capacity}`, {
      deadlineMs: 10_000,
      command: {},
    });
    const large = { ...plain, envelope: new Uint8Array(100_000) };
    expect(await host.trial(tinyRecipient, [large])).toEqual([
      { kind: 'unsupported', feature: expect.stringMatching(/^a command line of 200\d{3} bytes$/) },
    ]);
    await host.close();
  });

  it.each(['spins', 'sleeps', 'ignores-term'])('%s: hung', async (how) => {
    expect(await once(how, {}, { deadlineMs: 300 })).toEqual({ kind: 'hung', afterMs: 300 });
  });

  it('allocates without end: exhausted', async () => {
    expect(await once('allocates', {}, { memoryMiB: 64 })).toMatchObject({ kind: 'exhausted' });
  });

  it.each(['forks', 'escapes'])('%s: nothing that it started outlives it', async (how) => {
    const outcome = await once(how, { output: [{ match: 'child=(?<detail>\\d+)' }] });
    const pid = Number('detail' in outcome ? outcome.detail : Number.NaN);
    expect(pid).toBeGreaterThan(1);
    for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(20);
    expect(isAlive(pid)).toBe(false);
  });

  it('text from it is kept as data, and capped', async () => {
    expect(await once('ansi', detail)).toMatchObject({
      detail: expect.stringContaining('\u001b[2J<script>'),
    });
    const long = await once('long-line', { output: [{ match: '(?<detail>x+)' }] });
    expect((long as { readonly detail: string }).detail.length).toBeLessThan(1100);
  });

  it('deletes the folder it runs in: what follows says so, and is no rejection', async () => {
    const cwd = join(folder, 'own');
    mkdirSync(cwd);
    const host = await open('deletes-cwd', {}, { cwd });
    expect(await host.trial(tinyRecipient, [trigger, plain])).toMatchObject([
      { kind: 'rejected' },
      { kind: 'crashed', error: expect.stringContaining('could not be started') },
    ]);
  });

  it('sees no more of the environment than it is given, and no descriptors', async () => {
    process.env.GAUNTLET_SECRET = 'secret';
    const shown = (await once('environment', detail, { env: { COLOUR: 'blue' }, cwd: folder })) as {
      readonly detail: string;
    };
    expect(shown.detail).toContain('COLOUR=blue');
    expect(shown.detail).toContain(folder);
    expect(shown.detail).not.toContain('secret');
    const open = (await once('descriptors', detail)) as { readonly detail: string };
    // The last is of the folder that ls itself reads.
    expect(open.detail.trim().split('\n')).toEqual(['0', '1', '2', '3']);
  });

  it('is given up after so many deaths in a row', async () => {
    const host = await open('kills SEGV', {}, { deathsInARow: 2 });
    await host.trial(tinyRecipient, [trigger]);
    await host.trial(tinyRecipient, [trigger]);
    expect(await host.trial(tinyRecipient, [plain])).toMatchObject([
      { kind: 'crashed', notRun: true, error: expect.stringContaining('2 times') },
    ]);
    expect(host.status().givenUp).toBe(true);
  });

  it('leaves no temporary folder behind', () => {
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith(sessionPrefix));
    expect(left).toEqual([]);
  });
});

describe('opening a command', () => {
  it.each([
    ['no-such-program {envelope} {anchor}', {}, 'verifier-not-found', 'no-such-program'],
    ['', {}, 'verifier-command', 'needs a program'],
    ['cat {envelop} {anchor}', {}, 'verifier-command', '{envelop}; it may have {envelope}, {event}'],
    ['cat {anchor}', {}, 'verifier-command', '{envelope}'],
    ['cat {envelope}', {}, 'verifier-command', '{anchor}'],
    ['cat {envelope} {anchor:der}', {}, 'verifier-command', 'there are pem, jwk, cose, raw'],
    [
      'cat {envelope} {anchor} {component-file:x}',
      {},
      'verifier-command',
      'a number, as in {component-file:0}',
    ],
    ['cat {envelope} {anchor} {sequence:none}', {}, 'verifier-command', 'a number, as in {sequence:0}'],
    ['cat {envelope} {anchor}', { level: 'applicable' }, 'verifier-command', '{vendor-id}'],
    [
      'cat {envelope} {anchor} {sequence} {vendor-id} {class-id}',
      { level: 'installed' },
      'verifier-command',
      '{payload-dir}',
    ],
    ['cat {envelope} {anchor}', { claims: { keepsState: true } }, 'verifier-command', '{state-dir}'],
    ['cat {envelope} {anchor}', { claims: { algorithms: [-7, -9] } }, 'verifier-command', '{anchor:jwk}'],
    ['cat {envelope} {anchor}', { exits: { '9-3': 'rejected' } }, 'verifier-command', '"9-3"'],
    ['cat {envelope} {anchor}', { output: [{ match: '(' }] }, 'verifier-command', '"("'],
    [
      'cat {envelope} {anchor}',
      { output: [{ match: 'x', effect: 'write' }] },
      'verifier-command',
      'effect authenticated',
    ],
  ] as const)('%s with %j: %s', async (command, settings, code, message) => {
    const error = await openVerifier(`command:${command}`, { command: settings }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(BenchError);
    expect((error as BenchError).code).toBe(code);
    expect((error as BenchError).message).toContain(message);
  });

  it('claims what its words and rules allow', async () => {
    const host = await openVerifier(
      'command:"cat {envelope} {anchor} {sequence} {vendor-id} {class-id} {payload-dir} {slot-dir}"',
      {
        command: { level: 'installed', output: [{ match: '(?<reason>x)' }], claims: { version: '3' } },
      },
    );
    expect(host.claims).toMatchObject({
      name: 'cat',
      version: '3',
      levels: ['authenticated', 'applicable', 'installed'],
      events: ['update'],
      algorithms: [-7],
      reports: ['stage', 'reason', 'components'],
      keepsState: false,
    });
  });

  it.each([
    ['', 'authenticated', ['update'], true],
    ['{event}', 'authenticated', ['update', 'boot'], true],
    // A boot looks at what the components hold.
    ['{event}', 'installed', ['update'], false],
    ['{event} {device-id} {slot-dir}', 'installed', ['update', 'boot'], true],
  ] as const)(
    'told %s up to %s, it claims %j, the device id: %s',
    async (more, level, events, hasDeviceId) => {
      const words = `{anchor} {sequence} {vendor-id} {class-id} {payload-dir} ${more}`;
      const { claims } = await openVerifier(`command:cat {envelope} ${words}`, { command: { level } });
      expect(claims.events).toEqual(events);
      expect(claims.commands.includes(24)).toBe(hasDeviceId);
    },
  );

  it('says what it cannot be told of recipients', async () => {
    const of = async (words: string) =>
      (await openVerifier(`command:cat {envelope} ${words}`, { command: { claims: {} } })).untold;
    expect(await of('{anchor}')).toEqual(['anchors', 'policies']);
    expect(await of('{anchors} {sequence} {class-id} {component-id}')).toEqual([
      'policies',
      'components',
      'ids',
      'fresh',
    ]);
    expect(await of('{anchor} {sequence:0}')).toEqual(['anchors', 'policies']);
    expect(await of('{recipient} {delivery}')).toEqual([]);
  });

  it('is not told of contents whose bytes nobody has', async () => {
    const digest = { algorithm: -16, bytes: new Uint8Array(32) };
    const components = tinyRecipient.components.map((one) => ({
      ...one,
      slots: [{ kind: 'assumed', digest, size: 3n } as const, { kind: 'empty' } as const],
    }));
    const of = async (words: string) =>
      (await open(`rejects ${words}`)).trial({ ...tinyRecipient, components }, [plain]);
    const feature = expect.stringContaining('contents');
    expect(await of('{slot-dir}')).toMatchObject([{ kind: 'unsupported', feature }]);
    expect(await of('')).toMatchObject([{ kind: 'accepted' }]);
  });

  it('is left alone while what others of its runs left behind is looked for', async () => {
    const host = await openVerifier("command:'/bin/sh' -c 'sleep 0.02' {envelope} {anchor}", {
      deadlineMs: 10_000,
      command: { concurrency: 6 },
    });
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => host.trial(tinyRecipient, [plain])));
    await host.close();
    expect(outcomes.flat().filter(({ kind }) => kind !== 'accepted')).toEqual([]);
  });
});
