/**
 * Attacks on the choice between several manifests, and on the number that is kept (draft §6.1, §8.4.2).
 *
 * @module
 */
import fc from 'fast-check';
import { int, isInt } from '../cbor/item.ts';
import { otherEnvelope } from '../scenarios/history-features.ts';
import { before, controlOf, type RunStep, type Scenario, step } from '../scenarios/scenario.ts';
import { amongOthers, type OtherEnvelope, otherEnvelopes, type Release } from '../scenarios/select.ts';
import { manifest } from '../suit/clause.ts';
import { withParameter, withSequence } from '../suit/edit.ts';
import { type EnvelopeParts, encode } from '../suit/parts.ts';
import { commandCode, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { attacked } from './deliver.ts';
import { eitherAnswer, mustAccept } from './expectation.ts';
import { distance, largestNumber, numberOf, releaseAt, stepWith, updateOf, within } from './history.ts';
import { rolledBack } from './replay-altered.ts';

function releaseOf(scenario: Scenario): Release | undefined {
  const number = numberOf(scenario);
  const { release: parts, signers, strangers } = scenario;
  return number === undefined || signers.length === 0 ? undefined : { parts, number, signers, strangers };
}

/** The delivery's step, with others at hand. */
function choosing(of: RunStep, others: readonly Uint8Array[], place: number): RunStep {
  return { ...of, must: 'judged', delivery: amongOthers(of.delivery, others, place) };
}

/** A restart between the two: a number in working memory is gone by then. */
export const notStored: Attack<{ gap: string }> = {
  id: 'rollback.sequence.not-stored',
  handle: 'E11',
  group: 'E',
  family: 'rollback',
  change: 'update ends on storage that keeps no number, then older one',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [rolledBack],
  on: { features: ['boot-after-update'] },
  choice: fc.record({ gap: distance }),

  apply(scenario, { gap }) {
    const found = updateOf(scenario);
    const boot = scenario.deliveries.find((one) => one.delivery.event === 'boot');
    const below = found && within(gap, found.number);
    const older = below && releaseAt(scenario, found.number - below);
    if (!found || !boot || !older) return undefined;
    const history = [step(found.delivery), step(boot)];
    return attacked(
      { recipient: found.recipient, steps: history },
      { recipient: found.recipient, steps: [...history, stepWith(found.delivery, older, 'judged')] },
    );
  },
};

/** Older ones, forged ones and ones of another version beside the right one. */
export const selectLatest: Attack<{ others: OtherEnvelope[]; place: number }> = {
  id: 'rollback.select.latest',
  handle: 'E12',
  group: 'E',
  family: 'rollback',
  change: 'several at hand, highest may be forged: run the highest authentic valid',
  by: ['network', 'untrusted-key'],
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [mustAccept(manifest('6.1'))],
  on: { features: ['update'] },
  choice: fc.record({
    others: fc.array(otherEnvelope, { minLength: 1, maxLength: 4 }),
    place: fc.nat({ max: 4 }),
  }),

  apply(scenario, { others, place }) {
    const release = releaseOf(scenario);
    const control = controlOf(scenario, 'update');
    const [update] = control?.steps ?? [];
    const beside = release ? otherEnvelopes(release, others) : [];
    if (!control || !update || beside.length === 0) return undefined;
    return attacked(control, { recipient: control.recipient, steps: [choosing(update, beside, place)] });
  },
};

type Failing = 'class' | 'payload' | 'abort';

/** The latest cannot be installed; the one below it can. */
export const selectFallback: Attack<{ gap: string; how: Failing; first: boolean }> = {
  id: 'rollback.select.fallback',
  handle: 'E13',
  group: 'E',
  family: 'rollback',
  change: 'highest fails; next may run',
  by: 'network',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [eitherAnswer(['sequence-policy'], manifest('6.1'))],
  on: { features: ['update', 'network'] },
  choice: fc.record({
    gap: distance,
    how: fc.constantFrom<Failing>('class', 'payload', 'abort'),
    first: fc.boolean(),
  }),

  apply(scenario, { gap, how, first }) {
    const control = controlOf(scenario, 'update');
    const [update] = control?.steps ?? [];
    const number = numberOf(scenario);
    const above = number === undefined ? undefined : within(gap, largestNumber - number);
    const broken = fail(scenario.release, how);
    if (!control || !update || number === undefined || !above || broken === undefined) return undefined;
    const failing = releaseAt(scenario, number + above, () => broken);
    if (failing === undefined) return undefined;
    const steps = [choosing(update, [encode(failing)], first ? 1 : 0)];
    return attacked(control, { recipient: control.recipient, steps });
  },
};

function fail(parts: EnvelopeParts, how: Failing): EnvelopeParts | undefined {
  const changed = {
    class: () =>
      withParameter(parts, parameterKey.classIdentifier, (value) =>
        value.kind === 'bstr' ? { ...value, bytes: value.bytes.map((byte) => byte ^ 0xff) } : value,
      ),
    payload: () =>
      withParameter(parts, parameterKey.uri, (value) =>
        value.kind === 'tstr' ? { ...value, bytes: Uint8Array.of(...value.bytes, 0x7a) } : value,
      ),
    abort: () =>
      withSequence(parts, 'install', (sequence) => ({
        ...sequence,
        items: [...sequence.items, int(commandCode.abort), int(0)],
      })),
  }[how]();
  return changed === parts ? undefined : changed;
}

/** Two releases in two slots, and both would boot. */
export const olderSlot: Attack<{ gap: string; stored: boolean; first: boolean; current: boolean }> = {
  id: 'rollback.boot.older-slot',
  handle: 'E14',
  group: 'E',
  family: 'rollback',
  change: 'both slots authentic, intact; boot must take the higher',
  by: 'device',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE', 'REQ.SEC.AUTH.EXEC'],
  expects: [mustAccept(manifest('6.1'))],
  on: { features: ['boot'] },
  choice: fc.record({ gap: distance, stored: fc.boolean(), first: fc.boolean(), current: fc.boolean() }),

  apply(scenario, { gap, stored, first, current }) {
    const found = before(scenario, 'boot');
    const number = numberOf(scenario);
    const below = number === undefined ? undefined : within(gap, number);
    if (!found || number === undefined || !below) return undefined;
    const other = scenario.images.find((image) => !found.delivery.invokes.includes(image.recipientComponent));
    const older = releaseAt(scenario, number - below, (parts) => invoking(parts, other?.component));
    if (!older) return undefined;
    // Where the device knows no higher number, what is invoked tells the two apart.
    const known = { sequenceNumber: current || other === undefined ? number : number - below };
    const { envelope = encode(scenario.release), ...delivery } = found.delivery.delivery;
    const kept = stored ? { ...known, installed: envelope } : known;
    const boot: RunStep = {
      ...step(found.delivery),
      delivery: stored ? delivery : { ...delivery, envelope },
      after: { ...found.delivery.after, ...kept },
    };
    const recipient = { ...found.recipient, ...kept };
    const steps = [choosing(boot, [encode(older)], first ? 1 : 0)];
    return attacked({ recipient, steps: [boot] }, { recipient, steps });
  },
};

/** The same release, invoking another of its components. */
function invoking(parts: EnvelopeParts, component: number | undefined): EnvelopeParts {
  if (component === undefined) return parts;
  return withSequence(parts, 'invoke', (sequence) => {
    const [code] = sequence.items;
    const isIndexed = code !== undefined && isInt(code, commandCode.setComponentIndex);
    return isIndexed ? { ...sequence, items: sequence.items.with(1, int(component)) } : sequence;
  });
}

export const choiceAttacks: readonly AnyAttack[] = [notStored, selectLatest, selectFallback, olderSlot];
