import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { extrasOf } from '../device/delivery.ts';
import { extensionsOf } from '../device/recipient.ts';
import { createVerifier, type VerifierOptions } from '../verifiers/reference/reference.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';
import { directHost } from './direct-host.ts';
import { ControlCache, tryCase } from './trial.ts';

const reference = await directHost('reference', createVerifier());

/** So many cases of the attack whose choice has these fields. */
function casesOf(
  id: string,
  choice: Readonly<Record<string, string>>,
  isWanted: (one: Case) => boolean = () => true,
): readonly Case[] {
  const attack = catalogue.find((one) => one.id === id);
  const found: Case[] = [];
  for (let round = 0; attack && found.length < 4 && round < 200; round++) {
    const one = drawCase(attack, round, 1);
    if (isInapplicable(one) || !isWanted(one)) continue;
    const drawn = one.choice as Readonly<Record<string, unknown>>;
    if (Object.entries(choice).every(([name, value]) => drawn[name] === value)) found.push(one);
  }
  expect(found, `too few cases of ${id}`).toHaveLength(4);
  return found;
}

async function rulings(one: Case, options: VerifierOptions | undefined = undefined) {
  const host = options ? await directHost('changed', createVerifier(options)) : reference;
  const { ruling } = await tryCase(host, one, new ControlCache());
  const { outcome } = ruling;
  return { ...ruling, reason: outcome?.kind === 'rejected' ? outcome.reason : outcome?.kind };
}

describe('a component set of two releases', () => {
  it.each(['mixed', 'partial'])('is refused as a part of a set: %s', async (how) => {
    for (const one of casesOf('replay.mixed-set', { how })) {
      expect(extensionsOf(one.attacked.recipient)).toContain('component-sets');
      expect(await rulings(one)).toMatchObject({ verdict: 'policy', reason: 'component-set' });
    }
  });

  it.each(['mixed', 'partial'])('leaves what the case says, where parts are taken: %s', async (how) => {
    for (const one of casesOf('replay.mixed-set', { how })) {
      const { steps, recipient } = one.attacked;
      const host = await directHost('parts', createVerifier({ rules: { coversSet: () => true } }));
      const outcomes = await host.trial(
        recipient,
        steps.map(({ delivery }) => delivery),
      );
      for (const [i, { after }] of steps.entries()) {
        const outcome = outcomes[i];
        if (outcome?.kind !== 'accepted') throw new Error(`refused: ${JSON.stringify(outcome)}`);
        expect(outcome.state?.full?.contents).toEqual(after?.contents);
      }
      // One component of the set is not what either whole release leaves beside the other.
      const set = recipient.componentSets?.[0] ?? [];
      const held = (of: Case['control']) =>
        of.steps.map(({ after }) => JSON.stringify(set.map((own) => after?.contents[own])));
      expect(held(one.control)).not.toContain(held(one.attacked).at(-1));
    }
  });
});

describe('an older set of anchors', () => {
  it('is refused under a lower number, and installed under a higher one', async () => {
    for (const one of casesOf('downgrade.anchor-set', { how: 'lower' }))
      expect(await rulings(one)).toMatchObject({ verdict: 'proven', reason: 'sequence-rollback' });
    for (const one of casesOf('downgrade.anchor-set', { how: 'higher' }))
      expect((await rulings(one)).verdict).toBe('accepted');
  });

  it('comes back where numbers are not checked', async () => {
    const [one] = casesOf('downgrade.anchor-set', { how: 'lower' }) as [Case];
    const { verdict, kind } = await rulings(one, { rules: { acceptsSequence: () => true } });
    expect({ verdict, kind }).toEqual({ verdict: 'failed', kind: 'accepted-invalid' });
  });
});

describe('an update to the slot that runs', () => {
  it('is refused by the reference, and the slot is what it was; who does not look takes it', async () => {
    for (const one of casesOf('app.slot.active', {})) {
      expect(extensionsOf(one.control.recipient)).toEqual(['running-slot']);
      expect(await rulings(one)).toMatchObject({ verdict: 'policy', reason: 'state-conflict' });
      const careless = await rulings(one, { rules: { mayOverwrite: () => true } });
      expect(careless).toMatchObject({ verdict: 'policy', reason: 'accepted' });
    }
  });
});

describe('a manifest that writes over itself', () => {
  it('does not change what is run from a copy', async () => {
    for (const one of casesOf('toctou.self-overwrite', {})) {
      expect(extrasOf(one.attacked.steps[0]?.delivery ?? { event: 'boot', payloads: [] })).toEqual([
        'buffer-component',
      ]);
      expect(await rulings(one)).toMatchObject({ verdict: 'policy', reason: 'image-mismatch' });
    }
  });

  it('is noticed where the buffer itself is read', async () => {
    for (const one of casesOf('toctou.self-overwrite', {})) {
      const { verdict, kind } = await rulings(one, { ports: { hold: (shared) => shared } });
      expect({ verdict, kind }).toEqual({ verdict: 'failed', kind: 'prohibited-effect' });
    }
  });
});

describe('a cut inside a branch', () => {
  it.each([
    ['boot', 'accepted'],
    ['update', 'policy'],
  ])('leaves the reference bootable: then %s', async (event, verdict) => {
    for (const one of casesOf('power.double', { event, inside: 'branch' }, isInBranch))
      expect((await rulings(one)).verdict).toBe(verdict);
  });

  it('shows who writes over the image in place', async () => {
    const animal = zoo.find(({ id }) => id === 'keeps-no-journal');
    const host = await directHost('in-place', animal?.create() ?? createVerifier());
    const verdicts = [];
    for (const one of casesOf('power.double', { event: 'boot', inside: 'branch' }, isInBranch))
      verdicts.push((await tryCase(host, one, new ControlCache())).ruling.verdict);
    expect(verdicts).toContain('failed');
  });
});

/** Where the plan allows no such branch, the attack falls back on two cuts. */
function isInBranch({ attacked }: Case): boolean {
  return attacked.steps.filter(({ delivery }) => delivery.powerCut).length === 1;
}
