/**
 * The recipient's slots while a procedure runs: written beside what is there, kept at its end (draft §6.3.1).
 *
 * @module
 */
import type { Content, Recipient } from '../../device/recipient.ts';

export interface Staged {
  /** What a slot of a component holds now. */
  read(component: number, slot: number): Content;
  write(component: number, slot: number, content: Content): void;
  /** All slots as they now stand. */
  contents(): readonly (readonly Content[])[];
}

export function stage(recipient: Recipient): Staged {
  const slots = recipient.components.map((component) => [...component.slots]);
  return {
    read: (component, slot) => slots[component]?.[slot] ?? { kind: 'empty' },
    write(component, slot, content) {
      const written = slots[component];
      if (written !== undefined) written[slot] = content;
    },
    contents: () => slots,
  };
}

/** Bytes; undefined: not known (assumed content without a size). */
export function sizeOf(content: Content): bigint | undefined {
  if (content.kind === 'empty') return 0n;
  return content.kind === 'bytes' ? BigInt(content.bytes.length) : content.size;
}
