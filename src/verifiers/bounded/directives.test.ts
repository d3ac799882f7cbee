import { describe, expect, it } from 'vitest';
import { digestOf } from '../../cose/algorithms.ts';
import type { Payload } from '../../device/delivery.ts';
import type { Component, Content } from '../../device/recipient.ts';
import type { Command, Parameters } from '../../suit/model.ts';
import { encode, release } from '../../suit/parts.ts';
import {
  answerTo,
  author,
  component,
  condition,
  deliver,
  directive,
  index,
  manifest,
  override,
  pair,
  recipient,
} from './fixtures/device.ts';

const image = Uint8Array.from({ length: 60 }, (_, i) => 255 - i);
const imageDigest = { algorithm: -16, bytes: digestOf(-16, image)! };
const uri = 'http://example.com/image';
const matches = condition('imageMatch');
const bytes = (of: Uint8Array): Content => ({ kind: 'bytes', bytes: of });

function fetching(parameters: Parameters, ...after: Command[]) {
  return manifest([], {
    install: [override({ uri, imageDigest, ...parameters }), directive('fetch'), ...after],
  });
}

function offered(payload: { kind: string }): readonly Payload[] {
  return [{ uri, ...payload } as Payload];
}

describe('fetch', () => {
  it.each<[answer: string, payloads: readonly Payload[], parameters: Parameters]>([
    ['accepted', offered(bytes(image)), {}],
    ['accepted', offered({ kind: 'assumed', digest: imageDigest, size: 60n } as Content), {}],
    ['image-mismatch', offered(bytes(image.with(9, 9))), {}],
    ['image-mismatch', offered(bytes(image.subarray(1))), {}],
    ['fetch-failed', [], {}],
    ['fetch-failed', [{ uri: `${uri}?`, kind: 'bytes', bytes: image }], {}],
    ['fetch-failed', [{ uri: uri.slice(0, -1), kind: 'bytes', bytes: image }], {}],
    ['size-mismatch', offered(bytes(image)), { imageSize: 59n }],
    ['accepted', offered(bytes(image)), { imageSize: 60n }],
    ['limit-size', offered(bytes(new Uint8Array(65))), {}],
    ['limit-size', offered({ kind: 'assumed', digest: imageDigest, size: 65n } as Content), {}],
    ['limit-size', offered({ kind: 'endless', bytes: image } as { kind: string }), {}],
    ['size-mismatch', offered({ kind: 'endless', bytes: image } as { kind: string }), { imageSize: 60n }],
    ['fetch-failed', offered({ kind: 'endless', bytes: new Uint8Array(0) } as { kind: string }), {}],
  ])('%s', (answer, payloads, parameters) => {
    expect(answerTo(fetching(parameters, matches), { payloads })).toBe(answer);
  });

  it.each([
    ['#gone', 'fetch-failed'],
    ['', 'uri-rejected'],
    ['image', 'uri-rejected'],
    ['//example.com/image', 'uri-rejected'],
    ['ftp://example.com/image', 'uri-rejected'],
    ['httpx://example.com/', 'uri-rejected'],
    ['1http://example.com/', 'uri-rejected'],
    ['http://exa mple.com/', 'uri-rejected'],
    ['http://example.com\\@other/', 'uri-rejected'],
    ['http://example.com/\r\nX: y', 'uri-rejected'],
    ['http://example.com/é', 'uri-rejected'],
    ['http://example.com/%zz', 'uri-rejected'],
    ['http://example.com/%4', 'uri-rejected'],
    ['http://example.com/%4', 'uri-rejected'],
  ])('%j is not asked for', (from, reason) => {
    const payloads = [{ uri: from, kind: 'bytes', bytes: image } as const];
    const decision = deliver(fetching({ uri: from }, matches), { payloads });
    expect(decision).toMatchObject({ reason, effects: [{ kind: 'authenticated' }] });
  });

  it.each(['HTTP://example.com/%7e', 'coap:', "http://[::1]/-._~!$&'()*+,;=:@?/#a"])('%j is', (from) => {
    const payloads = [{ uri: from, kind: 'bytes', bytes: image } as const];
    const decision = deliver(fetching({ uri: from }, matches), { payloads });
    expect(decision).toMatchObject({
      kind: 'accepted',
      effects: [{}, { kind: 'fetch', uri: from, component: 0 }, {}, {}],
    });
  });

  it('takes the envelope’s own payload first, of exactly that key', () => {
    const parts = release(fetching({ uri: '#b' }, matches), [author], {
      payloads: [
        ['#a', new Uint8Array(1)],
        ['#b', image],
        ['#bb', new Uint8Array(2)],
      ],
    });
    const decision = deliver(parts);
    expect(decision.state?.full?.contents[0]?.[0]).toEqual(bytes(image));
    expect(decision.effects?.map(({ kind }) => kind)).toEqual(['authenticated', 'write', 'commit']);
    const prefetched = release(fetching({}, matches), [author], { payloads: [[uri, image]] });
    expect(answerTo(prefetched, { payloads: offered(bytes(image.with(0, 0))) })).toBe('accepted');
    const large = release(fetching({ uri: '#a' }), [author], { payloads: [['#a', new Uint8Array(65)]] });
    expect(answerTo(large)).toBe('limit-size');
  });

  it('needs a URI, and in the end a digest to check with', () => {
    expect(answerTo(manifest([], { install: [directive('fetch')] }))).toBe('param-missing');
    const payloads = offered(bytes(image));
    const bare = [override({ uri }), directive('fetch')];
    expect(answerTo(manifest([], { install: bare }), { payloads })).toBe('not-validated');
    expect(
      answerTo(manifest([], { install: [...bare, override({ imageDigest }), matches] }), { payloads }),
    ).toBe('accepted');
    const written = [...bare, override({ content: image }), directive('write')];
    expect(answerTo(manifest([], { install: written }), { payloads })).toBe('accepted');
  });

  it('knows a copy of what was fetched by the check of another copy', () => {
    const payloads = offered(bytes(image));
    const copied = [
      index(0),
      override({ uri }),
      directive('fetch'),
      index(1),
      override({ sourceComponent: 0n, imageDigest }),
      directive('copy'),
    ];
    const install = (...more: Command[]) =>
      answerTo(pair([], { install: [...copied, ...more] }), { payloads });
    expect(install()).toBe('not-validated');
    expect(install(matches)).toBe('accepted');
    // The first is written over: what is in the second is as little known as before.
    expect(install(index(0), override({ content: image }), directive('write'))).toBe('not-validated');
    expect(
      install(
        override({ sourceComponent: 0n }),
        directive('swap'),
        index(0),
        override({ imageDigest }),
        matches,
      ),
    ).toBe('accepted');
  });
});

describe('copy, swap and write', () => {
  const old = Uint8Array.of(1, 2, 3);
  const to = { ...recipient, components: [component(0), component(1, { slots: [bytes(image)] })] };
  const moving = (name: 'copy' | 'swap', parameters: Parameters = { sourceComponent: 1n }) =>
    pair([], { install: [index(0), override({ imageDigest, ...parameters }), directive(name), matches] });
  const with0 = (more: Partial<Component>) => ({
    ...to,
    components: [component(0, more), to.components[1]!],
  });
  const with1 = (more: Partial<Component>) => ({ ...to, components: [component(0), component(1, more)] });

  it('copy leaves its source, swap exchanges the two', () => {
    const slots = (name: 'copy' | 'swap') =>
      deliver(moving(name), { to }).state?.full?.contents.map(([first]) => first);
    expect(slots('copy')).toEqual([bytes(image), bytes(image)]);
    expect(slots('swap')).toEqual([bytes(image), bytes(old)]);
  });

  it.each(['copy', 'swap'] as const)(
    '%s wants a source that is another, there, and not too large',
    (name) => {
      expect(answerTo(moving(name, { sourceComponent: 0n }), { to })).toBe('source-missing');
      expect(answerTo(moving(name, { sourceComponent: 2n }), { to })).toBe('source-missing');
      expect(answerTo(moving(name, { sourceComponent: 2n ** 32n + 1n }), { to })).toBe('source-missing');
      expect(answerTo(moving(name, {}), { to })).toBe('param-missing');
      expect(answerTo(moving(name), { to: with1({ slots: [{ kind: 'empty' }] }) })).toBe('source-missing');
      expect(answerTo(moving(name), { to: with0({ capacity: 59 }) })).toBe('limit-size');
      expect(answerTo(moving(name), { to: with0({ capacity: 60 }) })).toBe('accepted');
    },
  );

  it('swap does not put into the source more than it holds', () => {
    const small = with1({ slots: [bytes(image)], capacity: 2 });
    expect(answerTo(moving('swap'), { to: small })).toBe('limit-size');
    expect(answerTo(moving('copy'), { to: small })).toBe('accepted');
  });

  it('act on the current slot alone', () => {
    const twoSlots = with0({ current: 1, slots: [bytes(old), { kind: 'empty' }] });
    for (const install of [
      moving('copy').install as readonly Command[],
      moving('swap').install as readonly Command[],
      [index(0), override({ content: image }), directive('write')],
    ]) {
      expect(deliver(pair([], { install }), { to: twoSlots }).state?.full?.contents[0]).toEqual([
        bytes(old),
        bytes(image),
      ]);
    }
  });

  it('write wants content, within the slot', () => {
    expect(answerTo(manifest([], { install: [directive('write')] }))).toBe('param-missing');
    const writing = (size: number) => [override({ content: new Uint8Array(size) }), directive('write')];
    expect(answerTo(manifest([], { install: writing(64) }))).toBe('accepted');
    expect(answerTo(manifest([], { install: writing(65) }))).toBe('limit-size');
  });

  it('refuse a component that is both read and written while the order is free', () => {
    const sources = [
      index(0),
      override({ sourceComponent: 1n }),
      index(1),
      override({ sourceComponent: 0n }),
    ];
    const both = (...first: Command[]) =>
      answerTo(pair([], { install: [...sources, ...first, index([0, 1]), directive('copy')] }), { to });
    expect(both()).toBe('accepted');
    expect(both(override({ strictOrder: false }))).toBe('order-violation');
    const barrier = [index(0), directive('copy'), index(1), directive('copy')];
    const apart = [...sources, override({ strictOrder: false }), ...barrier];
    expect(answerTo(pair([], { install: apart }), { to })).toBe('accepted');
  });

  it('refuse it of sequences that run beside each other too, unless a barrier stands between them', () => {
    const lane = (...commands: Command[]): Command => ({ kind: 'runSequence', commands });
    const writes = lane(index(0), override({ content: image }), directive('write'));
    const copies = lane(index(1), override({ sourceComponent: 0n }), directive('copy'));
    const free = override({ strictOrder: false });
    const both = (...lanes: Command[]) => answerTo(pair([], { install: [index(0), free, ...lanes] }), { to });
    expect(both(writes, copies)).toBe('order-violation');
    expect(both(copies, writes)).toBe('order-violation');
    for (const barrier of [index(0), override({ componentSlot: 0n })]) {
      expect(both(writes, barrier, copies)).toBe('accepted');
    }
    expect(both(writes, writes)).toBe('accepted');
    expect(both(copies, copies)).toBe('accepted');
    const halts = [override({ softFailure: true }), condition('abort')];
    const writesAndHalts = lane(index(0), override({ content: image }), directive('write'), ...halts);
    expect(both(writesAndHalts, copies)).toBe('order-violation');
  });

  it('move what is not in the delivery through a block of the arena, which is given back', () => {
    const high = (install: readonly Command[]) =>
      deliver(pair([], { install }), { to }).cost!.highWaterBytes!;
    const copyOnce = [index(0), override({ sourceComponent: 1n }), directive('copy')];
    const deep: Command = { kind: 'runSequence', commands: copyOnce };
    const deeper: Command = { kind: 'runSequence', commands: [deep] };
    const most = high([index(0), deeper]);
    expect(high([index(0), deeper, ...copyOnce, deeper])).toBe(most);
    const parts = encode(release(pair([], { install: [index(0), deeper] }), [author]));
    expect(answerTo(parts, { to, arenaBytes: most })).toBe('accepted');
    expect(answerTo(parts, { to, arenaBytes: most - 4 })).toBe('limit-memory');
  });

  it('count as steps by their size, and stop at the limit', () => {
    const large = component(1, { capacity: 1 << 20, slots: [bytes(new Uint8Array(1 << 20))] });
    const roomy = { ...to, components: [component(0, { capacity: 1 << 20 }), large] };
    const copyOnce = [index(0), override({ sourceComponent: 1n }), directive('copy')];
    const steps = (maxSteps?: number) =>
      deliver(pair([], { install: copyOnce }), { to: roomy, ...(maxSteps && { maxSteps }) });
    expect(steps().cost!.steps).toBeGreaterThan(1024);
    expect(steps(1024)).toMatchObject({ reason: 'limit-steps', cost: { steps: 1024 } });
  });
});
