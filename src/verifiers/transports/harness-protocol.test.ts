import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../cbor/hex.ts';
import { deliveryToJson, recipientToJson } from '../../device/json.ts';
import type { Recipient } from '../../device/recipient.ts';
import { packageRoot } from '../../package-root.ts';
import { reasons, stages } from '../../suit/stage.ts';
import { plain, tinyRecipient, trigger } from './fixtures/tiny.ts';
import type { IsolatedHost } from './isolated-host.ts';
import { openVerifier } from './open.ts';
import { checkMessage } from './schema.ts';

const page = readFileSync(join(packageRoot(), 'docs', 'harness-protocol.md'), 'utf8');

describe('docs/harness-protocol.md', () => {
  it('lists every stage with its reasons, and no other', () => {
    const rows = [...page.matchAll(/^\| `([a-z]+)` \| ((?:`[a-z-]+`(?:, )?)+) \|$/gm)]
      .map(([, stage, list]) => [
        stage,
        [...(list ?? '').matchAll(/`([a-z-]+)`/g)].map(([, reason]) => reason),
      ])
      .filter(([stage]) => (stages as readonly unknown[]).includes(stage));
    const known = stages.map((stage) => [
      stage,
      Object.entries(reasons).flatMap(([reason, of]) => (of.stage === stage ? [reason] : [])),
    ]);
    expect(rows).toEqual(known);
  });
});

describe('the schema of decisions', () => {
  it('knows the same stages and reasons as the code', () => {
    const file = join(packageRoot(), 'docs', 'schemas', 'decision.schema.json');
    const { properties } = JSON.parse(readFileSync(file, 'utf8'));
    expect(properties.stage.enum).toEqual(stages);
    expect(properties.reason.enum).toEqual(Object.keys(reasons));
  });

  const base = { type: 'decision', session: 1, id: 0 };
  const withContent = (content: object) => ({
    ...base,
    kind: 'rejected',
    state: { full: { contents: [[content]] } },
  });

  it.each([
    {
      ...base,
      kind: 'accepted',
      level: 'installed',
      state: { sequenceNumber: '1', components: [null, { sha256: '00'.repeat(32), size: '3' }] },
    },
    { ...base, kind: 'rejected' },
    withContent({ kind: 'bytes', bytes: '00ff' }),
    {
      ...base,
      kind: 'rejected',
      effects: [
        { kind: 'fetch', uri: 'u' },
        { kind: 'write', component: 0 },
        { kind: 'commit', sequenceNumber: '7' },
      ],
    },
    { ...base, kind: 'unsupported', feature: 'x', colour: 'blue' },
  ])('takes valid decision %#', (message) => {
    expect(checkMessage('decision', message)).toBeUndefined();
  });

  it.each([
    [{ ...base, kind: 'accepted' }, /level/],
    [{ ...base, kind: 'maybe' }, /kind.*accepted, rejected/],
    [{ ...base, kind: 'rejected', stage: 'nowhere' }, /^stage/],
    [{ ...base, kind: 'rejected', state: { sequenceNumber: 1 } }, /^state.sequenceNumber/],
    [
      { ...base, kind: 'rejected', state: { components: [{ sha256: 'AA', size: '1' }] } },
      /^state.components.0/,
    ],
    [{ ...base, kind: 'rejected', effects: [{ kind: 'fetch' }] }, /^effects.0.*uri/],
    [{ ...base, kind: 'rejected', cost: { steps: -1 } }, /^cost.steps/],
    [{ ...base, kind: 'unsupported' }, /feature/],
    [{ type: 'decision', kind: 'rejected', id: 0 }, /session/],
    ['accepted', /object/],
    [withContent({ kind: 'bytes' }), /contents.*bytes/],
    [withContent({ kind: 'assumed', size: '3' }), /contents.*digest/],
    [withContent({ kind: 'full' }), /contents.*kind/],
  ])('refuses wrong decision %#, naming the field', (message, error) => {
    expect(checkMessage('decision', message)).toMatch(error);
  });
});

describe('the schemas of what the bench sends', () => {
  const recipients: readonly Recipient[] = [
    tinyRecipient,
    {
      ...tinyRecipient,
      anchors: [
        {
          key: { kty: 'EC2', crv: 'P-256', x: new Uint8Array(32), y: new Uint8Array(32), alg: -9 },
          algorithms: [-9],
          roles: [],
        },
        {
          key: { kty: 'Symmetric', k: new Uint8Array(16), keyOps: [10] },
          algorithms: [5],
          roles: ['author', 'qualifier'],
        },
      ],
      policy: { kind: 'at-least', count: 2 },
      installed: Uint8Array.of(1),
      clock: { kind: 'trusted', now: 1n << 40n },
      components: tinyRecipient.components.map((component) => ({
        ...component,
        slots: [{ kind: 'assumed', digest: { algorithm: -16, bytes: new Uint8Array(32) }, size: 1n << 60n }],
      })),
    },
  ];

  it.each(recipients)('open %#', (recipient) => {
    const message = { type: 'open', session: 1, recipient: recipientToJson(recipient) };
    expect(checkMessage('open', JSON.parse(JSON.stringify(message)))).toBeUndefined();
  });

  it.each([
    plain,
    trigger,
    { event: 'boot', payloads: [{ uri: 'x:y', kind: 'endless', bytes: Uint8Array.of(1) }] } as const,
    {
      event: 'update',
      payloads: [{ uri: 'x:y', kind: 'assumed', digest: { algorithm: -16, bytes: Uint8Array.of(1) } }],
    } as const,
  ])('deliver %#', (delivery) => {
    const message = { type: 'deliver', session: 1, id: 0, ...deliveryToJson(delivery) };
    expect(checkMessage('deliver', JSON.parse(JSON.stringify(message)))).toBeUndefined();
  });
});

describe('the example harness in Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-harness-'));
  let host: IsolatedHost;

  beforeAll(async () => {
    const [, source] = /```python\n([\s\S]*?)```/.exec(page) ?? [];
    writeFileSync(join(folder, 'harness.py'), source ?? '');
    host = await openVerifier('process:python3 harness.py', { cwd: folder, deadlineMs: 10_000 });
  });
  afterAll(async () => {
    await host?.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    // 107({2: << [<< [-16, h''] >>] >>, 3: h'a0'})
    ['d86ba202458143822f400341a0', 'authenticate', 'auth-missing'],
    // 107({2: << [<< [-16, h'00'] >>, h'00'] >>, 3: h'a0'})
    ['d86ba202488244822f410041000341a0', 'authenticate', 'cose-unsupported'],
    ['d86ba10341a0', 'authenticate', 'auth-missing'],
    ['d86ba10341a000', 'decode', 'trailing-data'],
    ['a10341a0', 'envelope', 'wrong-tag'],
    ['d86bf6', 'envelope', 'envelope-structure'],
    ['d86b9bffffffffffffffff', 'decode', 'not-well-formed'],
    ['81'.repeat(50), 'resource', 'limit-depth'],
    ['', 'decode', 'not-well-formed'],
  ])('rejects %s', async (hex, stage, reason) => {
    const [outcome] = await host.trial(tinyRecipient, [{ ...plain, envelope: fromHex(hex) }]);
    expect(outcome).toEqual({ kind: 'rejected', stage, reason });
  });
});
