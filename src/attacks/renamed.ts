/**
 * The same release for another component: the recipient gets one that is like the first but for its identifier.
 *
 * @module
 */
import { equalBytes } from '../cbor/hex.ts';
import { array, bstr, valueAt } from '../cbor/item.ts';
import type { Component, Recipient, RecipientState } from '../device/recipient.ts';
import { equalContent } from '../device/state.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import type { ComponentIdentifier } from '../suit/model.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { manifestKey } from '../suit/registry.ts';
import { componentItems, withComponents } from './command-items.ts';
import { recipientIndices } from './device-change.ts';

/** A component of the manifest that the update writes. */
export interface Target {
  /** Index into the manifest's components, and into the recipient's. */
  readonly index: number;
  readonly own: number;
  readonly component: Component;
}

/** The components of the manifest whose content the update changes. */
export function targetsOf(scenario: Scenario): readonly Target[] {
  const update = before(scenario, 'update');
  if (update === undefined) return [];
  const { recipient, delivery } = update;
  return recipientIndices(scenario).flatMap((own, index) => {
    const component = recipient.components[own];
    const after = delivery.after.contents[own] ?? [];
    const isWritten = component?.slots.some((slot, i) => {
      const content = after[i];
      return content !== undefined && !equalContent(slot, content);
    });
    return component && isWritten ? [{ index, own, component }] : [];
  });
}

export interface Renaming {
  readonly target: Target;
  /** The recipient with the second component, the last of its list. */
  readonly recipient: Recipient;
  /** What the untouched release leaves there. */
  readonly contents: RecipientState['contents'];
  /** The release for the second component in place of the first. */
  readonly release: (parts: EnvelopeParts) => EnvelopeParts;
}

/** undefined: nothing is written, the name has no meaning, is taken, or the text names components too. */
export function renaming(
  scenario: Scenario,
  which: number,
  nameOf: (identifier: ComponentIdentifier) => ComponentIdentifier | undefined,
): Renaming | undefined {
  const targets = targetsOf(scenario);
  const target = targets[which % Math.max(1, targets.length)];
  const update = before(scenario, 'update');
  const name = target && nameOf(target.component.identifier);
  if (update === undefined || target === undefined || name === undefined) return undefined;
  // Texts name components: the release would be found wrong by those before.
  if (valueAt(scenario.release.manifest, manifestKey.text) !== undefined) return undefined;
  const { components } = update.recipient;
  if (components.some(({ identifier }) => sameName(identifier, name))) return undefined;
  return {
    target,
    recipient: {
      ...update.recipient,
      components: [...components, { ...target.component, identifier: name }],
    },
    contents: [...update.delivery.after.contents, target.component.slots],
    release: (parts) =>
      withComponents(
        parts,
        componentItems(parts).with(target.index, array(...name.map((part) => bstr(part)))),
      ),
  };
}

/** Has the identifier the first one's parts as its first parts? */
export function isUnder(prefix: ComponentIdentifier, identifier: ComponentIdentifier): boolean {
  return prefix.every((part, i) => identifier[i] !== undefined && equalBytes(part, identifier[i]));
}

export function sameName(a: ComponentIdentifier, b: ComponentIdentifier): boolean {
  return a.length === b.length && isUnder(a, b);
}
