/**
 * Neighbours of an attack's choice: a value changed in one place, or partly another draw's.
 *
 * An attack's expectation holds for what its arbitrary can draw and for nothing else: what fast-check does not
 * recognise as such a value is drawn anew instead.
 *
 * @module
 */
import type fc from 'fast-check';
import type { AnyAttack } from '../attacks/attack.ts';
import { historyAttacks } from '../attacks/histories.ts';
import { mostHappenings } from '../attacks/history-steps.ts';
import type { Dice } from './dice.ts';
import { sampleOne } from './scenario-pool.ts';

const tries = 4;

/** A choice near the given one; where none is found, a new draw. */
export function nearChoice(attack: AnyAttack, choice: unknown, dice: Dice): unknown {
  const arbitrary = attack.choice as fc.Arbitrary<unknown>;
  const donor = sampleOne(arbitrary, dice.seed());
  if (historyAttacks.some(({ id }) => id === attack.id) && Array.isArray(choice) && Array.isArray(donor))
    return nearHistory(choice, donor, dice);
  for (let attempt = 0; attempt < tries; attempt++) {
    const near = changedOnce(choice, donor, dice);
    if (JSON.stringify(near) !== JSON.stringify(choice) && arbitrary.canShrinkWithoutContext(near))
      return near;
  }
  return donor;
}

/** Happenings may come in any order, so many of them as a history may have. */
function nearHistory(choice: readonly unknown[], donor: readonly unknown[], dice: Dice): readonly unknown[] {
  const from = dice.below(choice.length + 1);
  const taken = donor.slice(dice.below(donor.length + 1));
  const rest = choice.slice(from + dice.below(2));
  const near = [...choice.slice(0, from), ...taken.slice(0, 1 + dice.below(3)), ...rest];
  return near.length === 0 ? donor : near.slice(0, mostHappenings);
}

/** One change somewhere in a JSON value. */
function changedOnce(value: unknown, donor: unknown, dice: Dice): unknown {
  if (typeof value === 'number') return nearNumber(value, donor, dice);
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return changedList(value, Array.isArray(donor) ? donor : [], dice);
  if (typeof value !== 'object' || value === null) return donor;
  const key = dice.pick(Object.keys(value));
  if (key === undefined) return donor;
  const fields = value as Readonly<Record<string, unknown>>;
  const others = typeof donor === 'object' && donor !== null ? (donor as typeof fields) : {};
  const taken = dice.below(2) === 0 && key in others;
  return { ...fields, [key]: taken ? others[key] : changedOnce(fields[key], others[key], dice) };
}

function nearNumber(value: number, donor: unknown, dice: Dice): unknown {
  const near = [value + 1, value - 1, value * 2, Math.trunc(value / 2), 0, value ^ (1 << dice.below(16))];
  return dice.pick([...near, ...(typeof donor === 'number' ? [donor, donor] : [])]);
}

function changedList(value: readonly unknown[], donor: readonly unknown[], dice: Dice): unknown {
  const at = dice.below(value.length + 1);
  switch (dice.below(4)) {
    case 0:
      return value.toSpliced(at, 1);
    case 1:
      return value.toSpliced(at, 0, dice.pick(value));
    case 2:
      return value.toSpliced(at, 0, ...donor.slice(0, 1));
    default:
      return value.map((one, i) => (i === at ? changedOnce(one, donor[i], dice) : one));
  }
}
