import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import binaryen from 'binaryen';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Accepted, Cost } from '../../device/decision.ts';
import type { Outcome } from '../../device/outcome.ts';
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

  it('is refused memory beyond the ceiling, and decides for itself what then', async () => {
    const host = await open(broken, { memoryMiB: 64 });
    expect(await host.trial(tinyRecipient, [doing(3), plain])).toEqual([accepted, accepted]);
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

  it.each([
    [
      '(import "env" "memory" (memory 1))',
      'it imports env.memory (a memory); a module may import the functions',
    ],
    ['(import "gauntlet" "log" (global i32))', 'it imports gauntlet.log (a global)'],
    [`(func $start (unreachable)) (start $start) ${exporting()}`, 'it could not be started: .*unreachable'],
    [
      `${lending} (func $start (call $sha256 (i32.const 0) (i32.const 1) (i32.const 9))) (start $start) ${exporting()}`,
      'its start function calls an import that reads memory.* export it as _initialize',
    ],
    [exporting({ memory: '2000' }), 'linear memory of 2000 pages of 64 KiB .2000 at the start, 1024 allowed'],
    [
      exporting({ capabilities: '(param i64) (result i32) (i32.const 8)' }),
      'gauntlet_capabilities: wanted a function of 32-bit',
    ],
  ])('%s: refused with the reason', async (text, why) => {
    const parsed = binaryen.parseText(`(module ${text})`);
    await expect(
      open(written('made.wasm', [...parsed.emitBinary()].slice(8)), { memoryMiB: 64 }),
    ).rejects.toMatchObject({
      code: 'verifier-dead',
      message: expect.stringMatching(why.replace(/[().](?![*])/g, '.')),
    });
  });

  it('runs a start function', async () => {
    const text = `(global $version (mut i32) (i32.const 0)) (func $start (global.set $version (i32.const 7)))
      (start $start) ${exporting({ version: '(result i32) (global.get $version)' })}`;
    const parsed = binaryen.parseText(`(module ${text})`);
    await expect(open(written('starts.wasm', [...parsed.emitBinary()].slice(8)))).rejects.toThrow(
      'version 7',
    );
  });

  it('takes a file that is not there for wrong usage', async () => {
    await expect(open('no-such.wasm')).rejects.toMatchObject({ code: 'verifier-not-found' });
  });
});

describe('counted exactly', () => {
  const counts = join(fixtureFolder, 'wasm/counts.wasm');

  /** Of a delivery with these levels of recursion, pages of 64 bytes on the heap and rounds to spin. */
  async function costOf(host: IsolatedHost, ...envelope: number[]): Promise<Cost> {
    const [outcome] = await host.trial(tinyRecipient, [{ ...plain, envelope: Uint8Array.from(envelope) }]);
    expect(outcome).toMatchObject({ kind: 'accepted' });
    return (outcome as Accepted).cost ?? {};
  }

  it('the same figures twice, in another order and process', async () => {
    const deliveries = [
      [9, 3, 1],
      [0, 0, 0],
      [200, 0, 7],
    ];
    const [one, other] = [await open(counts, { counts: true }), await open(counts, { counts: true })];
    const first = await Promise.all(deliveries.map((envelope) => costOf(one, ...envelope)));
    const second = await Promise.all(deliveries.toReversed().map((envelope) => costOf(other, ...envelope)));
    expect(second.toReversed()).toEqual(first);
    expect(Object.keys(first[0] as Cost).toSorted()).toEqual([
      'heapBytes',
      'highWaterBytes',
      'stackBytes',
      'staticBytes',
      'steps',
    ]);
  });

  it('stack, heap and steps each grow with what is done to them, and nothing else does', async () => {
    const host = await open(counts, { counts: true });
    const [none, deep, wide, long, longer] = (await Promise.all(
      [
        [20, 0, 0],
        [70, 0, 0],
        [20, 5, 0],
        [20, 0, 1],
        [20, 0, 2],
      ].map((envelope) => costOf(host, ...envelope)),
    )) as [Cost, Cost, Cost, Cost, Cost];
    const { steps: _, ...bytes } = none;
    expect(deep).toMatchObject({ heapBytes: 0, staticBytes: none.staticBytes });
    // 16 bytes of each level's frame lie in linear memory.
    expect((deep.stackBytes as number) - (none.stackBytes as number)).toBe(50 * 16);
    expect(wide).toMatchObject({
      ...bytes,
      heapBytes: 320,
      highWaterBytes: (none.highWaterBytes as number) + 320,
    });
    expect(long).toMatchObject(bytes);
    expect((longer.steps as number) - (long.steps as number)).toBe(11_000);
  });

  it('a limit on steps stops the same delivery each time, and no other', async () => {
    const free = await open(counts, { counts: true });
    const { steps } = await costOf(free, 0, 0, 9);
    const host = await open(counts, { mostSteps: steps as number });
    const made = (rounds: number) => ({ ...plain, envelope: Uint8Array.of(0, 0, rounds) });
    for (const _ of [1, 2]) {
      expect(await host.trial(tinyRecipient, [made(9)])).toEqual([accepted]);
      expect(await host.trial(tinyRecipient, [made(10)])).toEqual([{ kind: 'hung', afterSteps: steps }]);
    }
    expect(host.status()).toMatchObject({ restarts: 0 });
  });

  it('under a profile: one that takes more than is granted is stopped, by bytes and by stack', async () => {
    const profile = { name: 'small', verifierBytes: 300, envelopeBytes: 100, stackBytes: 600, components: 1 };
    const host = await open(counts, { profile });
    expect(host.ceiling).toBe('counted');
    expect(await costOf(host, 0, 5, 0)).toMatchObject({ highWaterBytes: 392 });
    const outcomes = async (...envelope: number[]) =>
      host.trial(tinyRecipient, [{ ...plain, envelope: Uint8Array.from(envelope) }]);
    expect(await outcomes(0, 6, 0)).toMatchObject([
      { kind: 'exhausted', ceilingBytes: 400, error: expect.stringContaining('456 bytes of working memory') },
    ]);
    expect(await outcomes(60, 0, 0)).toMatchObject([
      { kind: 'exhausted', ceilingBytes: 600, error: expect.stringContaining('bytes of stack') },
    ]);
  });

  it('without the bounds of its stack, all is one figure', async () => {
    const [outcome] = await (await open(broken, { counts: true })).trial(tinyRecipient, [plain]);
    expect(Object.keys((outcome as Accepted).cost ?? {}).toSorted()).toEqual(['highWaterBytes', 'steps']);
  });

  it('decides as it does uncounted', async () => {
    const [one, other] = [await open(), await open(broken, { counts: true })];
    const deliveries = [plain, doing(10), doing(10), doing(0, 2000), doing(6)];
    const { decisions, counted } = {
      decisions: await one.trial(tinyRecipient, deliveries),
      counted: await other.trial(tinyRecipient, deliveries),
    };
    expect(counted.map(({ cost: _, ...rest }: Outcome & { cost?: Cost }) => rest)).toEqual(decisions);
  });
});

/** A type section with one function of no arguments, and an import section with `env.open` of that type. */
const importing = [
  ...[1, 4, 1, 0x60, 0, 0],
  ...[2, 12, 1, 3, ...Buffer.from('env'), 4, ...Buffer.from('open'), 0, 0],
];

const lending = '(import "gauntlet" "sha256" (func $sha256 (param i32) (param i32) (param i32)))';

/** All that a module must export, in text form. */
function exporting({
  memory = '1',
  version = '(result i32) (i32.const 1)',
  capabilities = '(result i32) (i32.const 8)',
} = {}): string {
  return `(memory (export "memory") ${memory})
    (func (export "gauntlet_version") ${version})
    (func (export "gauntlet_capabilities") ${capabilities})
    (func (export "gauntlet_buffer") (param i32) (result i32) (i32.const 0))
    (func (export "gauntlet_reset") (param i32) (param i32))
    (func (export "gauntlet_deliver") (param i32) (param i32))
    (func (export "gauntlet_decision") (result i32) (i32.const 8))`;
}

/** A module with these sections. */
function written(name: string, sections: readonly number[]): string {
  const file = join(folder, name);
  const header = name.startsWith('text') ? [] : [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  writeFileSync(file, Uint8Array.from([...header, ...sections]));
  return file;
}
