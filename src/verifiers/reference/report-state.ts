/**
 * The state after a delivery, as a decision reports it.
 *
 * @module
 */

import type { Crypto } from '../../cose/crypto.ts';
import type { ReportedState } from '../../device/decision.ts';
import { type Content, type Recipient, stateOf } from '../../device/recipient.ts';
import { sizeOf } from './storage.ts';

const sha256 = -16;

export function reportState(recipient: Recipient, crypto: Crypto): ReportedState {
  const held = recipient.components.map((c) =>
    reportContent(c.slots[c.current] ?? { kind: 'empty' }, crypto),
  );
  const known = held.filter((content) => content !== undefined);
  return {
    ...(recipient.sequenceNumber !== undefined && { sequenceNumber: recipient.sequenceNumber }),
    ...(known.length === held.length && { components: known }),
    full: stateOf(recipient),
  };
}

type Reported = NonNullable<ReportedState['components']>[number];

/** undefined: there is no SHA-256 or no size to report. */
function reportContent(content: Content, crypto: Crypto): Reported | undefined {
  if (content.kind === 'empty') return null;
  const size = sizeOf(content);
  if (size === undefined) return undefined;
  if (content.kind === 'assumed') {
    return content.digest.algorithm === sha256 ? { sha256: content.digest.bytes, size } : undefined;
  }
  let digest = digests.get(content.bytes);
  if (digest === undefined) {
    digest = crypto.digest(sha256, content.bytes);
    if (digest === undefined) return undefined;
    digests.set(content.bytes, digest);
  }
  return { sha256: digest, size };
}

/** Contents are never changed in place. */
const digests = new WeakMap<Uint8Array, Uint8Array>();
