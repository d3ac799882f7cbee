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
  /** What the network answers, by exact URI; a URI that is not listed is not found. */
  readonly payloads: readonly Payload[];
}

export type Payload = { readonly uri: string } & (
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | AssumedContent
  /** Answers for ever: `bytes` repeated without end. */
  | { readonly kind: 'endless'; readonly bytes: Uint8Array }
);

/** How far a delivery was taken; each level includes those before it. */
export const levels = ['authenticated', 'applicable', 'installed', 'invoked'] as const;

export type Level = (typeof levels)[number];

export function reaches(level: Level, wanted: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(wanted);
}
