/**
 * The plain cases of a fuzzing run: all attacks in their order, again and again, and each as often as its choices have
 * something new to show.
 *
 * Most attacks choose from two or three forms, which are soon through; of the others some have dozens. A plain run gives
 * both a turn in each round.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import { BenchError } from '../bench-error.ts';
import { drawChoice } from './choice-turns.ts';

export interface Turn {
  readonly attack: AnyAttack;
  /** Of the scenario; attacks of one round share scenarios. */
  readonly round: number;
  /** Whose choice it has. */
  readonly choiceRound: number;
}

/** Rounds whose choices are looked at; from there on each has one of its own. */
const lookedAt = 32;

/** An attack that has nothing new to show has a turn in one of so many rounds: a scenario may be what it lacks. */
const restOf = 4;

export class FuzzTurns {
  private readonly turns: Turn[] = [];
  private readonly made: Iterator<Turn, undefined>;

  constructor(attacks: readonly AnyAttack[], seed: number) {
    this.made = turnsOf(attacks, seed);
  }

  /** Depends on nothing but attacks, seed and place. */
  at(place: number): Turn {
    while (this.turns.length <= place) {
      const { value, done } = this.made.next();
      if (done) throw new BenchError('no-turns', 'there is no attack to fuzz with', { blame: 'bench' });
      this.turns.push(value);
    }
    return this.turns[place] as Turn;
  }
}

/** Which plain case stands at this place; undefined: a bred one does. After the first round every eighth is bred. */
export function turnAt(place: number, attacks: number): number | undefined {
  if (place < attacks) return place;
  const after = place - attacks;
  return after % bredOf === bredOf - 1 ? undefined : place - Math.floor(after / bredOf);
}

/** One of so many is bred. What broken verifiers are caught by is nearly always a choice that had not been there. */
const bredOf = 8;

function* turnsOf(attacks: readonly AnyAttack[], seed: number): Generator<Turn, undefined> {
  const rounds = new Map<AnyAttack, ChoiceRounds>();
  for (let round = 0; attacks.length > 0; round++)
    for (const attack of attacks) {
      const own = rounds.get(attack) ?? choiceRounds(attack, seed);
      rounds.set(attack, own);
      const fresh = own.fresh.shift();
      if (fresh !== undefined) yield { attack, round, choiceRound: fresh };
      else if (round % restOf === restOf - 1)
        yield { attack, round, choiceRound: own.others.shift() ?? own.next++ };
    }
  return undefined;
}

interface ChoiceRounds {
  /** Those whose choice is of a form that none before has, and the other ones. */
  readonly fresh: number[];
  readonly others: number[];
  next: number;
}

function choiceRounds(attack: AnyAttack, seed: number): ChoiceRounds {
  const forms = new Set<string>();
  const rounds: ChoiceRounds = { fresh: [], others: [], next: lookedAt };
  for (let round = 0; round < lookedAt; round++) {
    const form = formOf(drawChoice(seed, attack, round, 0).value);
    (forms.has(form) ? rounds.others : rounds.fresh).push(round);
    forms.add(form);
  }
  return rounds;
}

/** A choice without what is only more or less of the same: large numbers by their bits. */
export function formOf(choice: unknown): string {
  return JSON.stringify(choice, (_, value: unknown) => {
    if (typeof value === 'number' && Math.abs(value) >= exactBelow)
      return `${Math.sign(value)} ${Math.floor(Math.log2(Math.abs(value)))} bits`;
    return typeof value === 'string' && /^\d{3,}$/.test(value) ? `digits ${value.length}` : value;
  });
}

/** Smaller numbers are places in lists, kinds and the like. */
const exactBelow = 64;
