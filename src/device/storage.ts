/**
 * Storage that power may be cut at: every write and erase is one numbered step (draft §6.3.1).
 *
 * @module
 */
import type { PowerCut } from './delivery.ts';
import type { Content } from './recipient.ts';

/** The power during one delivery. */
export interface Power {
  readonly cut?: PowerCut;
  /** Storage steps that were whole. */
  steps: number;
  isOut: boolean;
}

export function powerFor(cut?: PowerCut): Power {
  return { ...(cut && { cut }), steps: 0, isOut: false };
}

/** What one step does when it is whole, and when the power fails half way. */
export interface StorageStep {
  readonly whole: () => void;
  readonly torn: () => void;
}

/** Takes one step. Once the power is out nothing reaches the storage: what is computed after that is lost. */
export function takeStep(power: Power, { whole, torn }: StorageStep): void {
  if (power.isOut) return;
  const { when } = power.cut?.step === power.steps + 1 ? power.cut : { when: undefined };
  power.isOut = when !== undefined;
  if (when === 'torn') torn();
  if (when !== undefined && when !== 'after') return;
  whole();
  power.steps++;
}

/** The first half of the bytes; of assumed content there are none. */
export function tornContent(content: Content): Content {
  return content.kind === 'bytes' ? { kind: 'bytes', bytes: tornBytes(content.bytes) } : { kind: 'empty' };
}

/** Erased from its start, down to the second half. */
export function halfErased(content: Content): Content {
  return content.kind === 'bytes'
    ? { kind: 'bytes', bytes: content.bytes.subarray(Math.ceil(content.bytes.length / 2)) }
    : content;
}

export function tornBytes(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length >> 1);
}

/** Eight bytes, the high half written over those of the old number; an erased cell is all ones. */
export function tornNumber(old: bigint | undefined, written: bigint): bigint {
  const low = 0xffff_ffffn;
  return (written & ~low) | ((old ?? low) & low);
}
