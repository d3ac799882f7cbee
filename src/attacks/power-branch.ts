/**
 * A power cut inside of a branch of try-each, whose condition fails once the branch has begun to write (draft §6.3.1).
 *
 * @module
 */
import { equalBytes } from '../cbor/hex.ts';
import { int } from '../cbor/item.ts';
import type { PowerCut } from '../device/delivery.ts';
import type { RecipientState } from '../device/recipient.ts';
import { type Scenario, type ScenarioDelivery, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf, withSequence } from '../suit/edit.ts';
import { type EnvelopeParts, encode, seal } from '../suit/parts.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { Attacked } from './attack.ts';
import { command, fails, override, select, tryEach } from './command-items.ts';
import { attacked } from './deliver.ts';
import { heldIn } from './device-change.ts';
import { eitherAnswer } from './expectation.ts';
import { imageDigest } from './history.ts';
import { boot, deliveries, runOf, survives, update } from './power-runs.ts';
import { addedNeeds } from './twin.ts';

// The branch's own condition may hold no longer; whether it does is up to where the image was written.
export const branchAgain = eitherAnswer(
  ['try-exhausted', 'condition-failed', 'sequence-policy'],
  manifest('6.3.1'),
  {
    varies: true,
    prohibits: [{ kind: 'boot-lost' }],
  },
);

/** Everything that is installed is in the branch that wants the earlier image: who has begun cannot begin again. */
function onlyOverEarlier(scenario: Scenario): EnvelopeParts | undefined {
  const { images, plan, recipient, release, signers } = scenario;
  const [image, ...others] = images;
  const held = image && heldIn(recipient.components[image.recipientComponent]);
  if (!plan || !image?.bytes || others.length > 0 || held?.kind !== 'bytes' || signers.length === 0)
    return undefined;
  const facts = (bytes: Uint8Array) =>
    override({ imageDigest: imageDigest(bytes, plan.digest), imageSize: int(bytes.length) });
  const selected = select(image.component);
  const sequence = sequenceOf(release, 'install');
  if (sequence === undefined) return undefined;
  const installs = [...selected, ...command(code.imageMatch), ...facts(image.bytes), ...sequence.items];
  const branches = tryEach(installs, [...selected, ...fails]);
  const items = [...selected, ...facts(held.bytes), ...branches];
  return seal(
    withSequence(release, 'install', (list) => ({ ...list, items })),
    signers,
  );
}

/** The update is cut; then it is delivered again, or, after that, booted. The twin is the same update without the cut. */
export function cutInBranch(
  scenario: Scenario,
  cut: PowerCut,
  judged: 'update' | 'boot',
): Attacked | undefined {
  const made = onlyOverEarlier(scenario);
  const [interruption, again] = deliveries(scenario, [{ event: 'update', cut }, update]) ?? [];
  const [, afterwards] = deliveries(scenario, [{ event: 'update', cut }, boot]) ?? [];
  const whole = deliveries(scenario, judged === 'update' ? [update] : [update, boot]);
  const old = interruption?.delivery.envelope;
  if (!made || !old || !again || !afterwards || !whole) return undefined;
  const envelope = encode(made);
  const changed = (one: ScenarioDelivery) => withEnvelope(one, old, envelope);
  const last =
    judged === 'update'
      ? [step(changed(again), 'judged')]
      : [step(changed(again), 'either'), step(changed(afterwards), 'judged')];
  const run = { recipient: scenario.recipient, steps: [step(changed(interruption)), ...last] };
  return {
    ...attacked(runOf(scenario, whole.map(changed)), run, {
      expect: judged === 'update' ? branchAgain : survives,
    }),
    needs: addedNeeds([made]),
  };
}

/** The delivery with another envelope in the place of this one, wherever it is stored too. */
function withEnvelope(of: ScenarioDelivery, old: Uint8Array, envelope: Uint8Array): ScenarioDelivery {
  const stored = (state: RecipientState): RecipientState =>
    state.installed && equalBytes(state.installed, old) ? { ...state, installed: envelope } : state;
  const { delivery, after, alsoAfter } = of;
  return {
    ...of,
    delivery: delivery.envelope ? { ...delivery, envelope } : delivery,
    after: stored(after),
    ...(alsoAfter && { alsoAfter: alsoAfter.map(stored) }),
  };
}
