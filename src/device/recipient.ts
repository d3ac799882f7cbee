/**
 * The recipient: the device that a manifest is delivered to, as plain data (RFC 9019 §3, RFC 9124 §4).
 *
 * Configuration (anchors, policy, ids, capabilities) and state (sequence number, contents, stored
 * envelope) are in one value, so that a delivery can be judged from the two states around it.
 *
 * @module
 */
import type { CoseKey } from '../cose/key.ts';

/** What a key may be used for (RFC 9124 §4.3.11). */
export type Role = 'author' | 'qualifier' | 'distributor';

/** A key that the recipient trusts, public part only (a symmetric key for MACs excepted). */
export interface TrustAnchor {
  readonly kid?: Uint8Array;
  readonly key: CoseKey;
  /** COSE algorithm ids this anchor may be used with: of signatures and MACs, and -3 for a key that unwraps MAC keys. */
  readonly algorithms: readonly number[];
  readonly roles: readonly Role[];
  /** What its signature allows a manifest to do; absent: everything. Of several signers any one's rights will do. */
  readonly rights?: readonly Right[];
}

/**
 * An entry of an access control list (draft §9): directives on the components under a prefix. Conditions need no
 * right: any identity can verify a digest.
 */
export interface Right {
  /** Whole parts of a component identifier; none: every component. */
  readonly prefix: readonly Uint8Array[];
  /** Directives that may be used there, by code; absent: all. */
  readonly commands?: readonly number[];
  /** Parameters that may be set there, by key; absent: all. */
  readonly parameters?: readonly number[];
}

/** How many authorities must have signed (RFC 9124 §4.3.11, §4.5.5). */
export type AuthorityPolicy =
  | { readonly kind: 'any' }
  /** Every anchor that is an author or a qualifier. */
  | { readonly kind: 'all' }
  | { readonly kind: 'at-least'; readonly count: number }
  | { readonly kind: 'roles'; readonly roles: readonly Role[] };

/** What a slot of a component holds. */
export type Content =
  | { readonly kind: 'empty' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | AssumedContent;

/** A digest and a size without the bytes: the published examples name images that exist nowhere. */
export interface AssumedContent {
  readonly kind: 'assumed';
  readonly digest: { readonly algorithm: number; readonly bytes: Uint8Array };
  /** Bytes; undefined: not known. */
  readonly size?: bigint;
}

export interface Component {
  /** Path of byte strings (draft §8.4.5.1). */
  readonly identifier: readonly Uint8Array[];
  /** UUIDs (16 bytes) or the content of a CBOR PEN (tag 112), told apart by `pens`. */
  readonly vendorIds: readonly Uint8Array[];
  readonly pens?: readonly Uint8Array[];
  readonly classIds: readonly Uint8Array[];
  readonly deviceIds: readonly Uint8Array[];
  /** Bytes that one slot can hold. */
  readonly capacity: number;
  /** `fixed`: a flash slot whose tail is not part of the image; `variable`: knows its length, like a file. */
  readonly storage: 'fixed' | 'variable';
  /** The slot that commands act on (draft §8.4.8.8). */
  readonly current: number;
  /** The slot whose image runs while an update is processed; absent: not known. */
  readonly running?: number;
  readonly slots: readonly Content[];
}

export type Clock =
  | { readonly kind: 'none' }
  | { readonly kind: 'trusted' | 'untrusted'; readonly now: bigint };

/** A private command that the recipient has, and what it does with a private parameter (draft §8.4.11, §8.4.8.16). */
export interface CustomCommand {
  /** Below -256, as is `parameter`; both are listed in the capabilities too. */
  readonly code: number;
  /** Key of the parameter it reads, a byte string. */
  readonly parameter: number;
  /** `check`: a condition, holds where the parameter is `bytes`. `store`: a directive, writes it into the component. */
  readonly does: 'check' | 'store';
  readonly bytes?: Uint8Array;
}

/** What the recipient's manifest processor can do; codes of the registries in `suit/registry.ts`. */
export interface Capabilities {
  readonly commands: readonly number[];
  readonly parameters: readonly number[];
  /** COSE digest algorithm ids. */
  readonly digests: readonly number[];
  /** URI schemes it can fetch from, without the colon. */
  readonly schemes: readonly string[];
  /** What the private commands mean; absent: it has none. */
  readonly custom?: readonly CustomCommand[];
}

export interface Recipient {
  readonly anchors: readonly TrustAnchor[];
  readonly policy: AuthorityPolicy;
  readonly components: readonly Component[];
  /** Of the manifest installed last; absent: a fresh device, which accepts any. */
  readonly sequenceNumber?: bigint;
  /** The stored envelope that a boot without a delivered one runs. */
  readonly installed?: Uint8Array;
  readonly clock: Clock;
  readonly capabilities: Capabilities;
  /** RFC 7228 class. */
  readonly deviceClass: 0 | 1 | 2;
  /** How its interpreter goes through components: one at a time (draft §6.6) or out of order where it may (§6.7). */
  readonly processing?: 'serial' | 'parallel';
  /** Groups of interdependent components, by index: one update is for all of a group (draft §6.2). */
  readonly componentSets?: readonly (readonly number[])[];
}

/** What a recipient may have that not every verifier honours; a verifier claims it among its extensions. */
export const recipientExtensions = ['access-rights', 'component-sets', 'running-slot'] as const;

export function extensionsOf({
  anchors,
  components,
  componentSets,
}: Recipient): readonly (typeof recipientExtensions)[number][] {
  return [
    ...(anchors.some(({ rights }) => rights !== undefined) ? (['access-rights'] as const) : []),
    ...(componentSets !== undefined ? (['component-sets'] as const) : []),
    ...(components.some(({ running }) => running !== undefined) ? (['running-slot'] as const) : []),
  ];
}

/** The part of a recipient that deliveries change. */
export interface RecipientState {
  readonly sequenceNumber?: bigint;
  readonly installed?: Uint8Array;
  /** Contents of each slot of each component, in the recipient's order. */
  readonly contents: readonly (readonly Content[])[];
}

export function stateOf({ sequenceNumber, installed, components }: Recipient): RecipientState {
  const contents = components.map(slotsOf);
  if (installed === undefined)
    return sequenceNumber === undefined ? { contents } : { sequenceNumber, contents };
  return sequenceNumber === undefined ? { installed, contents } : { sequenceNumber, installed, contents };
}

function slotsOf({ slots }: Component): Component['slots'] {
  return slots;
}

export function withState(recipient: Recipient, state: RecipientState): Recipient {
  const { sequenceNumber: _n, installed: _e, ...configuration } = recipient;
  const components = recipient.components.map((component, i) => ({
    ...component,
    slots: state.contents[i] ?? component.slots,
  }));
  const { sequenceNumber, installed } = state;
  // V8 adds members to a spread copy ten times as slowly.
  return Object.assign(
    configuration,
    sequenceNumber === undefined ? undefined : { sequenceNumber },
    installed === undefined ? undefined : { installed },
    { components },
  );
}
