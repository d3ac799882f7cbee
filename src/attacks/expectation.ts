/**
 * Expectations of attacks: one for each strength, and for each level at which a run comes to the place that is
 * changed.
 *
 * @module
 */
import { type Level, levels } from '../device/delivery.ts';
import type { RunStep } from '../scenarios/scenario.ts';
import type { Clause } from '../suit/clause.ts';
import { isBefore, type Reason, reasons } from '../suit/stage.ts';
import type { Expectation } from './attack.ts';

/** The level a verifier must claim before an expectation means anything to it. */
export function requiredLevel(
  expect: Pick<Expectation, 'level' | 'stage'>,
  judged: Pick<RunStep, 'level'>,
): Level {
  if (expect.level !== undefined) return expect.level;
  if (expect.stage === undefined) return judged.level;
  if (!isBefore('digest', expect.stage) || expect.stage === 'resource') return 'authenticated';
  return isBefore('applicability', expect.stage) ? 'installed' : 'applicable';
}

type Listed = readonly [Reason, ...Reason[]];
type More = Partial<Omit<Expectation, 'strength' | 'reasons' | 'clause' | 'stage'>>;

/** Aims at the stage of the first reason. */
export function mustReject(listed: Listed, clause: Clause, more: More = {}): Expectation {
  return rejection('must-reject', listed, clause, more);
}

/**
 * Must be rejected, and what is delivered is not authentic: where every listed reason belongs to a stage up to
 * `digest`, a later rejection means that it was processed all the same (draft §6.2).
 */
export function mustRejectUnauthentic(listed: Listed, clause: Clause, more: More = {}): Expectation {
  const lateDetection = listed.every((reason) => !isBefore('digest', reasons[reason].stage));
  return mustReject(listed, clause, lateDetection ? { lateDetection, ...more } : more);
}

export function shouldReject(listed: Listed, clause: Clause, more: More = {}): Expectation {
  return rejection('should-reject', listed, clause, more);
}

/** Either answer; the reason is the one of a refusal. */
export function eitherAnswer(listed: Listed, clause: Clause, more: More = {}): Expectation {
  return rejection('policy', listed, clause, more);
}

export function mustAccept(clause: Clause, more: More = {}): Expectation {
  return { strength: 'must-accept', clause, ...more };
}

/** The same expectation for each level at which a run may come to the changed place. */
export type ByLevel = Readonly<Record<Level, Expectation>>;

export function byLevel(expectation: Expectation): ByLevel {
  return Object.fromEntries(levels.map((level) => [level, { ...expectation, level }])) as unknown as ByLevel;
}

/** As an attack's `expects` lists them. */
export function all(...of: readonly (Expectation | ByLevel)[]): readonly [Expectation, ...Expectation[]] {
  const flat = of.flatMap((one): Expectation[] =>
    'strength' in one ? [one] : levels.map((level) => one[level]),
  );
  return flat as [Expectation, ...Expectation[]];
}

function rejection(
  strength: Expectation['strength'],
  listed: Listed,
  clause: Clause,
  more: More,
): Expectation {
  return { strength, stage: reasons[listed[0]].stage, reasons: listed, clause, ...more };
}
