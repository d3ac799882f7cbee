/**
 * What a trace may name: attacks, valid families, and the reference verifier's rules and steps.
 *
 * @module
 */
import { listCatalogue } from '../attacks/catalogue.ts';
import type { Counts } from '../harness/tally.ts';
import type { Results } from '../report/results.ts';
import { drawnFamilyIds } from '../scenarios/family-rows.ts';
import { defaultSteps } from '../verifiers/reference/reference.ts';
import { defaultRules } from '../verifiers/reference/rules.ts';

export interface World {
  readonly attacks: readonly WorldAttack[];
  /** Ids of the families that are generated. */
  readonly families: readonly string[];
  /** The reference verifier's. */
  readonly rules: readonly string[];
  readonly steps: readonly string[];
}

export interface WorldAttack {
  readonly id: string;
  /** On the working list, not built. */
  readonly notYet: boolean;
  /** Why it is not built. */
  readonly why?: string;
  readonly threats: readonly string[];
  readonly requirements: readonly string[];
}

/** The world as it is. */
export function currentWorld(): World {
  return {
    attacks: listCatalogue(),
    families: drawnFamilyIds,
    rules: Object.keys(defaultRules),
    steps: defaultSteps.map(({ name }) => stepName(name)),
  };
}

/** `bind manifest to digest (§8.3)` is `step:bind-manifest-to-digest`. */
function stepName(name: string): string {
  return `step:${name.replace(/ \(.*$/, '').replaceAll(' ', '-')}`;
}

/** Something that covers a clause, a requirement or a threat, and what a run made of it. */
export interface Cover {
  readonly id: string;
  readonly notYet: boolean;
  /** Verifier to its verdicts, without those that never fell; absent: no results, or it was not run. */
  readonly verdicts?: Readonly<Record<string, Partial<Counts>>>;
}

/** `covered`: by something that is built. `planned`: by nothing but what is not built yet. */
export type Status = 'covered' | 'planned' | 'not-testable' | 'uncovered';

export function statusOf(covers: readonly Cover[], because: string | undefined): Status {
  if (covers.some(({ notYet }) => !notYet)) return 'covered';
  if (covers.length > 0) return 'planned';
  return because === undefined ? 'uncovered' : 'not-testable';
}

export function coverOf(id: string, notYet: boolean, results: Results | undefined): Cover {
  const verdicts = Object.entries(results?.attacks ?? {}).flatMap(([verifier, attacks]) => {
    const counts = attacks[id];
    if (counts === undefined) return [];
    const fallen = Object.entries(counts).filter(([, count]) => count > 0);
    return [[verifier, Object.fromEntries(fallen) as Partial<Counts>] as const];
  });
  return { id, notYet, ...(verdicts.length > 0 && { verdicts: Object.fromEntries(verdicts) }) };
}
