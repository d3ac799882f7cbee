import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { drawCase, isInapplicable } from './case.ts';
import { ScenarioPool } from './scenario-pool.ts';

const rounds = 4;

describe('the scenarios of a round', () => {
  it('are shared: fewer controls than cases, each attack with its own choice', () => {
    const pool = new ScenarioPool(1);
    const drawn = catalogue.map((attack) => drawCase(attack, 0, 1, pool));
    const cases = drawn.filter((one) => !isInapplicable(one));
    const scenarios = new Set(cases.map((one) => one.plan));
    expect(scenarios.size).toBeLessThan(cases.length / 2);
    // One control each where attacks attack the same event of the same scenario.
    expect(new Set(cases.map((one) => one.control)).size).toBeLessThan(cases.length);
  });

  it('are others in each round, for each attack', () => {
    const pool = new ScenarioPool(1);
    const perAttack = catalogue.map(() => [] as string[]);
    for (let round = 0; round < rounds; round++)
      for (const [i, attack] of catalogue.entries()) {
        const one = drawCase(attack, round, 1, pool);
        if (!isInapplicable(one)) perAttack[i]?.push(JSON.stringify(one.plan));
      }
    const same = catalogue.filter((_, i) => new Set(perAttack[i]).size < (perAttack[i]?.length ?? 0));
    expect(same.map(({ id }) => id)).toEqual([]);
  });

  it('do not depend on which attacks are drawn, or in which order', () => {
    const [some, others] = [catalogue.slice(0, 30), catalogue.slice(30, 60)];
    const forwards = new ScenarioPool(7);
    const backwards = new ScenarioPool(7);
    const plansOf = (attacks: typeof catalogue, pool: ScenarioPool) =>
      attacks.map((attack) => {
        const one = drawCase(attack, 3, 7, pool);
        return isInapplicable(one) ? undefined : { plan: one.plan, choice: one.choice };
      });
    const first = plansOf([...others, ...some], forwards).slice(others.length);
    expect(plansOf(some.toReversed(), backwards).toReversed()).toEqual(first);
  });

  it('depend on the seed', () => {
    const [attack] = catalogue;
    if (attack === undefined) throw new Error('no attacks');
    const [one, other] = [drawCase(attack, 0, 1), drawCase(attack, 0, 2)];
    expect(one).not.toMatchObject({ plan: (other as { plan?: unknown }).plan });
  });
});
