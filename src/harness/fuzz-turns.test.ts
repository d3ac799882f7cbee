import { describe, expect, it } from 'vitest';
import type { AnyAttack } from '../attacks/attack.ts';
import { catalogue } from '../attacks/catalogue.ts';
import { drawChoice } from './choice-turns.ts';
import { FuzzTurns, formOf, type Turn } from './fuzz-turns.ts';

const turns = new FuzzTurns(catalogue, 3);
const first = (count: number): readonly Turn[] =>
  Array.from({ length: count }, (_, place) => turns.at(place));
const of = (all: readonly Turn[], attack: AnyAttack): readonly Turn[] =>
  all.filter((one) => one.attack === attack);

describe('the turns of a fuzzing run', () => {
  it('are at first all attacks in their order, as in a plain run', () => {
    expect(first(catalogue.length)).toEqual(
      catalogue.map((attack) => ({ attack, round: 0, choiceRound: 0 })),
    );
  });

  it('hang on the seed and the place alone', () => {
    const again = new FuzzTurns(catalogue, 3);
    expect(again.at(700)).toEqual(turns.at(700));
  });

  it('give an attack none of its choices twice, and those of another form first', () => {
    const all = first(6 * catalogue.length);
    for (const attack of catalogue) {
      const own = of(all, attack);
      expect(new Set(own.map(({ choiceRound }) => choiceRound)).size, attack.id).toBe(own.length);
      const forms = own.map(({ choiceRound }) => formOf(drawChoice(3, attack, choiceRound, 0).value));
      const known = forms.findIndex((form, i) => forms.indexOf(form) < i);
      const rest = known < 0 ? [] : forms.slice(known);
      expect(
        rest.every((form) => forms.slice(0, known).includes(form)),
        attack.id,
      ).toBe(true);
    }
  });

  it('come sooner to the many forms of some attacks than a plain run does, and leave none out for good', () => {
    const count = 4 * catalogue.length;
    const forms = (choices: readonly (readonly [AnyAttack, number])[]): number =>
      new Set(
        choices.map(([attack, round]) => `${attack.id} ${formOf(drawChoice(3, attack, round, 0).value)}`),
      ).size;
    const plain = Array.from(
      { length: count },
      (_, i) => [catalogue[i % catalogue.length] as AnyAttack, Math.floor(i / catalogue.length)] as const,
    );
    const fuzzed = first(count).map(({ attack, choiceRound }) => [attack, choiceRound] as const);
    expect(forms(fuzzed)).toBeGreaterThan(1.1 * forms(plain));
    for (const attack of catalogue) expect(of(first(count), attack).length, attack.id).toBeGreaterThan(1);
  });
});

describe('the form of a choice', () => {
  it.each([
    [{ at: 3 }, { at: 4 }, false],
    [{ size: 5000 }, { size: 5001 }, true],
    [{ size: 5000 }, { size: -5000 }, false],
    [{ gap: '4294967296' }, { gap: '4294967297' }, true],
    [{ kind: 'a' }, { kind: 'b' }, false],
  ])('of %j and %j', (a, b, isSame) => {
    expect(formOf(a) === formOf(b)).toBe(isSame);
  });
});
