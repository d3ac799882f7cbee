import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandCode as code } from '../suit/registry.ts';
import { buildScenario } from './build.ts';
import type { Feature } from './features.ts';
import { stillHas } from './fixed.ts';
import { arbitraryPlan } from './plan-arbitrary.ts';
import { drawnWithin, type Within, withinClaims } from './within.ts';

const little: Within = { events: ['update'], algorithms: [-7], structures: ['sign1'], commands: [] };
const wide: Within = {
  events: ['update', 'boot'],
  algorithms: [-19, -9, -8, -7, 5],
  structures: ['sign1', 'sign', 'mac0'],
  commands: [5, 6, 12, 14, 15, 18, 22, 24, 31, 32],
};

describe('withinClaims', () => {
  it('leaves plans as they are where one verifier, or all together, claim what is commonly drawn', () => {
    expect(withinClaims([wide])).toBeUndefined();
    expect(withinClaims([little, wide])).toBeUndefined();
    const halves = [
      { ...wide, events: ['update'] as const },
      { ...little, events: ['boot'] as const },
    ];
    expect(withinClaims(halves)).toBeUndefined();
    expect(withinClaims([{ ...little, algorithms: [] }])).toBeUndefined();
  });

  it('is what any of them claims', () => {
    expect(withinClaims([little, { ...little, algorithms: [-8] }])).toEqual({
      ...little,
      algorithms: [-7, -8],
    });
  });
});

describe('withinClaims of what cannot be told', () => {
  it('is what none of them can be told', () => {
    const [one, other] = [['anchors', 'components'] as const, ['anchors', 'ids'] as const];
    expect(
      withinClaims([
        { ...wide, untold: one },
        { ...wide, untold: other },
      ]),
    ).toMatchObject({ untold: ['anchors'] });
    expect(withinClaims([{ ...wide, untold: one }, wide])).toBeUndefined();
  });
});

describe('drawnWithin', () => {
  const update = { event: 'update' } as const;

  it('plans one component, author and id for who cannot be told of several', () => {
    const untold = ['anchors', 'policies', 'components', 'ids', 'fresh'] as const;
    fc.assert(
      fc.property(arbitraryPlan(update), (drawn) => {
        const { recipient } = buildScenario(drawnWithin(drawn, { ...wide, untold }, update));
        expect(recipient.anchors).toHaveLength(1);
        expect(recipient.policy).toEqual({ kind: 'any' });
        expect(recipient.components).toHaveLength(1);
        expect(recipient.components[0]).toMatchObject({ vendorIds: [expect.anything()] });
        expect(recipient.components[0]?.classIds).toHaveLength(1);
        expect(recipient.components[0]?.pens ?? []).toEqual([]);
        if (drawn.sequence.offered !== '0') expect(recipient.sequenceNumber).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });

  it('plans no command of choice that is not claimed', () => {
    const few = { ...wide, commands: [] };
    fc.assert(
      fc.property(arbitraryPlan(update), (drawn) => {
        const { needs } = buildScenario(drawnWithin(drawn, few, update));
        const needed = [1, 2, code.imageMatch, code.overrideParameters, code.fetch, code.invoke];
        expect(needs.commands.filter((one) => !needed.includes(one))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('plans nothing but what is claimed where nothing more is asked for', () => {
    fc.assert(
      fc.property(arbitraryPlan({ event: 'update' }), (drawn) => {
        const { needs } = buildScenario(drawnWithin(drawn, little, { event: 'update' }));
        expect(needs.commands).not.toContain(15);
        expect(needs.commands).not.toContain(31);
        expect(needs.commands).not.toContain(32);
        expect(needs).toMatchObject({ events: ['update'], algorithms: [-7], structures: ['sign1'] });
      }),
      { numRuns: 100 },
    );
  });

  it('keeps what an attack asks for, claimed or not', () => {
    for (const features of [['boot'], ['sign'], ['mac'], ['both-sign']] as Feature[][]) {
      const on = { features };
      const plans = fc.sample(arbitraryPlan(on), { seed: 1, numRuns: 10 });
      expect(plans.map((drawn) => stillHas(drawnWithin(drawn, little, on), on))).toEqual(
        plans.map(() => true),
      );
    }
  });

  it('has a family that is drawn in its own way signed as is claimed', () => {
    for (const family of ['valid.text.places', 'valid.swap', 'valid.acl.models', 'valid.severed']) {
      const plans = fc.sample(arbitraryPlan({ family }), { seed: 1, numRuns: 20 });
      const made = plans.map((plan) => drawnWithin(plan, little, { family }));
      expect(made.map((plan) => plan.family)).toEqual(plans.map(() => family));
      const signed = made
        .filter(({ rights }) => rights !== 'shared')
        .map((plan) => buildScenario(plan).needs);
      expect(new Set(signed.flatMap(({ algorithms }) => algorithms))).toEqual(new Set([-7]));
    }
  });

  it('draws what is claimed, each of it', () => {
    const plans = fc.sample(arbitraryPlan({ event: 'update' }), { seed: 1, numRuns: 60 });
    const several = { ...little, algorithms: [-7, -8] };
    const drawn = plans.map(
      (plan) => drawnWithin(plan, several, { event: 'update' }).authentication.algorithm,
    );
    expect(new Set(drawn)).toEqual(new Set([-7, -8]));
  });
});
