/**
 * A SUIT envelope as plain data: what it means, without any choice of encoding
 * (draft-ietf-suit-manifest-37 §8, CDDL in appendix A).
 *
 * @module
 */

import type { Item } from '../cbor/item.ts';

/** SUIT_Digest (§10): a COSE hash algorithm and the digest's bytes. */
export interface Digest {
  readonly algorithm: number;
  readonly bytes: Uint8Array;
}

/** SUIT_Component_Identifier (§8.4.5.1). */
export type ComponentIdentifier = readonly Uint8Array[];

/** The argument of set-component-index (§6.5). A bigint only where a number cannot hold the value. */
export type Index = number | bigint | true | readonly number[];

/** SUIT_Parameters (§8.4.8). */
export interface Parameters {
  /** A UUID, or the relative OID of a private enterprise number (tag 112). */
  readonly vendorId?: Uint8Array | { readonly pen: Uint8Array };
  readonly classId?: Uint8Array;
  readonly deviceId?: Uint8Array;
  readonly imageDigest?: Digest;
  readonly imageSize?: bigint;
  readonly componentSlot?: bigint;
  readonly strictOrder?: boolean;
  readonly softFailure?: boolean;
  readonly content?: Uint8Array;
  readonly uri?: string;
  readonly sourceComponent?: bigint;
  readonly invokeArguments?: Uint8Array;
  readonly fetchArguments?: Uint8Array;
  /** Every key that the draft does not define: negative ones are custom, the others unknown. */
  readonly custom?: readonly (readonly [key: number, value: Item])[];
}

/** A command with its argument (§8.4.9, §8.4.10, §8.4.11). */
export type Command =
  | { readonly kind: 'condition'; readonly code: number; readonly policy: number }
  | { readonly kind: 'directive'; readonly code: number; readonly policy: number }
  | { readonly kind: 'setComponentIndex'; readonly index: Index }
  | { readonly kind: 'overrideParameters'; readonly parameters: Parameters }
  /** `null` is the empty branch that always succeeds (§8.4.10.2). */
  | { readonly kind: 'tryEach'; readonly branches: readonly (readonly Command[] | null)[] }
  | { readonly kind: 'runSequence'; readonly commands: readonly Command[] }
  | { readonly kind: 'custom'; readonly code: number; readonly argument: Item }
  /** A code that the draft does not define; what to make of it is the interpreter's decision. */
  | { readonly kind: 'unknown'; readonly code: number; readonly argument: Item };

/** Stands in the manifest for an element that was moved to the envelope (§8.6). */
export interface Severed {
  readonly severed: Digest;
}

/** One text by its key (§11.6, §11.7). */
export type TextEntry = readonly [key: number, text: string];

export interface ComponentText {
  readonly identifier: ComponentIdentifier;
  readonly texts: readonly TextEntry[];
}

/** SUIT_Text_LMap under its language tag (§8.4.4). */
export interface LanguageText {
  readonly language: string;
  readonly texts: readonly TextEntry[];
  readonly components: readonly ComponentText[];
}

/** SUIT_Text_Map. */
export type TextMap = readonly LanguageText[];

/** A map entry whose key the draft does not define. */
export type Extension = readonly [key: bigint, value: Item];

/** SUIT_Manifest with its SUIT_Common (§8.4). */
export interface Manifest {
  readonly version: bigint;
  readonly sequenceNumber: bigint;
  readonly referenceUri?: string;
  /** Empty: suit-components is absent. */
  readonly components: readonly ComponentIdentifier[];
  readonly sharedSequence?: readonly Command[];
  readonly validate?: readonly Command[];
  readonly load?: readonly Command[];
  readonly invoke?: readonly Command[];
  readonly payloadFetch?: readonly Command[] | Severed;
  readonly install?: readonly Command[] | Severed;
  readonly text?: TextMap | Severed;
  readonly extensions?: readonly Extension[];
  readonly commonExtensions?: readonly Extension[];
}

/** The severed elements that the envelope carries. */
export interface SeveredElements {
  readonly payloadFetch?: readonly Command[];
  readonly install?: readonly Command[];
  readonly text?: TextMap;
}

/** SUIT_Envelope (§8.2, §8.3). */
export interface Envelope {
  readonly digest: Digest;
  /** The tagged COSE structures, as items. */
  readonly blocks: readonly Item[];
  readonly manifest: Manifest;
  readonly severed: SeveredElements;
  readonly payloads: readonly (readonly [uri: string, bytes: Uint8Array])[];
  /** Envelope members that the draft does not define. */
  readonly extensions?: readonly Extension[];
}

export function isSevered(element: readonly unknown[] | Severed): element is Severed {
  return 'severed' in element;
}
