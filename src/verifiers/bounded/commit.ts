/**
 * The commit: what a successful procedure did is kept, all at once (draft §6.3.1, §8.4.2).
 *
 * @module
 */

import { type Recipient, withState } from '../../device/recipient.ts';
import { sequenceNumberOf } from './manifest.ts';
import type { Run } from './run.ts';

/**
 * The recipient after the run. An update leaves its sequence number and its envelope (copied into storage, where a boot
 * finds it), a boot what was there.
 */
export function stateAfter(run: Run): Recipient {
  const { recipient, storage, event, bytes, effects } = run;
  const contents = storage.contents();
  const { sequenceNumber: numberBefore, installed } = recipient;
  if (event === 'update') {
    const sequenceNumber = sequenceNumberOf(run);
    effects.push({ kind: 'commit', sequenceNumber });
    return withState(recipient, { sequenceNumber, installed: bytes.slice(), contents });
  }
  return withState(recipient, {
    ...(numberBefore !== undefined && { sequenceNumber: numberBefore }),
    ...(installed !== undefined && { installed }),
    contents,
  });
}
