/**
 * Results: what a campaign found, as the JSON that everything else is rendered from (docs/schemas/results).
 *
 * @module
 */
import { type AnyAttack, families } from '../attacks/attack.ts';
import type { CampaignResult } from '../harness/campaign.ts';
import type { Finding } from '../harness/finding.ts';
import { type Counts, emptyCounts, type OutcomeCounts, type Tally } from '../harness/tally.ts';
import { revision } from '../scenarios/needs.ts';

export interface Results {
  readonly version: string;
  readonly seed: number;
  /** `catalogue` for generated scenarios, or the path of the user's own envelope. */
  readonly subject: string;
  /** Of draft-ietf-suit-manifest, that the generated scenarios follow; who does not claim it is skipped. */
  readonly revision: string;
  readonly complete: boolean;
  readonly planned: number;
  readonly done: number;
  readonly verifiers: Readonly<Record<string, Counts>>;
  readonly outcomes: Readonly<Record<string, OutcomeCounts>>;
  readonly families: Readonly<Record<string, Tally['families']>>;
  readonly attacks: Readonly<Record<string, Tally['attacks']>>;
  readonly policy: Readonly<Record<string, Tally['policy']>>;
  readonly neverApplicable: readonly string[];
  readonly notYet: number;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

export interface ResultsInput {
  readonly version: string;
  readonly seed: number;
  readonly subject: string;
  readonly campaign: CampaignResult;
  readonly findings: readonly Finding[];
  readonly attacks: readonly AnyAttack[];
  readonly notYet: number;
  readonly notes: readonly string[];
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
    planned: campaign.planned,
    done: campaign.done,
    verifiers: by((tally) => tally.verdicts),
    outcomes: by((tally) => tally.outcomes),
    families: by((tally) => tally.families),
    attacks: by((tally) => tally.attacks),
    policy: by((tally) => tally.policy),
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

export function countsOf(results: Results, verifier: string, family: string): Counts {
  return results.families[verifier]?.[family as 'valid'] ?? emptyCounts();
}
