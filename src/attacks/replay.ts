/**
 * Group F: authentic envelopes at the wrong time, in the wrong place or in pieces (draft §6.2, §8.4.2).
 *
 * @module
 */
import fc from 'fast-check';
import { before, controlOf, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { attacked, judge } from './deliver.ts';
import { eitherAnswer, mustAccept } from './expectation.ts';
import { distance, largestNumber, numberOf, releaseAt, stepWith, updateOf, within } from './history.ts';
import { alteredOlder, partialSet, rolledBack, split, swappedPayload } from './replay-altered.ts';
import { mixedSet } from './replay-mixed.ts';
import { otherDomain, otherTarget, retiredKey } from './replay-target.ts';

/** The envelope that was just installed, again. */
export const sameUpdate: Attack<{ more: number }> = {
  id: 'replay.same.update',
  handle: 'F01',
  group: 'F',
  family: 'replay',
  change: 'same envelope again after success; ⊘ changed end state',
  by: 'network',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [eitherAnswer(['sequence-policy'], manifest('8.4.2'), { prohibits: [{ kind: 'state-change' }] })],
  on: { features: ['update'] },
  choice: fc.record({ more: fc.nat({ max: 2 }) }),

  apply(scenario, { more }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    if (!found || !control) return undefined;
    const again = Array.from({ length: more % 3 }, () => step(found.delivery, 'either'));
    const steps = [step(found.delivery), ...again, step(found.delivery, 'judged')];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

/** The same manifest at every boot, as it should be. */
export const sameBoot: Attack<{ more: number }> = {
  id: 'replay.same.invoke',
  handle: 'F02',
  group: 'F',
  family: 'replay',
  change: 'same manifest at every boot',
  by: 'network',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC', 'REQ.USE.EXEC'],
  expects: [mustAccept(manifest('8.4.2'))],
  on: { features: ['boot'] },
  choice: fc.record({ more: fc.nat({ max: 3 }) }),

  apply(scenario, { more }) {
    const control = controlOf(scenario, 'boot');
    const [boot] = control?.steps ?? [];
    if (!control || !boot) return undefined;
    const again = Array.from({ length: 1 + (more % 4) }, () => judge(boot));
    return attacked(control, { recipient: control.recipient, steps: [boot, ...again] });
  },
};

/** Older authentic releases, after the newest is installed. */
export const history: Attack<{ gaps: string[] }> = {
  id: 'replay.history',
  handle: 'F03',
  group: 'F',
  family: 'replay',
  change: 'k older authentic envelopes in random order',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [rolledBack],
  on: { features: ['update'] },
  choice: fc.record({ gaps: fc.array(distance, { minLength: 1, maxLength: 4 }) }),

  apply(scenario, { gaps }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    if (!found || !control) return undefined;
    const older = gaps.flatMap((gap) => {
      const below = within(gap, found.number);
      const release = below && releaseAt(scenario, found.number - below);
      return release ? [stepWith(found.delivery, release, 'judged')] : [];
    });
    if (older.length === 0) return undefined;
    return attacked(control, { recipient: found.recipient, steps: [step(found.delivery), ...older] });
  },
};

/** A boot is given an older release, though its image is still in place. */
export const olderBoot: Attack<{ gap: string }> = {
  id: 'replay.invoke-old',
  handle: 'F13',
  group: 'F',
  family: 'replay',
  change: 'older authentic envelope from staging given to boot, its image still in a slot',
  by: 'device',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE', 'REQ.SEC.AUTH.EXEC'],
  expects: [rolledBack],
  on: { features: ['boot'] },
  choice: fc.record({ gap: distance }),

  apply(scenario, { gap }) {
    const found = before(scenario, 'boot');
    const control = controlOf(scenario, 'boot');
    const number = numberOf(scenario);
    const above = number === undefined ? undefined : within(gap, largestNumber - number);
    if (!found || !control || number === undefined || above === undefined) return undefined;
    const recipient = { ...found.recipient, sequenceNumber: number + above };
    return attacked(control, { recipient, steps: [stepWith(found.delivery, scenario.release, 'judged')] });
  },
};

/** The network has nothing but the current manifest, for ever. */
export const freeze: Attack<{ rounds: number }> = {
  id: 'replay.freeze',
  handle: 'F14',
  group: 'F',
  family: 'replay',
  change: 'network serves only the current manifest for ever; state stays good',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED.OFFLINE'],
  violates: [],
  expects: [eitherAnswer(['sequence-policy'], { doc: 'information-model', section: '4.2.2' })],
  on: { features: ['boot-after-update'] },
  choice: fc.record({ rounds: fc.integer({ min: 1, max: 4 }) }),

  apply(scenario, { rounds }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const boot = scenario.deliveries.find((one) => one.delivery.event === 'boot');
    if (!found || !control || !boot) return undefined;
    const again = stepWith({ ...found.delivery, after: boot.after }, scenario.release, 'either');
    const round = [again, step(boot, 'either')];
    const served = Array.from({ length: 1 + (rounds % 4) }, () => round).flat();
    const steps = [step(found.delivery), step(boot), ...served, judge(again)];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

export const replayAttacks: readonly AnyAttack[] = [
  sameUpdate,
  sameBoot,
  history,
  otherTarget,
  otherDomain,
  retiredKey,
  split,
  partialSet,
  alteredOlder,
  swappedPayload,
  olderBoot,
  freeze,
  mixedSet,
];
