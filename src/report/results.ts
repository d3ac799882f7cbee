/**
 * Results: what a campaign found, as the JSON that everything else is rendered from (docs/schemas/results).
 *
 * @module
 */
import { type AnyAttack, families } from '../attacks/attack.ts';
import type { CampaignResult } from '../harness/campaign.ts';
import type { StoredDelivery } from '../harness/costly-cases.ts';
import type { CostSheet } from '../harness/costs.ts';
import type { Finding } from '../harness/finding.ts';
import type { Counted } from '../harness/findings.ts';
import {
  type Counts,
  emptyCounts,
  type OutcomeCounts,
  type PolicyAnswers,
  type Tally,
} from '../harness/tally.ts';
import { revision } from '../scenarios/needs.ts';

export interface Results {
  readonly version: string;
  readonly seed: number;
  /** `catalogue` for generated scenarios, or the path of the user's own envelope. */
  readonly subject: string;
  /** Of draft-ietf-suit-manifest, that the generated scenarios follow; who does not claim it is skipped. */
  readonly revision: string;
  readonly complete: boolean;
  /** A signal ended it. */
  readonly interrupted?: true;
  readonly planned: number;
  readonly done: number;
  readonly verifiers: Readonly<Record<string, Counts>>;
  readonly outcomes: Readonly<Record<string, OutcomeCounts>>;
  readonly families: Readonly<Record<string, Tally['families']>>;
  readonly attacks: Readonly<Record<string, Tally['attacks']>>;
  readonly policy: Readonly<Record<string, Tally['policy']>>;
  /** By verifier that counts it; absent: none does. */
  readonly costs?: Readonly<Record<string, CostSheet<StoredDelivery>>>;
  readonly neverApplicable: readonly string[];
  readonly notYet: number;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

export interface ResultsInput {
  readonly version: string;
  readonly seed: number;
  readonly subject: string;
  readonly campaign: Pick<CampaignResult, 'planned' | 'done' | 'neverApplicable'> & Counted;
  readonly findings: readonly Finding[];
  readonly costs?: NonNullable<Results['costs']>;
  readonly attacks: readonly AnyAttack[];
  readonly notYet: number;
  readonly notes: readonly string[];
  readonly interrupted?: boolean;
}

export function makeResults(input: ResultsInput): Results {
  const { campaign } = input;
  const by = <T>(of: (tally: Tally) => T): Record<string, T> =>
    Object.fromEntries([...campaign.tallies].map(([host, tally]) => [host.spec, of(tally)]));
  return {
    version: input.version,
    seed: input.seed,
    subject: input.subject,
    revision,
    complete: campaign.done === campaign.planned,
    ...(input.interrupted && { interrupted: true }),
    planned: campaign.planned,
    done: campaign.done,
    verifiers: by((tally) => tally.verdicts),
    outcomes: by((tally) => tally.outcomes),
    families: by((tally) => tally.families),
    attacks: by((tally) => tally.attacks),
    policy: by((tally) => tally.policy),
    ...(input.costs && Object.keys(input.costs).length > 0 && { costs: input.costs }),
    neverApplicable: campaign.neverApplicable,
    notYet: input.notYet,
    findings: input.findings,
    notes: input.notes,
  };
}

/** Families, `valid` first, that have at least one case. */
export function familiesOf(results: Results): string[] {
  const used = new Set(Object.values(results.families).flatMap((of) => Object.keys(of)));
  return ['valid', ...families].filter((family) => used.has(family));
}

/** One line of the policy sheet. */
export interface PolicyLine {
  readonly attack: string;
  /** Empty: the row has one. */
  readonly dimension: string;
  /** By verifier; absent: it was not asked. */
  readonly answers: Readonly<Record<string, PolicyAnswers>>;
}

/** By attack and dimension. */
export function policySheet(results: Results): readonly PolicyLine[] {
  const lines = new Map<
    string,
    { attack: string; dimension: string; answers: Record<string, PolicyAnswers> }
  >();
  for (const [verifier, attacks] of Object.entries(results.policy))
    for (const [attack, sheet] of Object.entries(attacks))
      for (const [dimension, answers] of Object.entries(sheet)) {
        const key = JSON.stringify([attack, dimension]);
        const line = lines.get(key) ?? { attack, dimension, answers: {} };
        lines.set(key, line);
        line.answers[verifier] = answers;
      }
  const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, line]) => line);
}

/** "accepts", "refuses: image-mismatch", or "both: 3 accepted, 2 refused (…)". */
export function inWords(answers: PolicyAnswers | undefined): string {
  if (answers === undefined) return '-';
  const reasons = Object.keys(answers.refused).join(', ');
  if (reasons === '') return answers.accepted > 0 ? 'accepts' : '-';
  if (answers.accepted === 0) return `refuses: ${reasons}`;
  const refused = Object.values(answers.refused).reduce((sum, n) => sum + n, 0);
  return `both: ${answers.accepted} accepted, ${refused} refused (${reasons})`;
}

export function countsOf(results: Results, verifier: string, family: string): Counts {
  return results.families[verifier]?.[family as 'valid'] ?? emptyCounts();
}
