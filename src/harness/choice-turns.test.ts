import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyAttack } from '../attacks/attack.ts';
import { catalogue } from '../attacks/catalogue.ts';
import { attemptsPerChoice, drawChoice } from './choice-turns.ts';

const some = catalogue[0] as AnyAttack;
const choosing = (choice: fc.Arbitrary<unknown>): AnyAttack => ({ ...some, choice });

function choicesOf(attack: AnyAttack, rounds: readonly number[], seed = 1): readonly unknown[] {
  return rounds.map((round) => drawChoice(seed, attack, round, 0).value);
}
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

describe('choices in turn', () => {
  it('has each of a few forms before any comes again', () => {
    const attack = choosing(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    const drawn = choicesOf(attack, upTo(15));
    for (const from of [0, 5, 10]) expect(new Set(drawn.slice(from, from + 5)).size).toBe(5);
  });

  it('has each member of a record early, though there are many records', () => {
    const place = fc.constantFrom('a', 'b', 'c', 'd');
    const attack = choosing(fc.record({ place, size: fc.nat({ max: 10_000 }) }));
    const drawn = choicesOf(attack, upTo(4)) as readonly { readonly place: string }[];
    expect(new Set(drawn.map((one) => one.place)).size).toBe(4);
  });

  it('depends on seed, attack and round alone, in whatever order they are asked for', () => {
    const attacks = [choosing(fc.nat()), choosing(fc.nat())];
    const rounds = [0, 1, 31, 32, 40, 64];
    const forwards = choicesOf(attacks[0] as AnyAttack, rounds);
    const backwards = choicesOf(attacks[1] as AnyAttack, rounds.toReversed()).toReversed();
    expect(backwards).toEqual(forwards);
    expect(choicesOf(attacks[0] as AnyAttack, rounds, 2)).not.toEqual(forwards);
  });

  it('keeps the choice for some attempts, then draws others', () => {
    const attack = choosing(fc.nat());
    const drawn = upTo(attemptsPerChoice + 2).map((attempt) => drawChoice(1, attack, 3, attempt).value);
    expect(new Set(drawn.slice(0, attemptsPerChoice)).size).toBe(1);
    expect(new Set(drawn).size).toBe(3);
  });

  it('says how a choice is drawn again', () => {
    for (const attack of catalogue.slice(0, 40)) {
      const { value, seed, index } = drawChoice(1, attack, 7, 0);
      const again = fc.sample(attack.choice as fc.Arbitrary<unknown>, { seed, numRuns: index + 1 });
      expect(again[index]).toEqual(value);
    }
  });
});
