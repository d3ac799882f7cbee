import { describe, expect, it } from 'vitest';
import type { Recipient } from '../../device/recipient.ts';
import type { Command, Manifest } from '../../suit/model.ts';
import {
  act,
  bytes,
  compatibility,
  component,
  deliver,
  image,
  index,
  recipient,
  runSequence,
  set,
  twoComponents,
  uri,
} from './fixtures/trial.ts';

const device = (processing?: Recipient['processing']) =>
  recipient({ components: [component(0), component(1)], ...(processing && { processing }) });

async function effects(of: Manifest, processing?: Recipient['processing']): Promise<readonly string[]> {
  const { effects = [], kind } = await deliver(of, { recipient: device(processing) });
  return [...effects.map((one) => ('component' in one ? `${one.kind} ${one.component}` : one.kind)), kind];
}

const fetched = (...components: number[]) => components.flatMap((c) => [`fetch ${c}`, `write ${c}`]);
const installing = (...steps: readonly Command[]) =>
  twoComponents({ install: [index(true), set({ uri }), ...steps] });

describe('a serial interpreter', () => {
  it('goes through the section once for each component', async () => {
    const twice = installing(act('fetch'), act('fetch'), act('imageMatch'));
    expect(await effects(twice)).toEqual(['authenticated', ...fetched(0, 1, 0, 1), 'commit', 'accepted']);
    expect(await effects(twice, 'serial')).toEqual([
      'authenticated',
      ...fetched(0, 0, 1, 1),
      'commit',
      'accepted',
    ]);
  });

  it('ignores what another component is selected for, and fails with what its own fails with', async () => {
    const second = installing(index(1), act('abort'));
    expect((await effects(second, 'serial')).at(-1)).toBe('rejected');
    const first = twoComponents({
      sharedSequence: [index(0), ...compatibility],
      install: [index(0), set({ content: image }), act('write')],
      validate: [],
    });
    expect(await effects(first, 'serial')).toEqual(['authenticated', 'write 0', 'commit', 'accepted']);
  });

  it('begins each round in strict order', async () => {
    const open = installing(
      set({ strictOrder: false }),
      index(0),
      runSequence(index(0), act('fetch'), act('imageMatch')),
    );
    const { kind, state } = await deliver(open, { recipient: device('serial') });
    expect([kind, state?.full?.contents[0]]).toEqual(['rejected', [bytes(Uint8Array.of(1, 2, 3))]]);
  });

  it('has one round where no component is listed', async () => {
    const none = twoComponents({
      components: [[Uint8Array.of(0)]],
      sharedSequence: compatibility,
      install: [set({ content: image }), act('write')],
      validate: [],
    });
    expect((await effects(none, 'serial')).at(-1)).toBe('accepted');
  });
});

describe('a parallel interpreter', () => {
  const open = set({ strictOrder: false });

  it('keeps the order while it is strict', async () => {
    const strict = installing(act('fetch'), act('imageMatch'));
    expect(await effects(strict, 'parallel')).toEqual(await effects(strict));
  });

  it('keeps no order where the manifest leaves it open', async () => {
    const inOrder = installing(open, act('fetch'), index(true), act('imageMatch'));
    expect(await effects(inOrder)).toEqual(['authenticated', ...fetched(0, 1), 'commit', 'accepted']);
    expect(await effects(inOrder, 'parallel')).toEqual([
      'authenticated',
      ...fetched(1, 0),
      'commit',
      'accepted',
    ]);
  });

  it('shows who relies on an order that is not there', async () => {
    const wrong = installing(open, act('fetch'), act('imageMatch'));
    expect((await effects(wrong)).at(-1)).toBe('accepted');
    expect((await effects(wrong, 'parallel')).at(-1)).toBe('rejected');
  });

  it.each([
    ['set-component-index', index(true)],
    ['override-parameters', set({ uri })],
    ['strict order', set({ strictOrder: true })],
  ])('completes what was issued before %s', async (_name, barrier) => {
    const waiting = installing(open, act('fetch'), barrier, act('imageMatch'));
    expect((await effects(waiting, 'parallel')).at(-1)).toBe('accepted');
  });

  it('ends with what fails of it', async () => {
    const waiting = installing(open, act('abort'), index(true), act('fetch'));
    expect(await effects(waiting, 'parallel')).toEqual(['authenticated', 'rejected']);
  });

  it('completes what was issued before a sequence ends, its failures too', async () => {
    const late = installing(open, act('fetch'));
    expect(await effects(late, 'parallel')).toEqual([
      'authenticated',
      ...fetched(1, 0),
      'commit',
      'accepted',
    ]);
    expect((await effects(installing(open, act('abort')), 'parallel')).at(-1)).toBe('rejected');
  });

  it('runs the sequences of a run-sequence in any order, each in its own', async () => {
    const runs = installing(open, runSequence(act('fetch'), act('imageMatch')));
    expect(await effects(runs, 'parallel')).toEqual([
      'authenticated',
      ...fetched(1, 0),
      'commit',
      'accepted',
    ]);
  });
});
