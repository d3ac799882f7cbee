/**
 * The storage port: the recipient's slots, written beside what is there until all is kept or thrown away (draft §6.3).
 *
 * A device has this in flash. Nothing of it is in the arena; what a transfer needs of RAM is (`transfer.ts`).
 *
 * @module
 */

import type { Component, Content, Recipient } from '../../device/recipient.ts';

export interface SlotStorage {
  /** What the component's current slot holds. Components by the recipient's index, here and below. */
  current(component: number): Content;
  write(component: number, content: Content): void;
  exchange(component: number, other: number): void;
  /** The components with their slots as these now stand. */
  components(): readonly Component[];
}

export function stagedSlots({ components }: Recipient): SlotStorage {
  // Made when something is first written: most refused deliveries write nothing.
  let staged: Content[][] | undefined;
  const slotOf = (component: number) => components[component]!.current;
  const current = (component: number): Content =>
    (staged?.[component] ?? components[component]!.slots)[slotOf(component)] ?? empty;
  const write = (component: number, content: Content): void => {
    staged ??= components.map(({ slots }) => [...slots]);
    staged[component]![slotOf(component)] = content;
  };
  return {
    current,
    write,
    exchange(component, other) {
      const content = current(component);
      write(component, current(other));
      write(other, content);
    },
    components: () =>
      staged === undefined
        ? components
        : components.map((component, i) => ({ ...component, slots: staged?.[i] ?? component.slots })),
  };
}

const empty: Content = { kind: 'empty' };

/** Bytes that the content takes; undefined: not known. */
export function sizeOf(content: Content): number | undefined {
  if (content.kind === 'empty') return 0;
  if (content.kind === 'bytes') return content.bytes.length;
  return content.size === undefined ? undefined : Number(content.size);
}
