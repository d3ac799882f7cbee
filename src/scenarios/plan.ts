/**
 * A plan: every choice that makes a scenario, as JSON-safe data. `buildScenario` makes the scenario of it.
 *
 * @module
 */

import type { Capabilities } from '../device/recipient.ts';
import type { Exercise } from './exercise.ts';
import type { FixedPlan } from './fixed.ts';
import type { HistoryPlan } from './history-plan.ts';
import type { PublishedName } from './published.ts';
import type { PlannedRights } from './rights.ts';
import type { Within } from './within.ts';

/** Which procedures are run: an update, a boot of what is in place, or an update and its boot. */
export type PlannedDeliveries = 'update' | 'boot' | 'update-boot';

export interface Plan extends HistoryPlan {
  /** Id of the valid family: a row of `families.ts`. */
  readonly family: string;
  readonly deliveries: PlannedDeliveries;
  /**
   * Where the boot's envelope is: in the delivery, in the recipient's storage, or in the delivery without its
   * severed elements (§8.6).
   */
  readonly bootFrom: 'delivered' | 'stored' | 'stripped';
  readonly sequence: SequencePlan;
  readonly authentication: AuthenticationPlan;
  /** COSE algorithm of the images' digests. */
  readonly digest: number;
  /** And of the wrapper's, and of severed elements'. */
  readonly wrapperDigest: number;
  readonly severedDigest: number;
  /** One to four; each is a component of the manifest, with up to two more for its staging and loading. */
  readonly images: readonly ImagePlan[];
  /** How many components only the recipient has. */
  readonly otherComponents: number;
  /** The recipient's component list is the manifest's and the others', rotated by this many places. */
  readonly rotation: number;
  readonly identifiers: IdentifierStyle;
  readonly ids: IdsPlan;
  /** How commands that concern several components address them (§6.5). */
  readonly index: 'omitted' | 'integer' | 'array' | 'true';
  /** All parameters in one override-parameters, or each in its own. */
  readonly overrides: 'joined' | 'split';
  /** Reporting policies (§8.4.7), used in turn. */
  readonly policies: readonly number[];
  readonly validate: boolean;
  /** Every install step in a try-each: after a branch that finds the image in place, or that aborts; `nil` is a
   * try-each before the step, whose one branch aborts and whose nil lets it pass (§8.4.10.2). */
  readonly tryEach: 'none' | 'present' | 'abort' | 'nil';
  /** Every install step in a run-sequence; `soft`: after one that fails softly (§8.4.10.8). */
  readonly runSequence: 'none' | 'plain' | 'soft';
  readonly severed: readonly ('payloadFetch' | 'install')[];
  readonly text: TextPlan;
  readonly referenceUri?: string;
  /** Scheme of the URIs that images are fetched from. */
  readonly scheme: 'http' | 'https' | 'coap' | 'coaps';
  /** Hexadecimal, given to the invoke directive. */
  readonly invokeArguments?: string;
  readonly deviceClass: 1 | 2;
  /** One of the published examples in place of all other choices. */
  readonly published?: PublishedName;
  /** What the manifest does besides; each has components of its own. Absent: nothing. */
  readonly exercises?: readonly Exercise[];
  /** Image digests and sizes are set in the sections that need them; the shared sequence has the id checks alone. */
  readonly factsIn?: 'sections';
  /** What the signers' keys may do; absent: everything. */
  readonly rights?: PlannedRights;
  /** Payloads in the envelope that no command asks for. */
  readonly unusedPayloads?: number;
  /** A user's own device, which the plan is held to. */
  readonly fixed?: FixedPlan;
  /** What verifiers claim, which the plan was drawn within; nothing is built by it. */
  readonly within?: Within;
  /** Start of the images' bytes; no two contents of a scenario are the same. */
  readonly seed: number;
}

/** Decimal strings: sequence numbers pass 2^53. */
export interface SequencePlan {
  readonly offered: string;
  /** Absent: a fresh recipient. */
  readonly installed?: string;
}

export interface AuthenticationPlan {
  /** COSE algorithm of the author's block; 5 makes it a MAC. */
  readonly algorithm: -19 | -8 | -9 | -7 | -46 | 5;
  /** COSE_Sign1 and COSE_Mac0, COSE_Sign and COSE_Mac, or the author's block the one and the second's the other. */
  readonly form: 'one' | 'many' | 'mixed';
  /** The body of a COSE_Sign has a protected header. */
  readonly bodyFilled: boolean;
  /** The author shares a key that wraps MAC keys (A128KW), in place of a MAC key. */
  readonly wraps: boolean;
  /** The blocks have an unprotected header parameter that nobody knows. */
  readonly unknownLabel: boolean;
  readonly kid: 'none' | 'protected' | 'unprotected';
  /** A second trust anchor: none, of the author's kind of key, or of another. */
  readonly second: 'none' | 'same-kind' | 'other-kind';
  /** The second authority's block stands beside the author's. */
  readonly bothSign: boolean;
  /** The second anchor comes before the author's in the recipient's list. */
  readonly secondFirst: boolean;
  /** Whose signatures the recipient wants; `roles`: an author's and a qualifier's. */
  readonly policy: 'any' | 'all' | 'two' | 'two-of-three' | 'roles';
  /** Fingerprint of a user's own signing key, in place of the bench's. */
  readonly key?: string;
  /** Name of the algorithm profile that the recipient implements, or `none`: it has what the release needs. */
  readonly profile: string;
}

/** How an image gets into its component. */
export interface ImagePlan {
  /** Bytes. */
  readonly size: number;
  /**
   * `network`: fetched; `integrated`: in the envelope under a fragment; `prefetched`: in the envelope under its
   * absolute URI (§7.5); `write`: in the manifest as content; `none`: the manifest does not install it.
   */
  readonly by: 'network' | 'integrated' | 'prefetched' | 'write' | 'none';
  /** Fetched into a component of its own in payload-fetch, and copied or swapped from there in install. */
  readonly staged: 'no' | 'copy' | 'swap';
  /** Copied into a memory component before it is invoked (§7.6). */
  readonly loaded: boolean;
  /** Two slots, each with an image of its own (§7.7). */
  readonly slots?: { readonly current: 0 | 1; readonly otherSize: number };
  readonly storage: 'variable' | 'fixed';
  /** Is image-size set? Always with fixed storage, which does not know where an image ends. */
  readonly sized: boolean;
  /** What the component holds before. */
  readonly before: 'old' | 'empty';
}

export type IdentifierStyle = 'byte' | 'path' | 'prefix' | 'long';

export interface IdsPlan {
  readonly vendor: 'uuid' | 'pen';
  /** The components that vendor and class are checked for: the first image's, or each. */
  readonly checked: 'first' | 'each';
  /** A class id of its own for each component. */
  readonly perComponent: boolean;
  /** Further vendor and class ids that the recipient's components have, before the one that is used. */
  readonly more: number;
  /** The device id is checked too. */
  readonly device: boolean;
  /** Version of the UUIDs (RFC 9562); absent: 5. */
  readonly version?: 3 | 4;
}

export interface TextPlan {
  /** `gone`: severed, and no longer in the envelope. */
  readonly place: 'none' | 'inline' | 'severed' | 'gone';
  readonly languages: number;
  readonly components: boolean;
  /** Keys of the texts, negative ones are private; absent: 1 and 2. */
  readonly keys?: readonly number[];
  /** Of the components' texts; absent: 1, 3 and 5. */
  readonly componentKeys?: readonly number[];
}

/** Bytes that each slot of a planned recipient holds: well above every image. */
export const capacity = 4096;

/** Most components that a drawn manifest lists. */
export const mostComponents = 8;

/** Longest image. */
export const largestImage = 300;

/** Longest image that stands in the manifest: "10's of bytes" (§8.4.8.9). */
export const largestContent = 48;

/** URI schemes of a planned recipient. */
export const schemes: Capabilities['schemes'] = ['http', 'https', 'coap', 'coaps'];

/** Does the plan run an update? */
export function hasUpdate(plan: Plan): boolean {
  return plan.deliveries !== 'boot';
}

/** Does the plan run a boot? Then its manifest validates and invokes. */
export function hasBoot(plan: Plan): boolean {
  return plan.deliveries !== 'update';
}
