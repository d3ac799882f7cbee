/**
 * Why rows of the working list have no attack yet: what each would need.
 *
 * @module
 */
import type { Row } from './rows.ts';

const dependencies = 'needs dependencies (draft-ietf-suit-trust-domains)';
const management = 'needs update management (draft-ietf-suit-update-management)';
const encryption = 'needs encrypted payloads (draft-ietf-suit-firmware-encryption)';
const reports = 'needs reports to their consumer (draft-ietf-suit-report)';
const blocks = 'needs a transport in blocks; payloads and envelopes are delivered whole';

/** Of whole groups. */
const groups: Readonly<Record<string, string>> = {
  M: dependencies,
  N: management,
  O: encryption,
  P: reports,
  R: blocks,
};

const handles: Readonly<Record<string, string>> = {
  D10: 'its subject is a signing tool, which gets a digest that does not fit; a verifier gets what was signed, and that fits or is D01',
  E17: dependencies,
  G06: encryption,
  G07: dependencies,
  H13: management,
  H14: management,
  S06: management,
};

export function notBuilt({ handle, group }: Pick<Row, 'handle' | 'group'>): string {
  return handles[handle] ?? groups[group] ?? 'not built';
}
