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
  D10: 'its subject is a signing tool; the bench drives verifiers',
  E17: dependencies,
  F12: `${dependencies}: in the base draft one manifest is one release`,
  G06: encryption,
  G07: dependencies,
  G09: 'needs anchors that an update installs; a recipient has those that it is given',
  H12: 'needs a recipient that tells the slot it runs from the one that commands act on',
  H13: management,
  H14: management,
  S06: management,
  S17: `${dependencies}: only suit-manifest-component-id makes a component of the stored manifest`,
};

export function notBuilt({ handle, group }: Pick<Row, 'handle' | 'group'>): string {
  return handles[handle] ?? groups[group] ?? 'not built';
}
