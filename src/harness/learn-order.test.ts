import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { attackOrder, inLearnedOrder } from '../attacks/order.ts';
import { rowOf } from '../attacks/rows.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { greedyOrder, isLearnedFrom } from './learn-order.ts';

describe('the greedy order', () => {
  it('prefers what catches those that nothing before it caught', () => {
    const order = greedyOrder(
      new Map([
        ['one', new Set(['a'])],
        ['two', new Set(['a', 'b', 'c'])],
        ['again', new Set(['a', 'b'])],
        ['nobody', new Set()],
        ['other', new Set(['d'])],
      ]),
    );
    expect(order).toEqual(['two', 'other', 'again', 'one']);
  });
});

describe('the order of attacks', () => {
  it('keeps all attacks, those of the table first', () => {
    const ordered = inLearnedOrder(catalogue);
    expect(new Set(ordered)).toEqual(new Set(catalogue));
    expect(ordered).toHaveLength(catalogue.length);
    const known = attackOrder.filter((id) => catalogue.some((attack) => attack.id === id));
    expect(ordered.slice(0, known.length).map(({ id }) => id)).toEqual(known);
  });

  it('names each attack once, and only what exists', () => {
    expect(new Set(attackOrder).size).toBe(attackOrder.length);
    expect(attackOrder.filter((id) => rowOf(id) === undefined)).toEqual([]);
  });

  it('leaves about half of the zoo to score it on', () => {
    const half = zoo.filter(({ id }) => isLearnedFrom(id)).length / zoo.length;
    expect(half).toBeGreaterThan(0.35);
    expect(half).toBeLessThan(0.65);
  });
});
