/**
 * Judging under a device's ceiling: a refusal for lack of room is proper where the delivery is larger than what the
 * device must take, and the finding `valid-refused` where it is not.
 *
 * @module
 */
import { componentItems } from '../attacks/command-items.ts';
import type { DeviceProfile } from '../device/classes.ts';
import type { Run } from '../scenarios/scenario.ts';
import { partsOf } from '../suit/parts.ts';
import type { Host, MemoryLimit } from '../verifiers/host.ts';
import { describe, failed } from './judge.ts';
import type { Ruling } from './verdict.ts';

/** The ruling on a run that must be accepted, by a host that stands for such a device. */
export function underCeiling(ruling: Ruling, run: Run, { profile }: Pick<Host, 'profile'>): Ruling {
  const { outcome } = ruling;
  if (profile === undefined || ruling.verdict !== 'inconclusive') return ruling;
  if (outcome?.kind !== 'rejected' || outcome.stage !== 'resource') return ruling;
  if (run.steps.some(({ delivery }) => !fits(delivery.envelope, profile))) return ruling;
  const wanted = outcome.cost?.wantedBytes;
  return failed(
    'valid-refused',
    `refused for lack of room (${describe(outcome)}${wanted === undefined ? '' : `, wanted ${wanted} bytes`}) ` +
      `what class ${profile.name} must take: at most ${profile.components} components in ${profile.envelopeBytes} bytes`,
    outcome,
  );
}

/** Is the envelope within what a device of this profile must take? */
export function fits(
  envelope: Uint8Array | undefined,
  { envelopeBytes, components }: Pick<DeviceProfile, 'envelopeBytes' | 'components'>,
): boolean {
  if (envelope === undefined) return true;
  if (envelope.length > envelopeBytes) return false;
  const read = partsOf(envelope);
  return read.ok && componentItems(read.parts).length <= components;
}

/** How the ceiling holds for this verifier, for people. */
export function describeCeiling(
  { spec, ceiling, uncounted }: Pick<Host, 'spec' | 'ceiling' | 'uncounted'>,
  profile: DeviceProfile,
  memoryMiB: MemoryLimit,
): string {
  const { name, verifierBytes, envelopeBytes } = profile;
  const how =
    ceiling === 'counted'
      ? `counted exactly, ${verifierBytes} bytes of working memory and envelopes of at most ${envelopeBytes}`
      : `observed only: nothing ${memoryMiB === 'none' ? '' : `but the host's limit of ${memoryMiB} MiB `}stops it${uncounted === undefined ? '' : `, since it cannot be counted: ${uncounted}`}`;
  return `class ${name}, ${spec}: ${how}`;
}
