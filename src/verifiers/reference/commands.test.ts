import { describe, expect, it } from 'vitest';
import type { Decision } from '../../device/decision.ts';
import type { Payload } from '../../device/delivery.ts';
import type { AssumedContent, Component, Content } from '../../device/recipient.ts';
import type { Command, Manifest, Parameters } from '../../suit/model.ts';
import {
  act,
  bytes,
  classId,
  compatibility,
  component,
  deliver,
  deviceId,
  image,
  index,
  manifest,
  network,
  oldImage,
  recipient,
  set,
  sha256,
  twoComponents,
  uri,
  vendorId,
} from './fixtures/trial.ts';
import { createVerifier } from './reference.ts';
import type { Rules } from './rules.ts';

const other = Uint8Array.from({ length: 16 }, (_, i) => 255 - i);
const empty: Content = { kind: 'empty' };
const pen = Uint8Array.of(0x81, 0xfd, 0x59);

/** A boot of `held` that evaluates these commands in its validate section. */
function checking(
  commands: readonly Command[],
  held: Content = bytes(image),
  more: Partial<Component> = {},
): Promise<Decision> {
  const device = recipient({ components: [{ ...component(0, [held]), ...more }] });
  const { install: _, invoke: __, ...booting } = manifest({ validate: commands });
  return deliver(booting as Manifest, { event: 'boot', recipient: device });
}

async function outcome(decision: Promise<Decision>): Promise<string | undefined> {
  const { kind, ...rest } = (await decision) as Decision & { reason?: string };
  return kind === 'accepted' ? kind : rest.reason;
}

describe('identifier conditions', () => {
  it.each<
    [string, Parameters, 'vendorIdentifier' | 'classIdentifier' | 'deviceIdentifier', Partial<Component>]
  >([
    ['accepted', { vendorId }, 'vendorIdentifier', {}],
    ['accepted', { vendorId }, 'vendorIdentifier', { vendorIds: [other, vendorId] }],
    ['accepted', { vendorId: { pen } }, 'vendorIdentifier', { pens: [pen] }],
    ['vendor-mismatch', { vendorId: { pen } }, 'vendorIdentifier', {}],
    ['vendor-mismatch', { vendorId: other }, 'vendorIdentifier', {}],
    ['class-mismatch', { classId: other }, 'classIdentifier', {}],
    ['accepted', { classId }, 'classIdentifier', {}],
    ['device-mismatch', { deviceId: other }, 'deviceIdentifier', {}],
    ['accepted', { deviceId }, 'deviceIdentifier', {}],
    ['device-mismatch', { deviceId }, 'deviceIdentifier', { deviceIds: [] }],
  ])('%s', async (expected, parameters, name, more) => {
    expect(await outcome(checking([set(parameters), act(name)], bytes(image), more))).toBe(expected);
  });

  it('do not look at another component’s ids', async () => {
    const components = [component(0), { ...component(1), classIds: [other] }];
    const decision = deliver(twoComponents(), { recipient: recipient({ components }) });
    expect(await outcome(decision)).toBe('class-mismatch');
  });
});

describe('image-match', () => {
  const digest = { imageDigest: sha256(image), imageSize: 100n };
  const assumed = (size?: bigint): AssumedContent => ({
    kind: 'assumed',
    digest: sha256(image),
    ...(size !== undefined && { size }),
  });
  it.each<[string, Content, Parameters]>([
    ['accepted', bytes(image), digest],
    ['accepted', assumed(100n), digest],
    ['accepted', assumed(), digest],
    ['size-mismatch', assumed(99n), digest],
    ['image-mismatch', { ...assumed(), digest: { algorithm: -44, bytes: sha256(image).bytes } }, digest],
    ['image-mismatch', bytes(oldImage), digest],
    ['image-mismatch', empty, digest],
    ['image-mismatch', bytes(Uint8Array.of(...image, 0)), digest],
    ['size-mismatch', bytes(image), { imageSize: 99n }],
    ['digest-alg-unsupported', bytes(image), { imageDigest: { algorithm: -18, bytes: new Uint8Array(32) } }],
    ['digest-alg-unsupported', bytes(image), { imageDigest: { algorithm: -14, bytes: new Uint8Array(20) } }],
  ])('%s', async (expected, held, parameters) => {
    expect(await outcome(checking([set(parameters), act('imageMatch')], held))).toBe(expected);
  });

  it('fails without a digest, and sees what was written after it', async () => {
    expect(await outcome(deliver(manifest({ sharedSequence: compatibility })))).toBe('param-missing');
    const { install } = manifest();
    const rewritten = [...(install as readonly Command[]), set({ content: oldImage }), act('write')];
    expect(await outcome(deliver(manifest({ install: rewritten })))).toBe('image-mismatch');
  });
});

describe('the other conditions', () => {
  it.each<[string, Content, Parameters]>([
    ['accepted', bytes(image), { content: image }],
    ['accepted', empty, { content: new Uint8Array(0) }],
    ['accepted', { kind: 'assumed', digest: sha256(image) }, { content: image }],
    ['content-mismatch', bytes(image), { content: image.subarray(0, 99) }],
    ['content-mismatch', bytes(image.subarray(0, 99)), { content: image }],
    ['content-mismatch', bytes(image), { content: new Uint8Array(0) }],
    ['content-mismatch', empty, { content: image }],
  ])('check-content: %s', async (expected, held, parameters) => {
    expect(await outcome(checking([set(parameters), act('checkContent')], held))).toBe(expected);
  });

  it('check-content takes the same steps wherever the difference is', async () => {
    const steps = await Promise.all(
      [0, 50, 99].map(async (at) => {
        const content = image.with(at, 0xff);
        return (await checking([set({ content }), act('checkContent')])).cost?.steps;
      }),
    );
    expect(new Set(steps).size).toBe(1);
  });

  it.each<[string, bigint]>([
    ['slot-mismatch', 0n],
    ['accepted', 1n],
    ['slot-mismatch', 3n],
    ['slot-mismatch', 2n ** 32n + 1n],
  ])('component-slot: %s', async (expected, componentSlot) => {
    const more = { current: 1, slots: [empty, bytes(image)] };
    expect(await outcome(checking([set({ componentSlot }), act('componentSlot')], empty, more))).toBe(
      expected,
    );
  });

  it.each([
    ['abort', 'abort'],
    ['componentSlot', 'param-missing'],
    ['checkContent', 'param-missing'],
    ['deviceIdentifier', 'param-missing'],
  ] as const)('%s: %s', async (name, expected) => {
    expect(await outcome(checking([act(name)]))).toBe(expected);
  });
});

describe('fetch', () => {
  it.each([
    ['accepted', 1, oldImage],
    ['rejected', 2, oldImage],
    ['accepted', 2, image],
  ] as const)('is %s after %i requests to a source that changes', async (kind, requests, later) => {
    const fetches = Array.from({ length: requests }, () => act('fetch'));
    const trial = { laterPayloads: [{ uri, kind: 'bytes', bytes: later }] } as const;
    const decision = await deliver(
      manifest({ install: [set({ uri }), ...fetches, act('imageMatch')] }),
      trial,
    );
    expect(decision.kind).toBe(kind);
  });

  const answer = (payload: Partial<Payload> & { kind: string }) => [{ uri, ...payload }] as Payload[];
  it.each<[string, readonly Payload[]]>([
    ['accepted', network],
    ['fetch-failed', []],
    ['fetch-failed', [{ uri: `${uri}?`, kind: 'bytes', bytes: image }]],
    ['image-mismatch', answer({ kind: 'bytes', bytes: image.with(0, 1) })],
    ['image-mismatch', answer({ kind: 'bytes', bytes: image.subarray(1) })],
    ['size-mismatch', answer({ kind: 'bytes', bytes: Uint8Array.of(...image, 0) })],
    ['size-mismatch', answer({ kind: 'endless', bytes: Uint8Array.of(0) })],
    ['size-mismatch', answer({ kind: 'endless', bytes: new Uint8Array(0) })],
    ['accepted', answer({ kind: 'assumed', digest: sha256(image), size: 100n })],
  ])('%s', async (expected, payloads) => {
    expect(await outcome(deliver(manifest(), { payloads }))).toBe(expected);
  });

  it.each([
    ['#gone', 'fetch-failed'],
    ['ftp://example.com/image', 'uri-rejected'],
    ['file:///etc/passwd', 'uri-rejected'],
    ['image', 'uri-rejected'],
    ['', 'uri-rejected'],
    ['http://exa mple.com/', 'uri-rejected'],
    ['http://example.com\\@other/', 'uri-rejected'],
    ['http://example.com/\r\nX: y', 'uri-rejected'],
    ['http://example.com/%zz', 'uri-rejected'],
  ])('%j is not asked for', async (from, reason) => {
    const decision = await deliver(
      manifest({ install: [set({ uri: from }), act('fetch'), act('imageMatch')] }),
      {
        payloads: [{ uri: from, kind: 'bytes', bytes: image }],
      },
    );
    expect(decision).toMatchObject({ kind: 'rejected', reason, effects: [{ kind: 'authenticated' }] });
  });

  it('a scheme is the same in capitals', async () => {
    const from = 'HTTP://example.com/image';
    const decision = deliver(manifest({ install: [set({ uri: from }), act('fetch'), act('imageMatch')] }), {
      payloads: [{ uri: from, kind: 'bytes', bytes: image }],
    });
    expect(await outcome(decision)).toBe('accepted');
  });

  it('wants a URI', async () => {
    expect(await outcome(deliver(manifest({ install: [act('fetch')] })))).toBe('param-missing');
  });

  it('takes content of which a digest alone is known for what it is, and reports it as far as SHA-256 goes', async () => {
    for (const [algorithm, length] of [
      [-16, 32],
      [-43, 48],
    ] as const) {
      const digest = { algorithm, bytes: new Uint8Array(length).fill(7) };
      for (const size of [undefined, 100n]) {
        const assumed: Payload = { uri, kind: 'assumed', digest, ...(size !== undefined && { size }) };
        const { imageSize: _, ...known } = { imageDigest: digest, imageSize: size };
        const expected = manifest({ sharedSequence: [...compatibility, set(known)] });
        const decision = await deliver(expected, { payloads: [assumed] });
        expect(decision.kind).toBe('accepted');
        const isReported = algorithm === -16 && size !== undefined;
        expect(decision.state?.components).toEqual(isReported ? [{ sha256: digest.bytes, size }] : undefined);
      }
    }
  });

  it('may be left out where the image is at hand, by a verifier that looks for it', async () => {
    const shortcut: Rules['shortcut'] = ({ digest }, contents, hashing) =>
      contents.find((one) => one.kind === 'bytes' && hashing.matches(digest.bytes, hashing.hash(one.bytes)));
    const device = recipient({ components: [component(0), component(1, [bytes(image)])] });
    const fetching = twoComponents({ install: [index(0), set({ uri }), act('fetch'), act('imageMatch')] });
    const verifier = createVerifier({ rules: { shortcut } });
    const decision = await deliver(fetching, { recipient: device, payloads: [], verifier });
    expect(decision.state?.full?.contents).toEqual([[bytes(image)], [bytes(image)]]);
    expect(await outcome(deliver(fetching, { recipient: device, payloads: [] }))).toBe('fetch-failed');
  });

  it('writes nothing beyond the slot', async () => {
    const small = recipient({ components: [{ ...component(0), capacity: 99 }] });
    expect(await outcome(deliver(manifest(), { recipient: small }))).toBe('limit-size');
    const integrated = deliver(manifest(), { recipient: small, integrated: [[uri, image]], payloads: [] });
    expect(await outcome(integrated)).toBe('limit-size');
  });

  it('of what no digest is known of is refused in the end', async () => {
    const bare = manifest({
      sharedSequence: compatibility,
      install: [set({ uri }), act('fetch')],
      validate: [act('vendorIdentifier')],
      invoke: [],
    });
    expect(await outcome(deliver(bare))).toBe('not-validated');
  });

  it.each(['copy', 'swap'] as const)('nor is it better known after a %s', async (name) => {
    const moved = twoComponents({
      sharedSequence: [index(true), ...compatibility],
      install: [index(1), set({ uri }), act('fetch'), index(0), set({ sourceComponent: 1n }), act(name)],
      validate: [index(0), act('vendorIdentifier')],
      invoke: [],
    });
    const device = recipient({ components: [component(0, [bytes(oldImage)]), component(1)] });
    expect(await outcome(deliver(moved, { recipient: device }))).toBe('not-validated');
  });
});

describe('copy, swap, write, invoke', () => {
  const components = [component(0, [bytes(oldImage)]), component(1, [bytes(image)])];
  const device = recipient({ components });
  const from = (sourceComponent: bigint, name: 'copy' | 'swap', parameters: Parameters = {}) =>
    twoComponents({
      install: [index(0), set({ ...parameters, sourceComponent }), act(name), act('imageMatch')],
      validate: [index(0), act('imageMatch')],
    });

  it('copy leaves its source, swap exchanges', async () => {
    const contents = async (name: 'copy' | 'swap') =>
      (await deliver(from(1n, name), { recipient: device })).state?.full?.contents;
    expect(await contents('copy')).toEqual([[bytes(image)], [bytes(image)]]);
    expect(await contents('swap')).toEqual([[bytes(image)], [bytes(oldImage)]]);
  });

  it.each(['copy', 'swap'] as const)('%s wants a source that is there', async (name) => {
    expect(await outcome(deliver(from(0n, name), { recipient: device }))).toBe('source-missing');
    expect(await outcome(deliver(from(2n, name), { recipient: device }))).toBe('source-missing');
    const bare = twoComponents({ install: [index(0), act(name)] });
    expect(await outcome(deliver(bare, { recipient: device }))).toBe('param-missing');
    const hollow = recipient({ components: [component(0), component(1, [empty])] });
    expect(await outcome(deliver(from(1n, name), { recipient: hollow }))).toBe('source-missing');
    const small = recipient({ components: [{ ...component(0), capacity: 9 }, components[1] as Component] });
    expect(await outcome(deliver(from(1n, name), { recipient: small }))).toBe('limit-size');
  });

  it('a source is one that the recipient has', async () => {
    const checks = [index(0), ...compatibility, set({ imageDigest: sha256(image) })];
    const other = recipient({ components: [component(0), component(7, [bytes(image)])] });
    const copying = { ...from(1n, 'copy'), sharedSequence: checks };
    expect(await outcome(deliver(copying, { recipient: other }))).toBe('source-missing');
  });

  it('swap moves into an empty component, and nothing into one that is too small', async () => {
    const hollow = recipient({ components: [component(0, [empty]), component(1, [bytes(image)])] });
    const swapped = await deliver(from(1n, 'swap'), { recipient: hollow });
    expect(swapped.state?.full?.contents).toEqual([[bytes(image)], [empty]]);
    const large = component(0, [bytes(new Uint8Array(500))]);
    const small = { ...component(1, [bytes(image)]), capacity: 499 };
    const refused = await deliver(from(1n, 'swap'), { recipient: recipient({ components: [large, small] }) });
    expect(refused).toMatchObject({
      reason: 'limit-size',
      state: { full: { contents: [large.slots, small.slots] } },
    });
  });

  it('swap takes along that nothing has checked what was fetched', async () => {
    const moved = twoComponents({
      sharedSequence: [index(true), ...compatibility],
      install: [index(0), set({ uri }), act('fetch'), set({ sourceComponent: 1n }), act('swap')],
      validate: [index(0), act('vendorIdentifier')],
      invoke: [],
    });
    expect(await outcome(deliver(moved, { recipient: device }))).toBe('not-validated');
  });

  it('nothing is invoked where nothing is', async () => {
    const booting = manifest({ validate: [act('vendorIdentifier')] });
    const hollow = recipient({ components: [component(0, [empty])] });
    expect(await outcome(deliver(booting, { event: 'boot', recipient: hollow }))).toBe('directive-failed');
  });

  it('write puts content into the current slot only', async () => {
    const twoSlots = recipient({ components: [{ ...component(0, [bytes(oldImage), empty]), current: 1 }] });
    const writing = manifest({ install: [set({ content: image }), act('write'), act('checkContent')] });
    const decision = await deliver(writing, { recipient: twoSlots });
    expect(decision.state?.full?.contents).toEqual([[bytes(oldImage), bytes(image)]]);
    expect(await outcome(deliver(manifest({ install: [act('write')] })))).toBe('param-missing');
  });

  it('invoke hands its arguments on, and only invokes what was validated', async () => {
    const stored = recipient({ components: [component(0, [bytes(image)])] });
    const invokeArguments = Uint8Array.of(0, 34, 39, 59);
    const booting = manifest({ invoke: [set({ invokeArguments }), act('invoke')] });
    const decision = await deliver(booting, { event: 'boot', recipient: stored });
    expect(decision).toMatchObject({ kind: 'accepted', level: 'invoked' });
    expect(decision.effects?.at(-1)).toEqual({ kind: 'invoke', component: 0, arguments: invokeArguments });
    const unchecked = manifest({ validate: [act('vendorIdentifier')] });
    expect(await outcome(deliver(unchecked, { event: 'boot', recipient: stored }))).toBe('not-validated');
  });
});
