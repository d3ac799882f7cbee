/**
 * The commit: what a successful procedure did is kept, all at once (draft §6.3.1, §8.4.2).
 *
 * @module
 */

import type { Recipient } from '../../device/recipient.ts';
import { sequenceNumberOf } from './manifest.ts';
import type { Run } from './run.ts';

/**
 * The recipient after the run. An update leaves its sequence number and its envelope (copied into storage, where a boot
 * finds it), a boot what was there.
 */
export function stateAfter(run: Run): Recipient {
  const { recipient, storage, event, bytes, effects } = run;
  const components = storage.components();
  if (event !== 'update') return { ...recipient, components };
  const sequenceNumber = sequenceNumberOf(run);
  effects.push({ kind: 'commit', sequenceNumber });
  // V8 adds members to a spread copy ten times as slowly as it replaces them.
  return Object.assign({}, recipient, { sequenceNumber, installed: new Uint8Array(bytes), components });
}
