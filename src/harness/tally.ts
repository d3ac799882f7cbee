/**
 * Counts of verdicts and outcomes, by verifier, family and attack.
 *
 * @module
 */
import type { Family } from '../attacks/attack.ts';
import { type Reason, reasons } from '../suit/stage.ts';
import { isExtensionNeed } from './claims-fit.ts';
import type { LoggedOutcome } from './logged-outcome.ts';
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
  /** Per policy-dependent attack and dimension: how it answered. */
  readonly policy: Record<string, Record<string, PolicyAnswers>>;
  /** Per attack: what of its skipped cases the verifier does not claim, and of how many. */
  readonly lacking: Record<string, Record<string, number>>;
}

/** The dimension of a policy row whose answers need not be the same. */
export const varyingDimension = 'may vary';

/** Counts of the answers within one dimension of a policy. */
export interface PolicyAnswers {
  accepted: number;
  /** By reason, `unstated` where none was given. */
  readonly refused: Record<string, number>;
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
    lacking: {},
  };
}

export function emptyCounts(): Counts {
  return Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Counts;
}

export function count(
  tally: Tally,
  attack: { readonly id: string; readonly family: Family | 'valid' },
  verdict: Verdict,
  outcome: LoggedOutcome | undefined,
  dimension: string,
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
  const sheet = tally.policy[attack.id] ?? {};
  tally.policy[attack.id] = sheet;
  const answers = sheet[dimension] ?? { accepted: 0, refused: {} };
  sheet[dimension] = answers;
  if (outcome.kind === 'accepted') answers.accepted++;
  if (outcome.kind !== 'rejected') return;
  const reason = outcome.reason ?? outcome.stage ?? 'unstated';
  answers.refused[reason] = (answers.refused[reason] ?? 0) + 1;
}

/** Begins the note of a case that is skipped for want of claims; they follow, divided by "; ". */
export const notClaimed = 'not claimed: ';

export function countLacking(tally: Tally, attack: string, note: string): void {
  if (!note.startsWith(notClaimed)) return;
  const own = tally.lacking[attack] ?? {};
  tally.lacking[attack] = own;
  for (const need of note.slice(notClaimed.length).split('; ')) own[need] = (own[need] ?? 0) + 1;
}

/** What the skipped cases of these attacks lacked most, in words that say where it is claimed. */
export function mostLacking({ lacking }: Tally, attacks: readonly string[]): string {
  const sums = new Map<string, number>();
  for (const [need, cases] of attacks.flatMap((id) => Object.entries(lacking[id] ?? {})))
    sums.set(need, (sums.get(need) ?? 0) + cases);
  const most = [...sums].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 3);
  if (most.length === 0) return '';
  const named = most.map(([need, cases]) => `${need} (${cases})`).join(', ');
  return `; not claimed: ${named}: claim in hello, or under claims in the config, what it has of these`;
}

/** Whether each case of the attack was skipped for an extension that the verifier does not claim. */
export function isBeyond({ attacks, lacking }: Tally, attack: string): boolean {
  const counts = attacks[attack];
  if (counts === undefined || counts.skipped === 0) return false;
  const { skipped, ...others } = counts;
  const needs = Object.entries(lacking[attack] ?? {});
  return (
    Object.values(others).every((cases) => cases === 0) &&
    needs.some(([need, cases]) => isExtensionNeed(need) && cases === skipped)
  );
}

/** Both answers within one dimension. */
export function isInconsistent(answers: PolicyAnswers): boolean {
  return answers.accepted > 0 && refuses(answers);
}

/** The one answer that was given each time; undefined: there is none. */
export function policyAnswer(answers: PolicyAnswers): 'accepts' | 'refuses' | undefined {
  if (isInconsistent(answers)) return undefined;
  if (answers.accepted > 0) return 'accepts';
  return refuses(answers) ? 'refuses' : undefined;
}

/** A refusal for lack of room says nothing about a policy. */
function refuses({ refused }: PolicyAnswers): boolean {
  const roomless = (reason: string): boolean => isReason(reason) && reasons[reason].stage === 'resource';
  return Object.keys(refused).some((reason) => reason !== 'resource' && !roomless(reason));
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(reasons, text);
}
