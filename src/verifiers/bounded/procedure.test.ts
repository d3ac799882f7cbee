import { describe, expect, it } from 'vitest';
import { digestOf } from '../../cose/algorithms.ts';
import type { Decision } from '../../device/decision.ts';
import type { Payload } from '../../device/delivery.ts';
import type { Content } from '../../device/recipient.ts';
import type { Command, Manifest } from '../../suit/model.ts';
import { encode, release } from '../../suit/parts.ts';
import type { Session } from '../verifier.ts';
import { boundedVerifier } from './bounded.ts';
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

const image = Uint8Array.from({ length: 40 }, (_, i) => i);
const old = Uint8Array.of(1, 2, 3);
const digestOfBytes = (bytes: Uint8Array) => ({ algorithm: -16, bytes: digestOf(-16, bytes)! });
const facts = override({ imageDigest: digestOfBytes(image), imageSize: 40n });
const uri = 'coap://example.com/image';
const network: readonly Payload[] = [{ uri, kind: 'bytes', bytes: image }];
const matches = condition('imageMatch');
const get: readonly Command[] = [override({ uri }), directive('fetch'), matches];

/** Fetches the image, checks it, invokes it at a boot. */
function firmware(more: Partial<Manifest> = {}): Manifest {
  return {
    ...manifest([facts], { sequenceNumber: 6n, install: get, validate: [matches] }),
    invoke: [directive('invoke')],
    ...more,
  };
}

const bytes = (of: Uint8Array): Content => ({ kind: 'bytes', bytes: of });

function contents(decision: Decision): readonly (readonly Content[])[] | undefined {
  return decision.state?.full?.contents;
}

describe('the update procedure', () => {
  it('installs, validates and commits', () => {
    const decision = deliver(firmware(), { payloads: network });
    expect(decision).toMatchObject({
      kind: 'accepted',
      level: 'installed',
      state: { sequenceNumber: 6n },
      effects: [
        { kind: 'authenticated' },
        { kind: 'fetch', uri, component: 0 },
        { kind: 'write', component: 0 },
        { kind: 'commit', sequenceNumber: 6n },
      ],
    });
    expect(contents(decision)?.[0]).toEqual([bytes(image), { kind: 'empty' }]);
    expect(decision.state?.full?.installed).toEqual(encode(release(firmware(), [author])));
  });

  it('runs payload-fetch, install and validate, each after the shared sequence, on one set of parameters', () => {
    const staged = firmware({
      payloadFetch: get.slice(0, 2),
      install: [override({ content: image }), directive('write')],
      validate: [condition('checkContent'), matches],
    });
    const decision = deliver(staged, { payloads: network });
    expect(decision.effects?.map(({ kind }) => kind)).toEqual([
      'authenticated',
      'fetch',
      'write',
      'write',
      'commit',
    ]);
    const other = override({ imageDigest: digestOfBytes(old) });
    expect(answerTo(firmware({ install: [...get, other] }), { payloads: network })).toBe('accepted');
    expect(answerTo(firmware({ install: get, validate: [other, matches] }), { payloads: network })).toBe(
      'image-mismatch',
    );
  });

  it('leaves everything as it was where it is refused late', () => {
    const failing = firmware({ validate: [matches, condition('abort')] });
    const decision = deliver(failing, { payloads: network });
    expect(decision).toMatchObject({ kind: 'rejected', reason: 'abort', state: { sequenceNumber: 5n } });
    expect(contents(decision)).toEqual(recipient.components.map(({ slots }) => slots));
    expect(decision.state?.full?.installed).toBeUndefined();
  });

  it('carries its state from one delivery to the next', () => {
    const session = boundedVerifier().open(recipient) as Session;
    const send = (of: Manifest, event: 'update' | 'boot' = 'update') =>
      session.deliver({ event, envelope: encode(release(of, [author])), payloads: network }) as Decision;
    expect(send(firmware({ sequenceNumber: 9n })).kind).toBe('accepted');
    expect(send(firmware({ sequenceNumber: 8n }))).toMatchObject({ reason: 'sequence-rollback' });
    const boot = session.deliver({ event: 'boot', payloads: [] });
    expect(boot).toMatchObject({ kind: 'accepted', level: 'invoked', state: { sequenceNumber: 9n } });
    expect(send(firmware({ sequenceNumber: 2n ** 64n - 1n })).state?.sequenceNumber).toBe(2n ** 64n - 1n);
  });

  it('does not keep the delivery’s own buffers', () => {
    const session = boundedVerifier().open(recipient) as Session;
    const envelope = encode(
      release(firmware({ install: [override({ content: image }), directive('write'), matches] }), [author]),
    );
    const whole = envelope.slice();
    const before = session.deliver({ event: 'update', envelope, payloads: [] }) as Decision;
    envelope.fill(0);
    expect(before.state?.full?.installed).toEqual(whole);
    expect(contents(before)?.[0]?.[0]).toEqual(bytes(image));
    expect(session.deliver({ event: 'boot', payloads: [] })).toMatchObject({ kind: 'accepted' });
  });
});

describe('the invocation procedure', () => {
  const stored = { ...recipient, components: [component(0, { slots: [bytes(image)] }), component(1)] };

  it('invokes what it has validated, with its arguments', () => {
    const given = firmware({
      invoke: [override({ invokeArguments: Uint8Array.of(7, 8) }), directive('invoke')],
    });
    expect(deliver(given, { event: 'boot', to: stored })).toMatchObject({
      kind: 'accepted',
      level: 'invoked',
      effects: [{ kind: 'authenticated' }, { kind: 'invoke', component: 0, arguments: Uint8Array.of(7, 8) }],
    });
  });

  it('invokes nothing else', () => {
    const boot = (more: Partial<Manifest>, to = stored) => answerTo(firmware(more), { event: 'boot', to });
    expect(boot({ validate: [] })).toBe('not-validated');
    expect(boot({ load: [override({ content: image }), directive('write')] })).toBe('not-validated');
    expect(boot({ load: [directive('invoke')] })).toBe('command-forbidden');
    const hollow = { ...stored, components: [component(0, { slots: [{ kind: 'empty' }] })] };
    expect(boot({ validate: [], invoke: [directive('invoke')] }, hollow)).toBe('directive-failed');
    expect(answerTo(firmware({ install: [...get, directive('invoke')] }), { payloads: network })).toBe(
      'command-forbidden',
    );
  });

  it('does not run install, nor commit a number', () => {
    const decision = deliver(firmware({ install: [condition('abort')] }), { event: 'boot', to: stored });
    expect(decision).toMatchObject({ kind: 'accepted', state: { sequenceNumber: 5n } });
  });

  it('loads into another component', () => {
    const load = [index(1), facts, override({ sourceComponent: 0n }), directive('copy'), matches];
    const given = pair([facts], {
      validate: [index(0), matches],
      load,
      invoke: [index(1), directive('invoke')],
    });
    const decision = deliver(given, { event: 'boot', to: stored });
    expect(decision.effects?.at(-1)).toEqual({ kind: 'invoke', component: 1 });
    expect(contents(decision)?.[1]?.[0]).toEqual(bytes(image));
    const unchecked = { ...given, load: load.slice(0, -1) };
    expect(answerTo(unchecked, { event: 'boot', to: stored })).toBe('not-validated');
  });
});
