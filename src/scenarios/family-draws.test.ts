import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../suit/parts.ts';
import { buildScenario } from './build.ts';
import { familyDraws } from './family-draws.ts';
import { familyRows, notDrawn } from './family-rows.ts';
import { familyTraits } from './fixtures/family-traits.ts';
import type { Plan } from './plan.ts';
import { arbitraryPlan } from './plan-arbitrary.ts';
import type { Scenario } from './scenario.ts';

const draw = (family: string, numRuns: number): readonly Scenario[] =>
  fc.sample(arbitraryPlan({ family }), { seed: 3, numRuns }).map(buildScenario);

/** Where there is more to see than 120 scenarios show. */
const samples: Readonly<Record<string, number>> = {
  'valid.commands.all': 1000,
  'valid.policy': 500,
  'valid.sections': 300,
};

describe('the valid families', () => {
  it.each(Object.keys(familyDraws).map((id) => [id]))('%s shows its trait in the envelope', (id) => {
    const trait = familyTraits[id];
    if (trait === undefined) throw new Error(`no trait is known of ${id}`);
    const sample = draw(id, samples[id] ?? 120);
    for (const one of sample) expect(trait.every?.(one) ?? true).toBe(true);
    const found = new Set(sample.flatMap((one) => trait.labels?.(one) ?? []));
    expect((trait.seen ?? []).filter((label) => !found.has(label))).toEqual([]);
  });

  it('are those of the working list, each once and with a clause', () => {
    const known = new Set(familyRows.map(({ id }) => id));
    expect(Object.keys(familyDraws).filter((id) => !known.has(id))).toEqual([]);
    expect(known.size).toBe(64);
    expect(familyRows.map(({ handle }) => handle)).toEqual(
      Array.from({ length: 64 }, (_, i) => `V${String(i).padStart(2, '0')}`),
    );
    for (const row of familyRows) expect(row.clauses.length).toBeGreaterThan(0);
    const base = familyRows.filter(({ handle }) => handle >= 'V13' && handle <= 'V44');
    expect(base.filter((row) => notDrawn(row) !== undefined)).toEqual([]);
    const ofExtensions = familyRows.filter(({ handle }) => handle >= 'V48' && handle !== 'V54');
    expect(ofExtensions.every((row) => notDrawn(row))).toBe(true);
  });

  it('draw JSON-safe plans that give the same envelope after a round trip', () => {
    const families = Object.keys(familyDraws).map((id) => arbitraryPlan({ family: id }));
    fc.assert(
      fc.property(fc.oneof(...families), (plan) => {
        const copy = JSON.parse(JSON.stringify(plan)) as Plan;
        expect(copy).toStrictEqual(plan);
        expect(encode(buildScenario(copy).release)).toEqual(encode(buildScenario(plan).release));
      }),
      { numRuns: 60 },
    );
  });

  it('shrink to a plan with one small exercise', () => {
    const found = fc.check(
      fc.property(arbitraryPlan({ family: 'valid.mixed' }), (plan) =>
        (plan.exercises ?? []).every(({ kind }) => kind !== 'write'),
      ),
      { seed: 4, numRuns: 400 },
    );
    const [plan] = found.counterexample as [Plan];
    expect(plan.exercises).toEqual([{ kind: 'write', section: 'install', size: 1 }]);
    expect(plan).toMatchObject({ deliveries: 'update', otherComponents: 0, severed: [] });
    expect(plan.images.length).toBe(1);
  });
});
