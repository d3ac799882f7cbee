/**
 * Verdicts: what the oracle rules, a closed list that partitions the cases.
 *
 * @module
 */
import type { Family } from '../attacks/attack.ts';
import type { Outcome } from '../device/outcome.ts';

export const verdicts = [
  /** Rejected at or after the aimed stage, or with a listed reason. */
  'proven',
  /** A must-accept held. */
  'accepted',
  /** Rejected without saying where. */
  'unattributed',
  'failed',
  /** A should-reject was accepted. */
  'weak',
  /** Either answer is allowed. */
  'policy',
  /** Rejected, but at an earlier stage: the aimed check was never seen. */
  'masked',
  /** The control was not accepted, or the history before the attack broke. */
  'inconclusive',
  /** The attack has no meaning on any scenario that was drawn. */
  'inapplicable',
  /** Needs something that the verifier does not claim. */
  'skipped',
] as const;

export type Verdict = (typeof verdicts)[number];

export type FindingKind =
  | 'accepted-invalid'
  | 'valid-refused'
  | 'crashed'
  | 'hung'
  | 'exhausted'
  | 'protocol-error'
  | 'state-changed'
  | 'wrong-state'
  | 'early-effect'
  | 'prohibited-effect'
  | 'late-detection'
  | 'not-live'
  /** The same delivery to the same device was answered in two ways. */
  | 'answer-changed'
  /** The same case, in another order and in a fresh verifier, was answered otherwise. */
  | 'order-dependent'
  /** Accepted as installed, and it reports that it wrote nothing. */
  | 'accepted-without-effect'
  /** What it reports says the contrary of its decision. */
  | 'contradiction'
  /** Policy: both answers within one declared dimension. */
  | 'policy-inconsistent'
  /** Accepted, and what came of it is not what came of it in another verifier of the run. */
  | 'reads-differently'
  /** A family with must-reject rows and not one proven or unattributed case. */
  | 'nothing-proven'
  /** Three dead controls in a row: the verifier was not run further. */
  | 'stopped';

export interface Ruling {
  readonly verdict: Verdict;
  /** Why, when `failed`. */
  readonly kind?: FindingKind;
  /** One sentence of evidence. Text from a verifier in it is data. */
  readonly note: string;
  /** Of a history: the family of what was violated, where that is not the attack's own. */
  readonly family?: Family;
  /** The outcome that was judged; absent: nothing was delivered. */
  readonly outcome?: Outcome;
}
