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
  const full = stateOf(recipient);
  const { sequenceNumber } = full;
  const components = reportComponents(recipient, crypto);
  if (components === undefined) return sequenceNumber === undefined ? { full } : { sequenceNumber, full };
  return sequenceNumber === undefined ? { components, full } : { sequenceNumber, components, full };
}

/** undefined: of one of them at least it is not known. */
function reportComponents({ components }: Recipient, crypto: Crypto): ReportedState['components'] {
  const known: Reported[] = [];
  for (const { slots, current } of components) {
    const reported = reportContent(slots[current] ?? { kind: 'empty' }, crypto);
    if (reported === undefined) return undefined;
    known.push(reported);
  }
  return known;
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
