/**
 * Verifiers compared on the same bytes, as the JSON that text and Markdown are rendered from (docs/schemas/compare).
 *
 * @module
 */
import type { Answer, Parting, PartingKind, Partings } from '../harness/parting.ts';
import { partingKinds } from '../harness/parting.ts';
import type { Difference } from '../harness/readings.ts';

export interface VerifierComparison {
  readonly kind: 'verifiers';
  readonly version: string;
  readonly verifiers: readonly string[];
  readonly cases: number;
  /** Deliveries that at least two verifiers answered, and those that fewer did. */
  readonly compared: number;
  readonly unanswered: number;
  readonly parted: Readonly<Record<PartingKind, number>>;
  /** The gravest first, then the most frequent. */
  readonly patterns: readonly Pattern[];
  /** In the order in which they first parted. */
  readonly attacks: readonly PartedAttack[];
  readonly partings: readonly ShownParting[];
  readonly notes: readonly string[];
}

/** The same answers of the same verifiers. */
export interface Pattern {
  readonly kind: PartingKind;
  readonly of: Parting['of'];
  readonly answers: readonly Omit<Answer, 'verdict'>[];
  readonly count: number;
  /** Attack to the rounds in which it was so; stored cases are all of round 0. */
  readonly attacks: Readonly<Record<string, readonly number[]>>;
  /** Of its first case: what was read differently. */
  readonly readings?: readonly Difference[];
  /** The one line that repeats its first case. */
  readonly replay: string;
}

export interface PartedAttack {
  readonly attack: string;
  readonly count: number;
  readonly kinds: Readonly<Partial<Record<PartingKind, number>>>;
}

export interface ShownParting extends Parting {
  readonly replay: string;
}

export interface VerifierComparisonInput {
  readonly version: string;
  readonly verifiers: readonly string[];
  readonly cases: number;
  readonly found: readonly (Partings & { readonly replay: (parting: Parting) => string })[];
  readonly notes: readonly string[];
}

export function compareVerifiers(input: VerifierComparisonInput): VerifierComparison {
  const partings = input.found.flatMap(({ partings, replay }) =>
    partings.map((parting) => ({ ...parting, replay: replay(parting) })),
  );
  const sum = (of: 'compared' | 'unanswered') => input.found.reduce((all, one) => all + one[of], 0);
  const parted = Object.fromEntries(
    partingKinds.map((kind) => [kind, partings.filter((one) => one.kind === kind).length]),
  ) as Record<PartingKind, number>;
  const compared = sum('compared');
  return {
    kind: 'verifiers',
    version: input.version,
    verifiers: input.verifiers,
    cases: input.cases,
    compared,
    unanswered: sum('unanswered'),
    parted,
    patterns: patternsOf(partings),
    attacks: attacksOf(partings),
    partings,
    notes: compared === 0 ? ['nothing was compared', ...input.notes] : input.notes,
  };
}

/** Nothing compared is not the same. */
export function isSame(comparison: VerifierComparison): boolean {
  return comparison.compared > 0 && comparison.partings.length === 0;
}

function patternsOf(partings: readonly ShownParting[]): readonly Pattern[] {
  const patterns = new Map<string, Pattern & { count: number; readonly attacks: Record<string, number[]> }>();
  for (const { kind, of, answers, attack, round, replay, readings } of partings) {
    const said = answers.map(({ verifier, answer }) => ({ verifier, answer }));
    const what = readings?.map((one) => one.what.replace(/\d+/, '#'));
    const key = JSON.stringify([kind, of, said, [...new Set(what)]]);
    const pattern = patterns.get(key) ?? {
      kind,
      of,
      answers: said,
      count: 0,
      attacks: {},
      ...(readings && { readings }),
      replay,
    };
    patterns.set(key, pattern);
    pattern.count++;
    pattern.attacks[attack] = [...(pattern.attacks[attack] ?? []), round];
  }
  const gravity = (one: Pattern): number => partingKinds.indexOf(one.kind);
  return [...patterns.values()].sort((a, b) => gravity(a) - gravity(b) || b.count - a.count);
}

function attacksOf(partings: readonly ShownParting[]): readonly PartedAttack[] {
  const attacks = new Map<
    string,
    { attack: string; count: number; kinds: Partial<Record<PartingKind, number>> }
  >();
  for (const { attack, kind } of partings) {
    const one = attacks.get(attack) ?? { attack, count: 0, kinds: {} };
    attacks.set(attack, one);
    one.count++;
    one.kinds[kind] = (one.kinds[kind] ?? 0) + 1;
  }
  return [...attacks.values()];
}
