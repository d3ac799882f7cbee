/**
 * Group E: sequence numbers that are too low, missing, or moved by what must not move them (draft §6.1, §8.4.2).
 *
 * @module
 */
import fc from 'fast-check';
import { tstr } from '../cbor/item.ts';
import type { Recipient } from '../device/recipient.ts';
import { withState } from '../device/recipient.ts';
import { controlOf, type RunStep, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { removeMember, setMember, setSequenceNumber } from '../suit/edit.ts';
import { manifestKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { attacked, deliverEnvelope, judge, onDevice, reissue } from './deliver.ts';
import { eitherAnswer, mustAccept, mustReject } from './expectation.ts';
import {
  distance,
  largestNumber,
  numberOf,
  otherImage,
  releaseAt,
  stepWith,
  updateOf,
  within,
} from './history.ts';
import {
  bootAdvance,
  failedAdvance,
  forgedAdvance,
  inapplicableAdvance,
  informationModel,
} from './rollback-advance.ts';
import { choiceAttacks } from './rollback-select.ts';

const rolledBack = mustReject(['sequence-rollback'], manifest('8.4.2'));

/** An authentic manifest whose number is below the current one: an older release, or a device that is ahead. */
export const lowerNumber: Attack<{ gap: string; ahead: boolean }> = {
  id: 'rollback.sequence.lower',
  handle: 'E01',
  group: 'E',
  family: 'rollback',
  change: 'authentic older manifest, sequence below current',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [rolledBack],
  on: { features: ['update'] },
  choice: fc.record({ gap: distance, ahead: fc.boolean() }),

  apply(scenario, { gap, ahead }) {
    const number = numberOf(scenario);
    const current = scenario.recipient.sequenceNumber;
    if (number === undefined || controlOf(scenario, 'update') === undefined) return undefined;
    const below = within(gap, current ?? 0n);
    const older = current !== undefined && below && !ahead ? releaseAt(scenario, current - below) : undefined;
    if (older !== undefined) return deliverEnvelope(scenario, older);
    const above = within(gap, largestNumber - number);
    if (above === undefined) return undefined;
    return onDevice(scenario, (recipient) => ({ ...recipient, sequenceNumber: number + above }));
  },
};

/** Two releases that share a number, delivered in turn. */
export const equalNumber: Attack<{ rounds: number }> = {
  id: 'rollback.sequence.equal-other',
  handle: 'E02',
  group: 'E',
  family: 'rollback',
  change: 'same number, other authentic content; also A,B,A,B flapping',
  by: 'author',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [eitherAnswer(['sequence-policy'], manifest('8.4.2'))],
  on: { features: ['update'] },
  choice: fc.record({ rounds: fc.nat({ max: 2 }) }),

  apply(scenario, { rounds }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const uri = tstr('https://vendor.example/other-release.suit');
    const other =
      found &&
      releaseAt(scenario, found.number, (parts) => ({
        ...parts,
        manifest: setMember(parts.manifest, manifestKey.referenceUri, uri),
      }));
    if (found === undefined || control === undefined || other === undefined) return undefined;
    const a = step(found.delivery, 'either');
    const b = stepWith(found.delivery, other, 'either');
    const flapping = Array.from({ length: rounds % 3 }, () => [b, a]).flat();
    return attacked(control, {
      recipient: found.recipient,
      steps: [step(found.delivery), ...flapping, judge(b)],
    });
  },
};

/** After the largest number there is none: a smaller one is a rollback, not a new start. */
export const wrappedNumber: Attack<{ number: number }> = {
  id: 'rollback.sequence.wrap',
  handle: 'E03',
  group: 'E',
  family: 'rollback',
  change: 'current 2^64−1, then 0, 1, small',
  by: 'author',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [rolledBack],
  on: { features: ['update'] },
  choice: fc.record({ number: fc.nat({ max: 1000 }) }),

  apply(scenario, { number }) {
    const found = updateOf(scenario);
    const largest = releaseAt(scenario, largestNumber);
    const small = releaseAt(scenario, BigInt(number));
    if (found === undefined || largest === undefined || small === undefined) return undefined;
    const { recipient, delivery } = found;
    const control = { recipient, steps: [stepWith(delivery, largest, 'accept')] };
    return attacked(control, { recipient, steps: [...control.steps, stepWith(delivery, small, 'judged')] });
  },
};

const higherIsFine = mustAccept(manifest('8.4.2'));

/** Two numbers about a power of two, at which a short or signed or floating comparison goes wrong. */
export const numberWidth: Attack<{ bits: number; from: number; gap: number; higher: boolean }> = {
  id: 'rollback.sequence.width',
  handle: 'E04',
  group: 'E',
  family: 'rollback',
  change: 'pairs around 2^31, 2^32, 2^53, 2^63, both directions',
  by: 'author',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [rolledBack, higherIsFine],
  on: { features: ['update'] },
  choice: fc.record({
    bits: fc.constantFrom(31, 32, 53, 63),
    from: fc.nat({ max: 4 }),
    gap: fc.nat({ max: 3 }),
    higher: fc.boolean(),
  }),

  apply(scenario, { bits, from, gap, higher }) {
    const low = 2n ** BigInt(bits) - 2n + BigInt(from);
    const high = low + 1n + BigInt(gap);
    const number = numberOf(scenario);
    if (scenario.signers.length === 0) {
      // The numbers cannot be chosen without the key, but the device's can.
      if (higher || number === undefined || number >= high) return undefined;
      return onDevice(scenario, (recipient) => ({ ...recipient, sequenceNumber: high }), { event: 'update' });
    }
    const found = updateOf(scenario);
    const lower = releaseAt(scenario, low);
    const upper = releaseAt(scenario, high);
    if (found === undefined || lower === undefined || upper === undefined) return undefined;
    const recipient: Recipient = { ...found.recipient, sequenceNumber: low - 1n };
    const [first, second] = higher ? [lower, upper] : [upper, lower];
    const control = { recipient, steps: [stepWith(found.delivery, first, 'accept')] };
    const steps = [...control.steps, stepWith(found.delivery, second, 'judged')];
    return attacked(control, { recipient, steps }, { expect: higher ? higherIsFine : rolledBack });
  },
};

/** The manifest has no number at all. */
export const absentNumber: Attack<null> = {
  id: 'rollback.sequence.absent',
  handle: 'E05',
  group: 'E',
  family: 'rollback',
  change: 'key 2 missing',
  by: 'author',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [mustReject(['sequence-missing'], manifest('6.1'))],
  choice: fc.constant(null),

  apply(scenario) {
    return reissue(scenario, (parts) => ({
      ...parts,
      manifest: removeMember(parts.manifest, manifestKey.sequenceNumber),
    }));
  },
};

/** A number far ahead: the author may lock itself out. */
export const farNumber: Attack<{ exponent: number }> = {
  id: 'rollback.sequence.jump',
  handle: 'E06',
  group: 'E',
  family: 'rollback',
  change: 'far future vs clock, up to 2^64−1 (self lock-out)',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [mustAccept(manifest('8.4.2'))],
  on: { features: ['update'] },
  choice: fc.record({ exponent: fc.integer({ min: 31, max: 64 }) }),

  apply(scenario, { exponent }) {
    const number = numberOf(scenario);
    if (number === undefined || number >= largestNumber) return undefined;
    const far = number + 2n ** BigInt(exponent);
    return reissue(scenario, (parts) => setSequenceNumber(parts, far > largestNumber ? largestNumber : far));
  },
};

/** The first image again, after another one, under a number of its own: what the author wants. */
export const oldImage: Attack<null> = {
  id: 'rollback.payload-as-old',
  handle: 'E15',
  group: 'E',
  family: 'rollback',
  change: "old image under a new number (author's wish)",
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [mustAccept(informationModel('4.3.1'))],
  on: { features: ['update', 'network'] },
  choice: fc.constant(null),

  apply(scenario) {
    const found = updateOf(scenario);
    const other = found && otherImage(scenario, found.delivery, found.number + 1n, 'accept');
    const again = found && releaseAt(scenario, found.number + 2n);
    if (!found || !other || !again) return undefined;
    const control = { recipient: found.recipient, steps: [step(found.delivery), other] };
    const steps: RunStep[] = [...control.steps, stepWith(found.delivery, again, 'judged')];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

/** The device forgets its number, or gets an older one back; then comes an older release. */
export const counterReset: Attack<{ gap: string; erased: boolean }> = {
  id: 'rollback.counter-reset',
  handle: 'E16',
  group: 'E',
  family: 'rollback',
  change: 'stored number erased or restored from backup',
  by: 'device',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: [],
  expects: [eitherAnswer(['sequence-rollback'], informationModel('4.1'))],
  on: { features: ['update'] },
  choice: fc.record({ gap: distance, erased: fc.boolean() }),

  apply(scenario, { gap, erased }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const below = found && within(gap, found.number);
    const older = below && releaseAt(scenario, found.number - below);
    if (!found || !control || !older) return undefined;
    const { sequenceNumber: _forgotten, ...rest } = found.delivery.after;
    const backup = erased ? rest : { ...rest, sequenceNumber: found.number - below };
    const steps = [stepWith(found.delivery, older, 'judged')];
    return attacked(control, { recipient: withState(found.recipient, backup), steps });
  },
};

export const rollbackAttacks: readonly AnyAttack[] = [
  lowerNumber,
  equalNumber,
  wrappedNumber,
  numberWidth,
  absentNumber,
  farNumber,
  forgedAdvance,
  inapplicableAdvance,
  failedAdvance,
  oldImage,
  counterReset,
  bootAdvance,
  ...choiceAttacks,
];
