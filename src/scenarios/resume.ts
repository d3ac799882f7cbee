/**
 * Deliveries that power is cut in, and every state that each of them may leave (draft §6.3.1).
 *
 * @module
 */
import type { DeliveryEvent, PowerCut } from '../device/delivery.ts';
import type { RecipientState } from '../device/recipient.ts';
import { equalState } from '../device/state.ts';
import type { ScenarioDelivery } from './scenario.ts';

export interface Happening {
  readonly event: DeliveryEvent;
  readonly cut?: PowerCut;
}

export type States = readonly [RecipientState, ...RecipientState[]];

/**
 * The deliveries, where `deliver` says what comes of one in each state. A cut leaves the state before it or the one
 * after it; so each delivery that follows meets more than one, and may leave as many.
 */
export function interrupted(
  happenings: readonly Happening[],
  from: RecipientState,
  deliver: (event: DeliveryEvent, from: RecipientState) => ScenarioDelivery,
): readonly ScenarioDelivery[] {
  let states: States = [from];
  return happenings.map(({ event, cut }) => {
    const [first, ...others] = states;
    const delivered = deliver(event, first);
    const left = distinct([delivered.after, ...others.map((state) => deliver(event, state).after)]);
    const [after, ...alsoAfter] = left;
    states = cut === undefined ? left : distinct([after, ...alsoAfter, ...states]);
    return {
      ...delivered,
      delivery: { ...delivered.delivery, ...(cut && { powerCut: cut }) },
      after,
      ...(alsoAfter.length > 0 && { alsoAfter }),
    };
  });
}

export function distinct([first, ...others]: States): States {
  const kept: [RecipientState, ...RecipientState[]] = [first];
  for (const state of others) {
    if (!kept.some((known) => equalState(known, state))) kept.push(state);
  }
  return kept;
}
