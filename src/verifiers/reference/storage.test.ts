import { describe, expect, it } from 'vitest';
import type { Decision } from '../../device/decision.ts';
import type { Delivery, PowerCut } from '../../device/delivery.ts';
import type { Recipient, RecipientState } from '../../device/recipient.ts';
import { equalState } from '../../device/state.ts';
import type { Manifest } from '../../suit/model.ts';
import { encode, release } from '../../suit/parts.ts';
import {
  act,
  author,
  bytes,
  component,
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
} from './fixtures/trial.ts';
import { referenceVerifier } from './reference.ts';

const whens = ['before', 'torn', 'after'] as const;

const updateTo = (of: Manifest): Delivery => ({
  event: 'update',
  envelope: encode(release(of, [author])),
  payloads: network,
});
const boot: Delivery = { event: 'boot', payloads: [] };

/** The earlier release, whose image is in place, and which boots from storage. */
const earlier = { imageDigest: sha256(oldImage), imageSize: BigInt(oldImage.length) };
const installed = (of: Manifest, changes: Partial<Recipient>): Recipient =>
  recipient({ sequenceNumber: 5n, installed: updateTo(of).envelope as Uint8Array, ...changes });

const one = manifest({
  sequenceNumber: 5n,
  sharedSequence: [...(manifest().sharedSequence ?? []), set(earlier)],
});
const two = (of: Manifest): Manifest => ({
  ...of,
  sequenceNumber: 5n,
  sharedSequence: [...(of.sharedSequence ?? []), set(earlier)],
});
const pair = (storage: 'fixed' | 'variable') => [
  { ...component(0), storage },
  { ...component(1), storage },
];
const swapping = twoComponents({
  payloadFetch: [index(1), set({ uri }), act('fetch'), act('imageMatch')],
  install: [index(0), set({ sourceComponent: 1n }), act('swap'), act('imageMatch')],
  validate: [index(0), act('imageMatch')],
});

interface Story {
  readonly recipient: Recipient;
  readonly update: Delivery;
}

const stories: Readonly<Record<string, Story>> = {
  'one component': { recipient: installed(one, {}), update: updateTo(manifest()) },
  'two components of fixed storage': {
    recipient: installed(two(twoComponents()), { components: pair('fixed') }),
    update: updateTo(twoComponents()),
  },
  'a swap': {
    recipient: installed(two({ ...twoComponents(), validate: [index(0), act('imageMatch')] }), {
      components: pair('variable'),
    }),
    update: updateTo(swapping),
  },
};

/** These deliveries in one session; the decisions, in order. */
async function live(first: Recipient, deliveries: readonly Delivery[]): Promise<readonly Decision[]> {
  const session = await referenceVerifier().open(first);
  const decisions: Decision[] = [];
  for (const delivery of deliveries) decisions.push(await session.deliver(delivery));
  return decisions;
}

const at = (delivery: Delivery, powerCut: PowerCut): Delivery => ({ ...delivery, powerCut });
const full = (decision: Decision | undefined) => decision?.state?.full as RecipientState;

/** Every step at which the delivery, after these others, can be cut. */
async function stepsOf(first: Recipient, before: readonly Delivery[], delivery: Delivery): Promise<number> {
  for (let step = 1; ; step++) {
    const decision = (await live(first, [...before, at(delivery, { step, when: 'before' })])).at(-1);
    if (decision?.kind !== 'interrupted') return step - 1;
    expect(decision.storageSteps).toBe(step - 1);
  }
}

describe.each(Object.entries(stories))('an update of %s, cut', (_name, { recipient: first, update }) => {
  it('at every step: boots what it was or what it is to be, and accepts the same update', async () => {
    const whole = await live(first, [update, update, boot]);
    const [once, twice, booted] = whole.map(full);
    const old = full((await live(first, [boot]))[0]);
    const steps = await stepsOf(first, [], update);
    expect(steps).toBeGreaterThan(5);
    const seen = new Set<string>();
    for (let step = 1; step <= steps; step++) {
      for (const when of whens) {
        const [cut, afterwards, again, last] = await live(first, [
          at(update, { step, when }),
          boot,
          update,
          boot,
        ]);
        expect([step, when, cut]).toEqual([
          step,
          when,
          { kind: 'interrupted', storageSteps: when === 'after' ? step : step - 1 },
        ]);
        expect([afterwards, again, last].map((decision) => decision?.kind)).toEqual(
          Array(3).fill('accepted'),
        );
        const isNew = equalState(full(afterwards), once as RecipientState);
        expect(isNew || equalState(full(afterwards), old)).toBe(true);
        seen.add(isNew ? 'new' : 'old');
        expect(equalState(full(again), (isNew ? twice : once) as RecipientState)).toBe(true);
        expect(full(last).contents[0]).toEqual(booted?.contents[0]);
      }
    }
    expect([...seen]).toEqual(['old', 'new']);
  });

  it('again at every step of its recovery: the same', async () => {
    const once = full((await live(first, [update]))[0]);
    // The last step of all clears what is left of the journal; all entries and the mark are there before it.
    const steps = await stepsOf(first, [], update);
    for (let step = Math.max(1, steps - 5); step <= steps; step++) {
      const cut = at(update, { step, when: 'torn' });
      const recovery = await stepsOf(first, [cut], boot);
      for (let second = 1; second <= recovery; second++) {
        for (const when of whens) {
          const decisions = await live(first, [cut, at(boot, { step: second, when }), boot, update]);
          expect(decisions.map(({ kind }) => kind)).toEqual([
            'interrupted',
            'interrupted',
            'accepted',
            'accepted',
          ]);
          const { contents } = full(decisions[2]);
          expect([once.contents, first.components.map(({ slots }) => slots)]).toContainEqual(contents);
        }
      }
    }
  });
});

describe('a delivery that does not come to its cut', () => {
  it('is decided as ever', async () => {
    const late = at(updateTo(manifest()), { step: 99, when: 'torn' });
    expect((await live(recipient(), [late]))[0]?.kind).toBe('accepted');
    const refused = at(updateTo(manifest({ sequenceNumber: 1n })), { step: 1, when: 'torn' });
    expect((await live(recipient(), [refused]))[0]).toMatchObject({
      kind: 'rejected',
      reason: 'sequence-rollback',
    });
  });

  it('leaves nothing of a refused update for the next one', async () => {
    const failing = updateTo(manifest({ install: [set({ uri }), act('fetch'), act('abort')] }));
    const good = updateTo(manifest({ install: [], validate: [], sequenceNumber: 7n, invoke: [] }));
    const [refused, accepted] = await live(recipient(), [failing, good]);
    expect([refused?.kind, accepted?.kind]).toEqual(['rejected', 'accepted']);
    expect(full(accepted).contents).toEqual([[bytes(oldImage)]]);
  });
});

describe('a boot that loads', () => {
  const loading = twoComponents({
    sequenceNumber: 5n,
    validate: [index(0), act('imageMatch')],
    load: [index(1), set({ sourceComponent: 0n }), act('copy'), act('imageMatch')],
    invoke: [index(1), act('invoke')],
  });
  const device = recipient({
    components: [component(0, [bytes(image)]), component(1, [{ kind: 'empty' }])],
    installed: updateTo(loading).envelope as Uint8Array,
  });

  it('can be cut at each of its steps, and boots the next time', async () => {
    const steps = await stepsOf(device, [], boot);
    expect(steps).toBe(5);
    for (let step = 1; step <= steps; step++) {
      for (const when of whens) {
        const [cut, again] = await live(device, [at(boot, { step, when }), boot]);
        expect([cut?.kind, again?.kind, full(again).contents[1]]).toEqual([
          'interrupted',
          'accepted',
          [bytes(image)],
        ]);
      }
    }
  });
});
