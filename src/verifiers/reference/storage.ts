/**
 * The recipient's storage: what a procedure writes goes into a journal, and only behind a commit mark into its place
 * (draft §6.3.1, the third way). Before the mark the old state holds, after it the new one.
 *
 * @module
 */
import type { Component, Content, Recipient } from '../../device/recipient.ts';
import {
  halfErased,
  type Power,
  takeStep,
  tornBytes,
  tornContent,
  tornNumber,
} from '../../device/storage.ts';

export interface Storage {
  /** A view of the recipient's slots that is kept or thrown away as a whole. */
  readonly stage: (device: Stored) => Staged;
  /** On waking, and after a procedure that failed: finishes what was committed, drops what was not. */
  readonly recover: (device: Stored) => void;
}

export interface Staged {
  /** What a slot of a component holds now. */
  read(component: number, slot: number): Content;
  write(component: number, slot: number, content: Content): void;
  /** Keeps all that was written, and these, at once. */
  commit(more: readonly Entry[]): void;
}

/** What is there after a power cut as it was before, and the power itself. */
export interface Stored {
  recipient: Recipient;
  journal: Journal;
  power: Power;
}

export interface Journal {
  readonly entries: readonly Entry[];
  /** Torn: neither this nor that, and not taken for set. */
  readonly mark: 'clear' | 'torn' | 'set';
}

/** Where something belongs, and what. */
export type Entry =
  | { readonly kind: 'slot'; readonly component: number; readonly slot: number; readonly content: Content }
  | { readonly kind: 'envelope'; readonly bytes: Uint8Array }
  | { readonly kind: 'number'; readonly sequenceNumber: bigint };

export const emptyJournal: Journal = { entries: [], mark: 'clear' };

export const journalled: Storage = {
  stage(device) {
    const { read, write } = stageSlots(device, (entry) => record(device, entry));
    return {
      read,
      write,
      commit(more) {
        for (const entry of more) record(device, entry);
        if (device.journal.entries.length === 0) return;
        // Draft §6.3.1: from here on it is the new state that holds, whenever the power fails.
        setMark(device);
        recover(device);
      },
    };
  },
  recover,
};

/** Draft §6.3.1: repeated, it comes to the same; so it may be cut at any step and begun anew. */
function recover(device: Stored): void {
  if (device.journal.mark === 'set') {
    for (const entry of device.journal.entries) place(device, entry);
  }
  // The mark goes before the entries: half a journal must not pass for a whole one.
  if (device.journal.mark !== 'clear') clearMark(device);
  if (device.journal.entries.length > 0) eraseEntries(device);
}

/** The slots as they are to be, in working memory; `keep` has each write as it is made. */
export function stageSlots(device: Stored, keep: (entry: Entry) => void): Pick<Staged, 'read' | 'write'> {
  const slots = device.recipient.components.map((component) => component.slots);
  return {
    read: (component, slot) => slots[component]?.[slot] ?? { kind: 'empty' },
    write(component, slot, content) {
      const before = slots[component];
      if (before === undefined) return;
      const written = [...before];
      written[slot] = content;
      slots[component] = written;
      keep({ kind: 'slot', component, slot, content });
    },
  };
}

export function record(device: Stored, entry: Entry): void {
  const { entries } = device.journal;
  takeStep(device.power, {
    whole: () => setEntries(device, [...entries, entry]),
    torn: () => setEntries(device, [...entries, tornEntry(entry)]),
  });
}

export function setMark(device: Stored): void {
  markStep(device, 'set');
}

export function clearMark(device: Stored): void {
  markStep(device, 'clear');
}

function markStep(device: Stored, mark: Journal['mark']): void {
  const become = (to: Journal['mark']) => {
    device.journal = { entries: device.journal.entries, mark: to };
  };
  takeStep(device.power, { whole: () => become(mark), torn: () => become('torn') });
}

export function eraseEntries(device: Stored): void {
  const { entries } = device.journal;
  takeStep(device.power, {
    whole: () => setEntries(device, []),
    torn: () => setEntries(device, entries.slice(Math.ceil(entries.length / 2))),
  });
}

/** Into the place where it belongs; fixed storage is erased before it is written. */
export function place(device: Stored, entry: Entry): void {
  if (entry.kind === 'slot' && device.recipient.components[entry.component]?.storage === 'fixed') {
    const old = device.recipient.components[entry.component]?.slots[entry.slot] ?? { kind: 'empty' };
    takeStep(device.power, {
      whole: () => put(device, { ...entry, content: { kind: 'empty' } }),
      torn: () => put(device, { ...entry, content: halfErased(old) }),
    });
  }
  takeStep(device.power, {
    whole: () => put(device, entry),
    torn: () => put(device, tornEntry(entry, device.recipient.sequenceNumber)),
  });
}

function tornEntry(entry: Entry, old?: bigint): Entry {
  switch (entry.kind) {
    case 'slot':
      return { ...entry, content: tornContent(entry.content) };
    case 'envelope':
      return { ...entry, bytes: tornBytes(entry.bytes) };
    case 'number':
      return { ...entry, sequenceNumber: tornNumber(old, entry.sequenceNumber) };
  }
}

function put(device: Stored, entry: Entry): void {
  const { recipient } = device;
  switch (entry.kind) {
    // V8 adds members to a spread copy ten times as slowly as it replaces them.
    case 'envelope':
      device.recipient = Object.assign({}, recipient, { installed: entry.bytes });
      return;
    case 'number':
      device.recipient = Object.assign({}, recipient, { sequenceNumber: entry.sequenceNumber });
      return;
    case 'slot':
      device.recipient = { ...recipient, components: withSlot(recipient.components, entry) };
  }
}

function withSlot(
  components: readonly Component[],
  { component: at, slot, content }: Entry & { kind: 'slot' },
): readonly Component[] {
  const component = components[at];
  if (component === undefined) return components;
  return components.with(at, { ...component, slots: component.slots.with(slot, content) });
}

function setEntries(device: Stored, entries: readonly Entry[]): void {
  device.journal = { entries, mark: device.journal.mark };
}

/** Bytes; undefined: not known (assumed content without a size). */
export function sizeOf(content: Content): bigint | undefined {
  if (content.kind === 'empty') return 0n;
  return content.kind === 'bytes' ? BigInt(content.bytes.length) : content.size;
}
