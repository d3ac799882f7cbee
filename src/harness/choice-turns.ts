/**
 * The choices of an attack in turn: over some rounds those come first that have not been there.
 *
 * Many attacks choose from a handful of forms, and drawn freely the one that a verifier falls for may be long in
 * coming.
 *
 * @module
 */
import fc from 'fast-check';
import type { AnyAttack } from '../attacks/attack.ts';
import { type Draw, drawOne, seedOf } from './scenario-pool.ts';

/** Rounds that share their turns; a late round need not know all before it. */
const turnsLength = 32;

/** More are drawn than are used, so that a rare choice is among them. */
const drawsForTurns = 48;

/** Attempts with one choice, each on a scenario of its own, before another choice is drawn. */
export const attemptsPerChoice = 4;

/** Depends on nothing but seed, attack, round and attempt. */
export function drawChoice(seed: number, attack: AnyAttack, round: number, attempt: number): Draw<unknown> {
  if (attempt < attemptsPerChoice) return turnsOf(seed, attack, round)[round % turnsLength] as Draw<unknown>;
  return drawOne(choices(attack), seedOf(seed, attack.id, round, attempt));
}

function choices(attack: AnyAttack): fc.Arbitrary<unknown> {
  return attack.choice as fc.Arbitrary<unknown>;
}

interface Turns {
  readonly seed: number;
  readonly draws: readonly Draw<unknown>[];
}

/** Of each attack those asked for last. */
const remembered = new WeakMap<AnyAttack, Turns>();

function turnsOf(seed: number, attack: AnyAttack, round: number): Turns['draws'] {
  const turnSeed = seedOf(seed, attack.id, 'turns', Math.floor(round / turnsLength));
  const known = remembered.get(attack);
  if (known?.seed === turnSeed) return known.draws;
  const values = fc.sample(choices(attack), { seed: turnSeed, numRuns: drawsForTurns });
  const draws = newestFirst(values.map((value, index) => ({ value, seed: turnSeed, index })));
  remembered.set(attack, { seed: turnSeed, draws });
  return draws;
}

/** Next always the newest of those left: as a whole, then in most of its members; when none is new, all are again. */
function newestFirst(draws: readonly Draw<unknown>[]): readonly Draw<unknown>[] {
  const left = draws.map((draw) => ({ draw, texts: textsOf(draw.value) }));
  const ordered: Draw<unknown>[] = [];
  let seen = new Set<string>();
  while (ordered.length < turnsLength) {
    const newness = left.map(({ texts: [whole, ...members] }) =>
      seen.has(whole) ? 0 : 1 + members.filter((text) => !seen.has(text)).length,
    );
    const best = Math.max(...newness);
    const [next] = left.splice(newness.indexOf(best), 1);
    if (next === undefined) break;
    if (best === 0) seen = new Set();
    for (const text of next.texts) seen.add(text);
    ordered.push(next.draw);
  }
  return ordered;
}

/** A choice as JSON, then each of its members with its name. */
function textsOf(choice: unknown): readonly [string, ...string[]] {
  const members = choice !== null && typeof choice === 'object' ? Object.entries(choice) : [];
  return [JSON.stringify(choice), ...members.map((member) => JSON.stringify(member))];
}
