/**
 * Changes of a recipient: what is in its slots, and what else is true of one of its components.
 *
 * @module
 */
import { equalBytes } from '../cbor/hex.ts';
import type { Component, Content, Recipient } from '../device/recipient.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { componentItems } from './command-items.ts';

export function withComponent(
  recipient: Recipient,
  at: number,
  change: (component: Component) => Component | undefined,
): Recipient | undefined {
  const old = recipient.components[at];
  const changed = old && change(old);
  return changed && { ...recipient, components: recipient.components.with(at, changed) };
}

/** What the component's current slot holds. */
export function heldIn(component: Component | undefined): Content | undefined {
  return component?.slots[component.current];
}

/** The recipient with another content in the component's current slot. */
export function withContent(recipient: Recipient, at: number, content: Content): Recipient | undefined {
  return withComponent(recipient, at, (component) => ({
    ...component,
    slots: component.slots.with(component.current, content),
  }));
}

/** The content changed, where it is bytes and there are some. */
export function withBytes(
  recipient: Recipient,
  at: number,
  change: (bytes: Uint8Array) => Content,
): Recipient | undefined {
  const old = heldIn(recipient.components[at]);
  if (old?.kind !== 'bytes' || old.bytes.length === 0) return undefined;
  return withContent(recipient, at, change(old.bytes));
}

/** For each component that the manifest lists, its index in the recipient's list; -1: there is none. */
export function recipientIndices(scenario: Scenario): readonly number[] {
  return componentItems(scenario.release).map((item) => {
    const wanted = item.kind === 'array' ? item.items : [];
    return scenario.recipient.components.findIndex(
      ({ identifier }) =>
        identifier.length === wanted.length &&
        wanted.every(
          (part, i) => part.kind === 'bstr' && equalBytes(part.bytes, identifier[i] as Uint8Array),
        ),
    );
  });
}
