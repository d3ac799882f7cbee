/**
 * The policy sheet in a baseline: what a verifier answered to each policy row, and which answers have changed since.
 *
 * @module
 */
import { policyAnswer, varyingDimension } from '../harness/tally.ts';
import { inWords, type Results } from './results.ts';

/** By verifier, attack and dimension: `accepts` or `refuses`. */
export type KnownPolicy = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>
>;

/** Without the rows that have no one answer. */
export function policyOf({ policy }: Results): KnownPolicy {
  return mapped(policy, (attacks) =>
    dense(
      mapped(attacks, (sheet) => {
        const fixed = Object.entries(sheet).filter(([dimension]) => dimension !== varyingDimension);
        const known = fixed.map(([dimension, answers]) => [dimension, policyAnswer(answers)] as const);
        return Object.fromEntries(known.flatMap(([dimension, one]) => (one ? [[dimension, one]] : [])));
      }),
    ),
  );
}

/** One sentence for each answer that is another one now; what this run did not come to is not missed. */
export function changedPolicy(results: Results, known: KnownPolicy = {}): readonly string[] {
  const now = policyOf(results);
  return Object.entries(known).flatMap(([verifier, attacks]) =>
    Object.entries(attacks).flatMap(([attack, sheet]) =>
      Object.entries(sheet).flatMap(([dimension, before]): string[] => {
        const answer = now[verifier]?.[attack]?.[dimension];
        if (answer === undefined || answer === before) return [];
        const where = dimension === '' ? '' : ` within "${dimension}"`;
        const said = inWords(results.policy[verifier]?.[attack]?.[dimension]);
        return [`changed policy: ${verifier} ${before} ${attack}${where} in the baseline, and now ${said}`];
      }),
    ),
  );
}

export function isKnownPolicy(value: unknown): value is KnownPolicy {
  const isAnswer = (one: unknown): boolean => one === 'accepts' || one === 'refuses';
  return isTable(value, (attacks) => isTable(attacks, (sheet) => isTable(sheet, isAnswer)));
}

function isTable(value: unknown, holds: (one: unknown) => boolean): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => holds(one))
  );
}

function mapped<A, B>(
  table: Readonly<Record<string, A>>,
  change: (one: A) => B,
): Readonly<Record<string, B>> {
  const entries = Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, change(one)]));
}

/** Without empty entries. */
function dense<T extends object>(table: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(table).filter(([, one]) => Object.keys(one).length > 0));
}
