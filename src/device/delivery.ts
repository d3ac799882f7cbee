/**
 * A delivery: the bytes, what its URIs resolve to, and the event around them.
 *
 * @module
 */
import type { AssumedContent } from './recipient.ts';

/** `update` runs the update procedure, `boot` the invocation procedure (draft §8.4.6). */
export type DeliveryEvent = 'update' | 'boot';

export interface Delivery {
  readonly event: DeliveryEvent;
  /** The SUIT envelope. Absent in a boot: the stored one. */
  readonly envelope?: Uint8Array;
  /** Further envelopes at hand, in no order: the recipient chooses among all of them (draft §6.1). */
  readonly candidates?: readonly Uint8Array[];
  /** What the network answers, by exact URI; a URI that is not listed is not found. */
  readonly payloads: readonly Payload[];
  /** What the network answers to the second and later requests for a URI; one not listed here: as at first. */
  readonly laterPayloads?: readonly Payload[];
  /** What somebody else writes into the buffer that the envelope was delivered in. */
  readonly bufferChange?: BufferChange;
  /** The component whose slot lies over that buffer. */
  readonly bufferComponent?: BufferComponent;
  /** What somebody else writes into a slot whose content was just checked. */
  readonly slotChange?: SlotChange;
  /** Anchors that are taken away for good once authentication has succeeded, by index (RFC 9124 §4.3.18). */
  readonly anchorsRemoved?: readonly number[];
  /** Another update, begun and ended while this one is under way. */
  readonly meanwhile?: Meanwhile;
  /** Where the power fails, if this delivery comes so far. */
  readonly powerCut?: PowerCut;
}

/** What a delivery may have beyond envelope and payloads; a verifier claims those that it honours. */
export const extras = [
  'candidates',
  'power-cut',
  'later-payloads',
  'buffer-change',
  'slot-change',
  'redirects',
  'slow-payloads',
  'anchor-removal',
  'second-update',
  'buffer-component',
] as const;

export type Extra = (typeof extras)[number];

export function extrasOf({
  candidates,
  powerCut,
  laterPayloads,
  bufferChange,
  slotChange,
  payloads,
  anchorsRemoved,
  meanwhile,
  bufferComponent,
}: Delivery): readonly Extra[] {
  const asked: Readonly<Record<Extra, unknown>> = {
    candidates,
    'power-cut': powerCut,
    'later-payloads': laterPayloads,
    'buffer-change': bufferChange,
    'slot-change': slotChange,
    redirects: payloads.find(({ kind }) => kind === 'redirect'),
    'slow-payloads': payloads.find(({ kind }) => kind === 'slow'),
    'anchor-removal': anchorsRemoved,
    'second-update': meanwhile,
    'buffer-component': bufferComponent,
  };
  return extras.filter((extra) => asked[extra] !== undefined);
}

/**
 * Written once authentication has succeeded, or once the digests of severed elements were compared. Who works on a
 * copy that nobody else can write to does not notice (RFC 9124 §4.3.21).
 */
export interface BufferChange {
  readonly after: 'authenticated' | 'severed';
  /** Of the first byte, from the envelope's start. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * A component that stores the manifest under way: what a directive writes into its current slot is at once in the
 * buffer that the envelope was delivered in, too.
 */
export interface BufferComponent {
  /** Index into the recipient's components. */
  readonly component: number;
  /** The place in the envelope of the slot's first byte. */
  readonly offset: number;
}

/** Written once, as soon as a condition has found the component's content to be the right one. */
export interface SlotChange {
  /** Index into the recipient's components; the slot is the current one. */
  readonly component: number;
  /** The new content. */
  readonly bytes: Uint8Array;
}

/** It runs once authentication of the first has succeeded, or once its procedure has, before anything is kept. */
export interface Meanwhile {
  readonly after: 'authenticated' | 'procedure';
  readonly envelope: Uint8Array;
  readonly payloads: readonly Payload[];
}

/**
 * A storage step is one write or erase of a slot, of a journal's entry or mark, of the sequence number or of the
 * stored envelope; whatever is done on waking from an earlier cut counts too. Torn: half of the bytes were changed.
 */
export interface PowerCut {
  /** Counted from 1 in each delivery. */
  readonly step: number;
  readonly when: 'before' | 'torn' | 'after';
}

export type Payload = { readonly uri: string } & (
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | AssumedContent
  /** Answers for ever: `bytes` repeated without end. */
  | { readonly kind: 'endless'; readonly bytes: Uint8Array }
  /** Sends who asks to another URI; what that answers is listed under it. */
  | { readonly kind: 'redirect'; readonly to: string }
  /** The last byte comes so many seconds after the first; nobody has to wait for it. */
  | { readonly kind: 'slow'; readonly bytes: Uint8Array; readonly seconds: number }
);

/** How far a delivery was taken; each level includes those before it. */
export const levels = ['authenticated', 'applicable', 'installed', 'invoked'] as const;

export type Level = (typeof levels)[number];

export function reaches(level: Level, wanted: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(wanted);
}

export function lowerLevel(a: Level, b: Level): Level {
  return reaches(a, b) ? b : a;
}
