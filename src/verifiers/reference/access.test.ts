import { describe, expect, it } from 'vitest';
import type { Decision } from '../../device/decision.ts';
import type { Recipient } from '../../device/recipient.ts';
import type { Command } from '../../suit/model.ts';
import { encode, release } from '../../suit/parts.ts';
import {
  act,
  anchorOf,
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

const reasonOf = (decision: Decision): string =>
  decision.kind === 'rejected' ? (decision.reason ?? 'rejected') : decision.kind;

const full = bytes(image);

/** Three components, of which the first and the last are a set; all hold the image but those named here. */
function inSet(changes: Partial<Recipient> = {}): Recipient {
  const components = [0, 1, 2].map((id) => component(id, [full]));
  return recipient({ components, componentSets: [[0, 2]], ...changes });
}

/** The update does this and no more. */
const doing = (...install: readonly Command[]) => {
  const components = [0, 1, 2].map((id) => [Uint8Array.of(id)]);
  const { validate: _, invoke: __, ...all } = twoComponents({ components, install });
  return all;
};

const fetching = [set({ uri }), act('fetch'), act('imageMatch')];
const copying = (from: bigint) => [set({ sourceComponent: from }), act('copy'), act('imageMatch')];

describe('an update of a component set', () => {
  it.each<[string, string, readonly Command[]]>([
    ['writes one of it', 'component-set', [index(0), ...fetching]],
    ['writes the other', 'component-set', [index(2), ...fetching]],
    ['writes both', 'accepted', [index([0, 2]), ...fetching]],
    ['writes what is in no set', 'accepted', [index(1), ...fetching]],
    ['copies into one of it', 'component-set', [index(0), ...copying(1n)]],
    ['copies out of one of it', 'accepted', [index(1), ...copying(0n)]],
    [
      'swaps one of it',
      'component-set',
      [index(0), set({ sourceComponent: 1n }), act('swap'), act('imageMatch')],
    ],
    [
      'writes one and finds the other right',
      'accepted',
      [index(0), ...fetching, index(2), act('imageMatch')],
    ],
    ['copies into one of it, unmatched', 'component-set', [index(0), ...copying(1n).slice(0, 2)]],
    ['swaps one of it, unmatched', 'component-set', [index(0), set({ sourceComponent: 1n }), act('swap')]],
    ['writes one of it, unmatched', 'component-set', [index(0), set({ content: image }), act('write')]],
    ['finds one right', 'component-set', [index(0), act('imageMatch')]],
    ['does nothing', 'accepted', [index(1), act('vendorIdentifier')]],
  ])('that %s is %s', async (_name, reason, install) => {
    expect(reasonOf(await deliver(doing(...install), { recipient: inSet() }))).toBe(reason);
  });

  it('is for all of each set, where there are several', async () => {
    const several = inSet({ componentSets: [[1], [0, 2]] });
    expect(reasonOf(await deliver(doing(index(0), ...fetching), { recipient: several }))).toBe(
      'component-set',
    );
    expect(reasonOf(await deliver(doing(index(1), ...fetching), { recipient: several }))).toBe('accepted');
  });

  it('is no matter where there is no set', async () => {
    const alone = inSet({ componentSets: [] });
    expect(reasonOf(await deliver(doing(index(0), ...fetching), { recipient: alone }))).toBe('accepted');
  });

  it('is no matter at a boot', async () => {
    const booting = twoComponents({
      components: [0, 1, 2].map((id) => [Uint8Array.of(id)]),
      validate: [index(0), act('imageMatch')],
    });
    const installed = encode(release(booting, [author]));
    const made = await deliver(booting, {
      event: 'boot',
      recipient: inSet({ installed, sequenceNumber: 6n }),
    });
    expect(reasonOf(made)).toBe('accepted');
  });
});

describe('a right', () => {
  const limited = (...rights: NonNullable<Recipient['anchors'][number]['rights']>) =>
    inSet({ componentSets: [], anchors: [{ ...anchorOf(author), rights }] });
  const on = (id: number) => ({ prefix: [Uint8Array.of(id)] });

  it('is needed for the component that is written, and for the one that it is copied from', async () => {
    const copy = doing(index(1), ...copying(0n));
    expect(reasonOf(await deliver(copy, { recipient: limited(on(0), on(1)) }))).toBe('accepted');
    expect(reasonOf(await deliver(copy, { recipient: limited(on(0)) }))).toBe('acl-component');
    expect(reasonOf(await deliver(copy, { recipient: limited(on(1)) }))).toBe('acl-component');
  });

  it('may list commands, of the source too', async () => {
    const copy = doing(index(1), ...copying(0n));
    const fetchOnly = { ...on(0), commands: [act('fetch')].map((one) => (one as { code: number }).code) };
    expect(reasonOf(await deliver(copy, { recipient: limited(fetchOnly, on(1)) }))).toBe('acl-command');
    // A condition needs no right.
    expect(reasonOf(await deliver(doing(index(0), ...fetching), { recipient: limited(fetchOnly) }))).toBe(
      'accepted',
    );
  });

  it('is not needed by who may do everything', async () => {
    expect(reasonOf(await deliver(manifest()))).toBe('accepted');
  });
});
