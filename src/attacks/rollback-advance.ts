/**
 * Attacks that try to move the recipient's number without an installation (draft §6.1, §8.4.2).
 *
 * @module
 */
import fc from 'fast-check';
import { int } from '../cbor/item.ts';
import { withState } from '../device/recipient.ts';
import { controlOf, type RunStep, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { setMember, setSequenceNumber, withParameter } from '../suit/edit.ts';
import { type EnvelopeParts, seal } from '../suit/parts.ts';
import { manifestKey, parameterKey } from '../suit/registry.ts';
import type { Attack } from './attack.ts';
import { attacked } from './deliver.ts';
import { eitherAnswer, mustAccept, shouldReject } from './expectation.ts';
import { distance, largestNumber, releaseAt, stepWith, updateOf, within } from './history.ts';

export const informationModel = (section: string) => ({ doc: 'information-model', section }) as const;

/** A stranger's huge number must not move the device's. */
export const forgedAdvance: Attack<{ gap: string }> = {
  id: 'rollback.sequence.unauth-advance',
  handle: 'E07',
  group: 'E',
  family: 'rollback',
  change: 'forged manifest with huge number, then a good one below it',
  by: ['untrusted-key', 'author'],
  threats: ['THREAT.NET.ONPATH'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [mustAccept(manifest('6.2'))],
  on: { features: ['update'] },
  choice: fc.record({ gap: distance }),

  apply(scenario, { gap }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const above = found && within(gap, largestNumber - found.number);
    if (!found || !control || !above || scenario.strangers.length === 0) return undefined;
    const forged = seal(setSequenceNumber(scenario.release, found.number + above), scenario.strangers);
    const steps = [stepWith(found.delivery, forged, 'reject'), step(found.delivery, 'judged')];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

type Exclusion = 'class' | 'version';

/** An authentic manifest that is not for this device must not move its number. */
export const inapplicableAdvance: Attack<{ gap: string; cause: Exclusion }> = {
  id: 'rollback.sequence.inapplicable-advance',
  handle: 'E08',
  group: 'E',
  family: 'rollback',
  change:
    'authentic manifest excluded before any effect (class, version, component count), higher number; then a good one below it, above current',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [mustAccept(manifest('6.1'))],
  on: { features: ['update'] },
  choice: fc.record({ gap: distance, cause: fc.constantFrom<Exclusion>('class', 'version') }),

  apply(scenario, { gap, cause }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const above = found && within(gap, largestNumber - found.number);
    const excluded = exclude(scenario.release, cause);
    const made = above && excluded && releaseAt(scenario, found.number + above, () => excluded);
    if (!found || !control || !made) return undefined;
    const steps = [stepWith(found.delivery, made, 'reject'), step(found.delivery, 'judged')];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

function exclude(parts: EnvelopeParts, cause: Exclusion): EnvelopeParts | undefined {
  if (cause === 'version')
    return { ...parts, manifest: setMember(parts.manifest, manifestKey.version, int(2)) };
  const foreign = withParameter(parts, parameterKey.classIdentifier, (value, section) =>
    value.kind === 'bstr' && section === 'shared'
      ? { ...value, bytes: value.bytes.map((b) => b ^ 0xff) }
      : value,
  );
  return foreign === parts ? undefined : foreign;
}

/** A newer release whose payload is not to be had; then one between it and the installed one. */
export const failedAdvance: Attack<{ gap: string }> = {
  id: 'rollback.sequence.failed-advance',
  handle: 'E09',
  group: 'E',
  family: 'rollback',
  change: 'authentic newer one fails on payload; then one below it, above current',
  by: ['author', 'network'],
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [eitherAnswer(['sequence-policy'], manifest('6.1'))],
  on: { features: ['update', 'network'] },
  choice: fc.record({ gap: distance }),

  apply(scenario, { gap }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const above = found && within(gap, largestNumber - found.number);
    const newer = above && releaseAt(scenario, found.number + above);
    if (!found || !control || !newer) return undefined;
    // With no image from elsewhere the very first fetch fails, and nothing is written.
    const served = found.delivery.delivery.payloads.map((payload) => payload.uri);
    if (!scenario.images.every((image) => image.uri && served.includes(image.uri))) return undefined;
    const failing = stepWith(found.delivery, newer, 'reject', { payloads: [] });
    return attacked(control, {
      recipient: found.recipient,
      steps: [failing, step(found.delivery, 'judged')],
    });
  },
};

/** A manifest that no update brought is booted; then comes an update below its number. */
export const bootAdvance: Attack<{ gap: string }> = {
  id: 'rollback.sequence.boot-advance',
  handle: 'E18',
  group: 'E',
  family: 'rollback',
  change: 'boot ran a manifest put in a slot without update; then an update below its number',
  by: ['network', 'device'],
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [shouldReject(['sequence-rollback'], informationModel('4.3.1'))],
  on: { features: ['boot-after-update'] },
  choice: fc.record({ gap: distance }),

  apply(scenario, { gap }) {
    const found = updateOf(scenario);
    const boot = scenario.deliveries.find((one) => one.delivery.event === 'boot');
    const above = found && within(gap, largestNumber - found.number - 1n);
    const ahead = above && releaseAt(scenario, found.number + 1n + above);
    const next = found && releaseAt(scenario, found.number + 1n);
    if (!found || !boot || !ahead || !next) return undefined;
    const recipient = withState(scenario.recipient, found.delivery.after);
    const contents = boot.after.contents;
    const update = (must: RunStep['must']) => stepWith(found.delivery, next, must, { contents });
    const booted = stepWith(boot, ahead, 'accept');
    // Whoever then refuses the update has taken the booted number as its own.
    const after = { ...boot.after, sequenceNumber: found.number + 1n + above };
    return attacked(
      { recipient, steps: [step(boot), update('accept')] },
      { recipient, steps: [{ ...booted, after }, update('judged')] },
    );
  },
};
