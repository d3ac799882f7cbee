/**
 * Content on its way into a slot: through a block of the arena where it comes from the network or another slot, straight
 * from the delivery where it lies there.
 *
 * @module
 */

import type { Content } from '../../device/recipient.ts';
import { recipientIndex } from './components.ts';
import { markTarget } from './marks.ts';
import { allocate, charge, type Run, refuse } from './run.ts';
import { sizeOf } from './storage.ts';

/** Bytes of one transfer: a block of CoAP (RFC 7959 §2.2). */
const blockBytes = 64;

export type Way = 'block' | 'in-place';

/** Puts content into the component's current slot, within its capacity; draft §6.3. */
export function store(run: Run, component: number, content: Content, way: Way): boolean {
  const own = recipientIndex(run, component);
  const size = sizeOf(content) ?? 0;
  if (size > run.recipient.components[own]!.capacity) return refuse(run, 'limit-size');
  if (!markTarget(run, component) || !charge(run, size)) return false;
  if (content.kind !== 'bytes') {
    run.storage.write(own, content);
    return true;
  }
  const slot = new Uint8Array(size);
  if (way === 'in-place') slot.set(content.bytes);
  else if (!copyBlocks(run, content.bytes, slot)) return false;
  run.storage.write(own, { kind: 'bytes', bytes: slot });
  return true;
}

function copyBlocks(run: Run, from: Uint8Array, to: Uint8Array): boolean {
  const { arena } = run;
  const mark = arena.top;
  const block = allocate(run, blockBytes);
  if (block < 0) return false;
  for (let done = 0; done < from.length; done += blockBytes) {
    const count = Math.min(blockBytes, from.length - done);
    for (let i = 0; i < count; i++) arena.bytes[block + i] = from[done + i]!;
    for (let i = 0; i < count; i++) to[done + i] = arena.bytes[block + i]!;
  }
  arena.release(mark);
  return true;
}
