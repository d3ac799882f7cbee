/**
 * An attack: one declared change to a scenario that makes a stated clause demand a stated effect.
 *
 * @module
 */
import type fc from 'fast-check';
import type { Level } from '../device/delivery.ts';
import type { PlanOptions } from '../scenarios/plan-arbitrary.ts';
import type { Needs, Run, Scenario } from '../scenarios/scenario.ts';
import type { Clause } from '../suit/clause.ts';
import type { Reason, Stage } from '../suit/stage.ts';
import type { Requirement, Threat } from './requirements.ts';

export const groups = [
  'A',
  'B',
  'C',
  'D',
  'E',
  'F',
  'G',
  'H',
  'I',
  'J',
  'K',
  'L',
  'M',
  'N',
  'O',
  'P',
  'Q',
  'R',
  'S',
  'T',
] as const;
export type Group = (typeof groups)[number];

/** Closed list; group C's algorithm rows (C12 to C20) are `downgrade` like group G. */
export const families = [
  'malformed',
  'authentication',
  'integrity',
  'rollback',
  'replay',
  'downgrade',
  'applicability',
  'components',
  'commands',
  'image',
  'payload',
  'dependency',
  'update-management',
  'encryption',
  'report',
  'resource',
  'transport',
  'toctou',
] as const;
export type Family = (typeof families)[number];

/** Who made the final bytes or the change: outsider altering after signing, outsider signing with an
 * untrusted key, trusted author, known key with lesser rights, network without rewriting, device. */
export type By = 'outsider' | 'untrusted-key' | 'author' | 'lesser-rights' | 'network' | 'device';

export type Strength = 'must-reject' | 'must-accept' | 'should-reject' | 'policy';

export interface Expectation {
  readonly strength: Strength;
  /** Aimed stage, for rejections. */
  readonly stage?: Stage;
  /** Listed reasons, the primary one first. */
  readonly reasons?: readonly Reason[];
  readonly clause: Clause;
  /** Effects that are a must-reject failure whatever the answer (the catalogue's ⊘). */
  readonly prohibits?: readonly Prohibition[];
  /** Level a verifier must claim for the attack to mean anything; default: by stage. */
  readonly level?: Level;
  /** A rejection at a stage after `digest` means that unauthentic content was processed (late detection). */
  readonly lateDetection?: boolean;
  /** Policy whose answer may rightly be another each time: it hangs on what the device had done before. */
  readonly varies?: boolean;
}

export type Prohibition =
  /** `fragments`: of a reference within the envelope. `unlisted`: of what no payload of the delivery is listed under. */
  | { readonly kind: 'fetch'; readonly uri?: string; readonly of?: 'fragments' | 'unlisted' }
  | { readonly kind: 'write' | 'invoke'; readonly component?: number }
  | { readonly kind: 'state-change' }
  /** An acceptance that leaves another state than the step's. */
  | { readonly kind: 'other-state' }
  /** Another count of steps than for the delivery before it in the run. */
  | { readonly kind: 'other-steps' }
  /** After an acceptance a slot holds neither what it held before nor what this delivery may bring. */
  | { readonly kind: 'wrong-image' }
  /** After a rejection a component no longer has the image that it held, nor the one that was to replace it. */
  | { readonly kind: 'boot-lost' };

export interface Attack<Choice = unknown> {
  /** Permanent dotted id. */
  readonly id: string;
  /** The catalogue's short handle, for example "E01". */
  readonly handle: string;
  readonly group: Group | 'V';
  readonly family: Family | 'valid';
  /** What is changed, one sentence in our words. */
  readonly change: string;
  readonly by: By | readonly By[];
  readonly threats: readonly Threat[];
  readonly violates: readonly Requirement[];
  /** Every expectation it can have; the first is the default. */
  readonly expects: readonly [Expectation, ...Expectation[]];
  /** Which generated scenarios it needs; absent: any. */
  readonly on?: PlanOptions;
  /** JSON-safe random choices; small when shrunk. */
  readonly choice: fc.Arbitrary<Choice>;
  /** `undefined`: no meaning on this scenario. Never throws. */
  apply(scenario: Scenario, choice: Choice): Attacked | undefined;
}

export interface Attacked {
  readonly control: Run;
  readonly attacked: Run;
  /** One of the attack's `expects`; absent: the first. */
  readonly expect?: Expectation;
  /** What the two runs need besides the scenario's needs; a verifier that does not claim it is not judged. */
  readonly needs?: Pick<Needs, 'commands' | 'parameters'>;
  /** In place of the scenario's, where what is delivered is no SUIT envelope. */
  readonly insteadNeeds?: Needs;
  /**
   * Policy rows: what a policy may depend on besides the expectation, in words. Within the same dimension a
   * verifier must always give the same answer.
   */
  readonly dimension?: string;
}

/** The same, with the dimension of a policy row declared. */
export function inDimension(made: Attacked | undefined, dimension: string): Attacked | undefined {
  return made && { ...made, dimension };
}

/** An attack of any choice type, as the catalogue lists them. */
// biome-ignore lint/suspicious/noExplicitAny: the choice type is private to each attack
export type AnyAttack = Attack<any>;
