/**
 * The part of a plan that makes a history of it, or another recipient than the ordinary one (draft §6.1, §6.3.1, §6.6).
 *
 * @module
 */
import type { DeliveryEvent, PowerCut } from '../device/delivery.ts';
import type { OtherEnvelope } from './select.ts';

export interface HistoryPlan {
  /** The recipient holds an earlier release, of the number installed, that boots from storage. */
  readonly earlier?: true;
  /** What happens besides one update and one boot. */
  readonly history?: History;
  /** The recipient's interpreter (§6.6, §6.7); `parallel`: install leaves the order of independent steps open. */
  readonly processing?: 'serial' | 'parallel';
}

export type History =
  /** Power is cut in the update, so many times; each time it is delivered again. */
  | { readonly kind: 'resume'; readonly cuts: readonly PowerCut[] }
  /** Other envelopes are at hand; the right one stands in this place among them. */
  | {
      readonly kind: 'select';
      readonly event: DeliveryEvent;
      readonly others: readonly OtherEnvelope[];
      readonly place: number;
    };
