import { describe, expect, it } from 'vitest';
import type { Recipient } from '../../device/recipient.ts';
import { encode, release } from '../../suit/parts.ts';
import {
  act,
  author,
  bytes,
  component,
  deliver,
  image,
  index,
  manifest,
  recipient,
  set,
  twoComponents,
  uri,
} from './fixtures/trial.ts';

const reasonOf = async (decision: ReturnType<typeof deliver>) => {
  const made = await decision;
  return made.kind === 'rejected' ? made.reason : made.kind;
};

describe('the slot that runs', () => {
  const other = component(1, [bytes(image)]);
  const on = (running: number): Recipient =>
    recipient({ components: [{ ...component(0), slots: [bytes(image), bytes(image)], running }, other] });
  const copying = [index(0), set({ sourceComponent: 1n }), act('copy'), act('imageMatch')];
  const update = (running: number) =>
    reasonOf(
      deliver(twoComponents({ install: copying, validate: [index(0), act('imageMatch')] }), {
        recipient: on(running),
      }),
    );

  it('is not written over in an update', async () => {
    expect(await update(0)).toBe('state-conflict');
    expect(await update(1)).toBe('accepted');
  });

  it('is not swapped away in an update either', async () => {
    const swapping = twoComponents({
      install: [index(1), set({ sourceComponent: 0n }), act('swap')],
      validate: [index(0), act('imageMatch')],
    });
    expect(await reasonOf(deliver(swapping, { recipient: on(0) }))).toBe('state-conflict');
    expect(await reasonOf(deliver(swapping, { recipient: on(1) }))).toBe('accepted');
  });

  it('may be loaded anew at a boot', async () => {
    const booting = twoComponents({
      validate: [index(1), act('imageMatch')],
      load: copying,
    });
    const installed = encode(release(booting, [author]));
    const device = { ...on(0), installed, sequenceNumber: 6n };
    expect(await reasonOf(deliver(booting, { event: 'boot', recipient: device }))).toBe('accepted');
  });
});

describe('an image whose digest is known', () => {
  it('may be fetched by an update that does not check it, and not be invoked so', async () => {
    const { validate: _, ...unchecked } = manifest({ install: [set({ uri }), act('fetch')], invoke: [] });
    expect(await reasonOf(deliver(unchecked))).toBe('accepted');
    const invoked = manifest({
      install: [set({ uri }), act('fetch')],
      validate: [],
      invoke: [act('invoke')],
    });
    const made = await deliver(invoked, {
      event: 'boot',
      recipient: recipient({ components: [component(0, [bytes(image)])], sequenceNumber: 6n }),
    });
    expect(made).toMatchObject({ kind: 'rejected', reason: 'not-validated' });
  });

  it('is to be checked again once it was written again', async () => {
    const again = twoComponents({
      validate: [index(0), act('imageMatch')],
      load: [index(0), set({ sourceComponent: 1n }), act('copy')],
    });
    const device = recipient({
      components: [component(0, [bytes(image)]), component(1, [bytes(image)])],
      sequenceNumber: 6n,
    });
    expect(await reasonOf(deliver(again, { event: 'boot', recipient: device }))).toBe('not-validated');
    const { load: _, ...once } = again;
    expect(await reasonOf(deliver(once, { event: 'boot', recipient: device }))).toBe('accepted');
  });
});
