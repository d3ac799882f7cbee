/**
 * Counts of verdicts and outcomes, by verifier, family and attack.
 *
 * @module
 */
import type { Family } from '../attacks/attack.ts';
import type { Outcome } from '../device/outcome.ts';
import { type Verdict, verdicts } from './verdict.ts';

export type Counts = Record<Verdict, number>;

export type OutcomeCounts = Record<
  | 'accepted'
  | 'rejected'
  | 'interrupted'
  | 'crashed'
  | 'hung'
  | 'exhausted'
  | 'unsupported'
  | 'protocolError',
  number
>;

export interface Tally {
  readonly verdicts: Counts;
  readonly outcomes: OutcomeCounts;
  readonly families: Partial<Record<Family | 'valid', Counts>>;
  readonly attacks: Record<string, Counts>;
  /** Per policy-dependent attack: how it answered. */
  readonly policy: Record<string, { accepted: number; rejected: number }>;
}

export function emptyTally(): Tally {
  return {
    verdicts: emptyCounts(),
    outcomes: {
      accepted: 0,
      rejected: 0,
      interrupted: 0,
      crashed: 0,
      hung: 0,
      exhausted: 0,
      unsupported: 0,
      protocolError: 0,
    },
    families: {},
    attacks: {},
    policy: {},
  };
}

export function emptyCounts(): Counts {
  return Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Counts;
}

export function count(
  tally: Tally,
  attack: { readonly id: string; readonly family: Family | 'valid' },
  verdict: Verdict,
  outcome: Outcome | undefined,
): void {
  tally.verdicts[verdict]++;
  const family = tally.families[attack.family] ?? emptyCounts();
  tally.families[attack.family] = family;
  family[verdict]++;
  const own = tally.attacks[attack.id] ?? emptyCounts();
  tally.attacks[attack.id] = own;
  own[verdict]++;
  if (outcome === undefined) return;
  tally.outcomes[outcome.kind === 'protocol-error' ? 'protocolError' : outcome.kind]++;
  if (verdict !== 'policy') return;
  const policy = tally.policy[attack.id] ?? { accepted: 0, rejected: 0 };
  tally.policy[attack.id] = policy;
  if (outcome.kind === 'accepted') policy.accepted++;
  if (outcome.kind === 'rejected') policy.rejected++;
}
