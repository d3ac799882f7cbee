/**
 * A recipient that implements one algorithm profile and nothing beside it (draft-ietf-suit-mti §3).
 *
 * @module
 */

import type { AlgorithmProfile } from '../cose/profiles.ts';
import type { Recipient } from './recipient.ts';

/** Its anchors lose the algorithms that the profile does not name, the recipient the digests. */
export function inProfile(recipient: Recipient, profile: AlgorithmProfile): Recipient {
  const named = [profile.authentication, profile.keyExchange];
  return {
    ...recipient,
    anchors: recipient.anchors.map((anchor) => ({
      ...anchor,
      algorithms: anchor.algorithms.filter((id) => named.includes(id)),
    })),
    capabilities: { ...recipient.capabilities, digests: [profile.digest] },
  };
}
