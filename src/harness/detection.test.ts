import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { toHex } from '../cbor/hex.ts';
import type { Host } from '../verifiers/host.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { type Animal, wholeZoo } from '../verifiers/zoo/zoo.ts';
import { BlindYardstick, blindCases, detectBlind } from './blind.ts';
import { detect, SharedSequence, Yardstick } from './detection.ts';
import { directHost } from './direct-host.ts';
import { casesOf } from './sequence.ts';
import { runZoo, type Share } from './zoo-run.ts';

const attacks = catalogue.filter(({ handle }) => ['A01', 'B01', 'E01', 'F03'].includes(handle));
const sequence = () => casesOf({ stored: [], attacks, seed: 1, runs: 3 });
const reference = await directHost('reference', referenceVerifier());

function animal(id: string): Animal {
  return wholeZoo.find((one) => one.id === id) as Animal;
}

function run(ids: readonly string[], changed?: Partial<Animal>, stop: () => boolean = () => false) {
  return runZoo({
    animals: ids.map((id) => (changed ? { ...animal(id), ...changed } : animal(id))),
    cases: sequence(),
    seed: 1,
    blindCases: 40,
    open: ({ id, create }) => directHost(`zoo:${id}`, create()),
    yardstick: reference,
    stop,
  });
}

/** Also the envelopes that the last of them got, in hex. */
async function runShare(ids: readonly string[], share: Share, blind = 0) {
  const delivered: string[] = [];
  const results = await runZoo({
    animals: ids.map(animal),
    cases: sequence(),
    seed: 1,
    blindCases: blind,
    share,
    open: async ({ id, create }) => {
      const host = await directHost(`zoo:${id}`, create());
      const trial: Host['trial'] = (recipient, deliveries) => {
        delivered.push(...deliveries.map(({ envelope }) => toHex(envelope ?? new Uint8Array())));
        return host.trial(recipient, deliveries);
      };
      return id === ids.at(-1) ? { ...host, trial } : host;
    },
    yardstick: reference,
  });
  return { results, delivered };
}

describe('detect', () => {
  it('names the attack, and counts the cases up to it', async () => {
    const host = await directHost('animal', animal('never-checks-sequence').create());
    const found = await detect(host, sequence(), new Yardstick(reference));
    expect(found).toMatchObject({
      caught: true,
      cases: 3,
      by: { id: 'rollback.sequence.lower', ofControl: false },
    });
  });

  it('goes through all cases of a verifier that is right', async () => {
    const found = await detect(reference, sequence(), new Yardstick(reference));
    expect(found).toEqual({ caught: false, cases: 12 });
  });
});

describe('the blind generator', () => {
  it('draws the same bytes for the same seed, and others for another', () => {
    const first = (seed: number) => {
      const drawn = blindCases(seed);
      return Array.from({ length: 40 }, () => drawn.next().value?.delivery.envelope);
    };
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  it('catches what accepts everything, and not the reference', async () => {
    const yardstick = new BlindYardstick(reference);
    const careless = await directHost('animal', animal('accepts-everything').create());
    expect((await detectBlind(careless, blindCases(1), yardstick, { most: 60 })).caught).toBe(true);
    expect(await detectBlind(reference, blindCases(1), yardstick, { most: 60 })).toEqual({
      caught: false,
      cases: 60,
    });
  });
});

describe('the zoo', () => {
  it('delivers one sequence to all, and tells animals, sentinels and equivalents apart', async () => {
    const results = await run([
      'accepts-everything',
      'never-checks-sequence',
      'has-no-step-budget',
      'verifies-with-noble',
    ]);
    expect(results.map(({ role, detection }) => [role, detection.caught, detection.cases])).toEqual([
      ['sentinel', true, 1],
      ['animal', true, 3],
      ['animal', false, 12],
      ['equivalent', false, 12],
    ]);
  });

  it('goes on until an attack that the entry names has caught the animal too', async () => {
    const byAnother = { exposedBy: ['env.auth.absent'] };
    const [first] = await run(['never-checks-sequence'], byAnother);
    expect(first?.named).toEqual({ caught: false, cases: 3 });
    const [both] = await run(['accepts-everything'], { exposedBy: ['rollback.sequence.lower'] });
    expect(both?.detection.by?.id).not.toBe('rollback.sequence.lower');
    expect(both?.named).toMatchObject({ caught: true, cases: 1, by: { id: 'rollback.sequence.lower' } });
  });

  it('deals the cases for equivalents out, those with one control to one share', async () => {
    const ids = ['compares-sequence-as-bytes', 'never-checks-sequence', 'tries-anchors-in-reverse'];
    const shares = await Promise.all([0, 1].map((index) => runShare(ids, { index, of: 2 })));
    for (const { results } of shares) {
      expect(results.map(({ detection }) => detection.cases)).toEqual([12, 3, 12]);
      expect(results[1]?.detection.by?.id).toBe('rollback.sequence.lower');
    }
    const { delivered: all } = await runShare(ids, { index: 0, of: 1 });
    const [first, second] = shares.map(({ delivered }) => delivered) as [string[], string[]];
    expect(new Set([...first, ...second])).toEqual(new Set(all));
    expect(first.filter((envelope) => second.includes(envelope))).toEqual([]);
    expect(Math.min(first.length, second.length)).toBeGreaterThan(0);
  });

  it('puts blind mutations to an equivalent in one share alone', async () => {
    const ids = ['compares-sequence-as-bytes', 'tries-anchors-in-reverse', 'never-checks-sequence'];
    const blindIn = async (index: number) => {
      const { results } = await runShare(ids, { index, of: 2 }, 2);
      return results.map(({ blind }) => blind?.cases);
    };
    expect(await blindIn(0)).toEqual([2, undefined, 2]);
    expect(await blindIn(1)).toEqual([undefined, 2, 2]);
  });

  it('stops all animals at the same case', async () => {
    let asked = 0;
    const results = await run(['has-no-step-budget', 'verifies-with-noble'], undefined, () => asked++ >= 5);
    expect(results.map(({ detection }) => detection.cases)).toEqual([5, 5]);
  });
});

describe('a shared sequence', () => {
  it('is drawn once, however many read it', () => {
    let drawn = 0;
    const shared = new SharedSequence(
      (function* () {
        while (drawn < 3) yield drawn++;
      })(),
    );
    expect([...shared]).toEqual([0, 1, 2]);
    expect([...shared]).toEqual([0, 1, 2]);
  });
});
