import { describe, expect, it } from 'vitest';
import type { Prohibition } from '../attacks/attack.ts';
import type { Decision } from '../device/decision.ts';
import { type Content, type Recipient, stateOf } from '../device/recipient.ts';
import type { RunStep } from '../scenarios/scenario.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { prohibitedEffect } from './effects.ts';

const claims = await referenceVerifier().hello();

const old: Content = { kind: 'bytes', bytes: Uint8Array.of(1) };
const fresh: Content = { kind: 'bytes', bytes: Uint8Array.of(2) };
const evil: Content = { kind: 'bytes', bytes: Uint8Array.of(3) };
const empty: Content = { kind: 'empty' };

const recipient: Recipient = {
  anchors: [],
  policy: { kind: 'any' },
  components: [0, 1].map((n) => ({
    identifier: [Uint8Array.of(n)],
    vendorIds: [],
    classIds: [],
    deviceIds: [],
    capacity: 16,
    storage: 'variable',
    current: 0,
    slots: n === 0 ? [old, empty] : [empty],
  })),
  sequenceNumber: 4n,
  clock: { kind: 'none' },
  capabilities: { commands: [], parameters: [], digests: [], schemes: [] },
  deviceClass: 1,
};
const before = stateOf(recipient);
/** The update brings `fresh` to component 0 and leaves the rest. */
const after = { ...before, contents: [[fresh, empty], [empty]] };

const step: RunStep = {
  delivery: { event: 'update', payloads: [] },
  must: 'judged',
  level: 'installed',
  after,
};

const holding = (...contents: readonly (readonly Content[])[]) => ({ full: { ...before, contents } });
const breach = (decision: Decision, kind: Prohibition['kind']) =>
  prohibitedEffect(decision, [{ kind } as Prohibition], { step, recipient, claims })?.note;

describe('a wrong image', () => {
  const accepted = (...contents: readonly (readonly Content[])[]): Decision => ({
    kind: 'accepted',
    level: 'installed',
    state: holding(...contents),
  });

  it('is any that was not there and is not to come', () => {
    expect(breach(accepted([evil, empty], [empty]), 'wrong-image')).toContain('component 0');
    expect(breach(accepted([fresh, empty], [evil]), 'wrong-image')).toContain('component 1');
    expect(breach(accepted([fresh, evil], [empty]), 'wrong-image')).toContain('slot 1');
  });

  it('is neither the old nor the rightful one, and nothing is said of a rejection', () => {
    expect(breach(accepted([old, empty], [empty]), 'wrong-image')).toBeUndefined();
    expect(breach(accepted([fresh, empty], [empty]), 'wrong-image')).toBeUndefined();
    const rejected: Decision = { kind: 'rejected', state: holding([evil, empty], [empty]) };
    expect(breach(rejected, 'wrong-image')).toBeUndefined();
  });

  it('is seen in reported digests too', () => {
    const state = { components: [{ sha256: new Uint8Array(32), size: 1n }, null] };
    expect(breach({ kind: 'accepted', level: 'installed', state }, 'wrong-image')).toContain('component 0');
    expect(breach({ kind: 'accepted', level: 'installed' }, 'wrong-image')).toBeUndefined();
  });
});

describe('a lost image', () => {
  const rejected = (...contents: readonly (readonly Content[])[]): Decision => ({
    kind: 'rejected',
    stage: 'payload',
    state: holding(...contents),
  });

  it('is one that no slot of its component has any more', () => {
    expect(breach(rejected([empty, empty], [empty]), 'boot-lost')).toContain('component 0');
    expect(breach(rejected([evil, evil], [empty]), 'boot-lost')).toContain('component 0');
  });

  it('is none while the old or the rightful one is in a slot', () => {
    expect(breach(rejected([old, evil], [empty]), 'boot-lost')).toBeUndefined();
    expect(breach(rejected([evil, fresh], [empty]), 'boot-lost')).toBeUndefined();
    // What was empty has nothing to lose.
    expect(breach(rejected([old, empty], [evil]), 'boot-lost')).toBeUndefined();
  });
});
