import { describe, expect, it } from 'vitest';
import { lowerNumber } from '../attacks/rollback.ts';
import { buildScenario } from '../scenarios/build.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { type Case, drawCase, drawCaseOn, isInapplicable } from './case.ts';
import { directHost } from './direct-host.ts';
import { shrink } from './shrink.ts';
import { ControlCache, tryCase } from './trial.ts';

const seed = 1;
const animal = zoo.find(({ id }) => id === 'never-checks-sequence');
const host = await directHost('zoo:never-checks-sequence', (animal as NonNullable<typeof animal>).create());

/** The first drawn case that fails, and how. */
async function firstFailure(draw: (round: number) => ReturnType<typeof drawCase>) {
  for (let round = 0; round < 20; round++) {
    const one = draw(round);
    if (isInapplicable(one)) continue;
    const { ruling } = await tryCase(host, one, new ControlCache());
    // A gap of 1 is the smallest there is.
    if (ruling.verdict === 'failed' && BigInt(gapOf(one)) > 9n) return { one, ruling };
  }
  throw new Error('nothing failed');
}

const sizeOf = (one: Case) => JSON.stringify([one.plan, one.choice]).length;

const gapOf = (one: Case) => (one.choice as { gap: string }).gap;

describe('shrinking', () => {
  it('makes plan and choice smaller, and the failure stays', async () => {
    const { one, ruling } = await firstFailure((round) => drawCase(lowerNumber, round, seed));
    const { smallest, tries, ruling: shown } = await shrink(host, one, ruling, { seed, maxTries: 80 });
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThanOrEqual(80);
    expect(sizeOf(smallest)).toBeLessThan(sizeOf(one));
    expect(shown).toMatchObject({ verdict: 'failed', kind: ruling.kind });
    // What is stored is the plan and choice that made it.
    const again = await tryCase(host, smallest, new ControlCache());
    expect(again.ruling).toMatchObject({ verdict: 'failed', kind: ruling.kind });
    expect(
      lowerNumber.apply(buildScenario(smallest.plan as NonNullable<Case['plan']>), smallest.choice as never),
    ).toEqual({
      control: smallest.control,
      attacked: smallest.attacked,
    });
  });

  it('leaves a case alone whose plan makes another control, or none', async () => {
    const { one, ruling } = await firstFailure((round) => drawCase(lowerNumber, round, seed));
    const plan = one.plan as NonNullable<Case['plan']>;
    for (const stale of [
      { ...plan, seed: (plan.seed + 1) % 256 },
      { ...plan, images: [] },
    ]) {
      const shrunk = await shrink(host, { ...one, plan: stale }, ruling, { seed, maxTries: 80 });
      expect(shrunk.tries).toBe(0);
      expect(shrunk.smallest.attacked).toBe(one.attacked);
    }
  });

  it('keeps within its budget of tries', async () => {
    const { one, ruling } = await firstFailure((round) => drawCase(lowerNumber, round, seed));
    expect(await shrink(host, one, ruling, { seed, maxTries: 0 })).toEqual({
      smallest: one,
      ruling,
      tries: 0,
    });
    expect((await shrink(host, one, ruling, { seed, maxTries: 3 })).tries).toBe(3);
  });

  it('shrinks only the choice on a user’s own envelope', async () => {
    const drawn = drawCase(lowerNumber, 0, seed);
    if (isInapplicable(drawn)) throw new Error('no case');
    const scenario = buildScenario(drawn.plan as NonNullable<Case['plan']>);
    const { one, ruling } = await firstFailure((round) => drawCaseOn(scenario, lowerNumber, round, seed));
    const { smallest, tries } = await shrink(host, one, ruling, { seed, maxTries: 80, scenario });
    expect(tries).toBeGreaterThan(0);
    expect(smallest.control).toBe(one.control);
    expect(smallest.plan).toBeUndefined();
    expect(BigInt(gapOf(smallest))).toBeLessThan(BigInt(gapOf(one)));
  });

  it('leaves a stored case as it is', async () => {
    const { one, ruling } = await firstFailure((round) => drawCase(lowerNumber, round, seed));
    const { plan: _plan, ...stored } = one;
    expect(await shrink(host, stored, ruling, { seed, maxTries: 80 })).toEqual({
      smallest: stored,
      ruling,
      tries: 0,
    });
  });
});
