/**
 * From a plan to its scenario: recipient, sealed release, deliveries and the states they must end in.
 *
 * The states are computed from the plan. No verifier and no interpreter of command sequences takes part.
 *
 * @module
 */

import { equalBytes } from '../cbor/hex.ts';
import { isInt } from '../cbor/item.ts';
import { profileByName } from '../cose/profiles.ts';
import type { Delivery, DeliveryEvent } from '../device/delivery.ts';
import { inProfile } from '../device/profile.ts';
import {
  type Content,
  type Recipient,
  type RecipientState,
  stateOf,
  withState,
} from '../device/recipient.ts';
import { sever, severedEntries } from '../suit/build.ts';
import type { LanguageText, Manifest, SeveredElements, TextMap } from '../suit/model.ts';
import { type EnvelopeParts, encode, release } from '../suit/parts.ts';
import { commands, envelopeKey, parameters } from '../suit/registry.ts';
import { anchorsOf, policyOf, signersOf, strangersOf } from './authentication.ts';
import { bytesFor, contentsAfter, type ExerciseSection, invocationsOf } from './exercise.ts';
import {
  componentsOf,
  customCommandsOf,
  identifiersOf,
  imageBytes,
  indexOf,
  placesOf,
  recipientIndex,
} from './layout.ts';
import { needsOf } from './needs.ts';
import { inAnyOrder } from './parallel.ts';
import { hasBoot, hasUpdate, type Plan, schemes } from './plan.ts';
import { publishedScenario } from './published.ts';
import { type Happening, interrupted } from './resume.ts';
import { withRights } from './rights.ts';
import type { Image, Scenario, ScenarioDelivery } from './scenario.ts';
import { amongOthers, otherEnvelopes } from './select.ts';
import { invokedIndex, type Sequences, sequencesOf } from './sequences.ts';
import { bootPayloads, fetchedUri, integratedPayloads, networkPayloads } from './uris.ts';

/** The same plan always gives the same scenario, to the byte. */
export function buildScenario(plan: Plan): Scenario {
  if (plan.published) return publishedScenario(plan.published);
  const signers = signersOf(plan.authentication);
  const parts = releaseOf(plan);
  const events: DeliveryEvent[] = [
    ...(hasUpdate(plan) ? (['update'] as const) : []),
    ...(hasBoot(plan) ? (['boot'] as const) : []),
  ];
  const recipient = recipientOf(plan, parts);
  return {
    family: plan.family,
    recipient,
    deliveries: deliveriesOf(plan, parts, recipient),
    release: parts,
    signers,
    strangers: strangersOf(signers),
    images: imagesOf(plan),
    needs: needsOf(parts, events),
    plan,
  };
}

/** What a plan's recipient comes to, from the state given; a stored envelope may be the earlier release's. */
export function deliverPlanned(plan: Plan, event: DeliveryEvent, from: RecipientState): ScenarioDelivery {
  if (event === 'update') return updateDelivery(plan, releaseOf(plan), from);
  const earlier = earlierOf(plan);
  const isEarlier =
    plan.bootFrom === 'stored' &&
    earlier &&
    from.installed &&
    equalBytes(from.installed, envelopeOf(releaseOf(earlier)));
  const booted = isEarlier ? earlier : plan;
  return bootDelivery(booted, releaseOf(booted), from);
}

const earliers = new WeakMap<Plan, Plan>();

/**
 * The plan of the release that was installed before, the same object for the same plan; undefined where the recipient
 * holds none.
 */
export function earlierOf(plan: Plan): Plan | undefined {
  const { installed } = plan.sequence;
  if (!plan.earlier || installed === undefined) return undefined;
  const known = earliers.get(plan);
  if (known !== undefined) return known;
  const { earlier: _e, history: _h, ...rest } = plan;
  // No image begins as one of the other release does.
  const earlier = { ...rest, seed: plan.seed + 128, sequence: { offered: installed } };
  earliers.set(plan, earlier);
  return earlier;
}

/** A parallel recipient's release leaves the order of independent steps open (§6.7). */
function inOrderOf({ processing }: Plan, sequences: Sequences): Sequences {
  const { install } = sequences;
  return processing === 'parallel' && install ? { ...sequences, install: inAnyOrder(install) } : sequences;
}

const releases = new WeakMap<Plan, EnvelopeParts>();

/** Sealed by the plan's signers; the same object for the same plan. */
export function releaseOf(plan: Plan): EnvelopeParts {
  const known = releases.get(plan) ?? makeRelease(plan, signersOf(plan.authentication));
  releases.set(plan, known);
  return known;
}

function makeRelease(plan: Plan, signers: Scenario['signers']): EnvelopeParts {
  const whole: Manifest = {
    version: 1n,
    sequenceNumber: BigInt(plan.sequence.offered),
    components: identifiersOf(plan),
    ...(plan.referenceUri !== undefined && { referenceUri: plan.referenceUri }),
    ...inOrderOf(plan, sequencesOf(plan)),
    ...(plan.text.place !== 'none' && { text: textOf(plan) }),
  };
  const { place } = plan.text;
  const algorithm = plan.severedDigest;
  const text = place === 'severed' || place === 'gone' ? (['text'] as const) : [];
  const { manifest, severed } = sever(whole, [...plan.severed, ...text], { algorithm });
  return release(manifest, signers, {
    severed: severedEntries(stillThere(plan, severed)),
    payloads: integratedPayloads(plan),
    digestAlgorithm: plan.wrapperDigest,
  });
}

const envelopes = new WeakMap<EnvelopeParts, Uint8Array>();

/** Encoded once: the update and the boot deliver the same bytes. */
function envelopeOf(parts: EnvelopeParts): Uint8Array {
  const known = envelopes.get(parts);
  if (known !== undefined) return known;
  const bytes = encode(parts);
  envelopes.set(parts, bytes);
  return bytes;
}

/** What was severed may be gone: always where only a boot is left to do. */
function stillThere(plan: Plan, severed: SeveredElements): SeveredElements {
  const { text, ...sequences } = severed;
  return {
    ...(hasUpdate(plan) && sequences),
    ...(plan.text.place === 'severed' && text && { text }),
  };
}

const languages = ['en', 'de', 'fr-CA', 'zh-Hant-TW', 'es-419'];

function textOf(plan: Plan): TextMap {
  const language = (tag: string): LanguageText => ({
    language: tag,
    texts: (plan.text.keys ?? [1, 2]).map((key) => [
      key,
      key === 2 ? `Update to ${plan.sequence.offered}` : `Manifest text ${key}`,
    ]),
    components: plan.text.components
      ? identifiersOf(plan).map((identifier, i) => ({
          identifier,
          texts: (plan.text.componentKeys ?? [1, 3, 5]).map((key) => [
            key,
            key === 3 ? 'example.com' : `Text ${key} of component ${i}`,
          ]),
        }))
      : [],
  });
  return languages.slice(0, plan.text.languages).map(language);
}

function recipientOf(plan: Plan, parts: EnvelopeParts): Recipient {
  const { installed } = plan.sequence;
  const custom = customCommandsOf(plan);
  const isStored = plan.deliveries === 'boot' && plan.bootFrom === 'stored';
  const profile = profileByName(plan.authentication.profile);
  const recipient: Recipient = {
    anchors: anchorsOf(plan.authentication),
    policy: policyOf(plan.authentication),
    components: componentsOf(plan),
    ...(installed !== undefined && { sequenceNumber: BigInt(installed) }),
    ...(isStored && { installed: envelopeOf(parts) }),
    clock: { kind: 'none' },
    capabilities: {
      commands: [...commands.map((row) => row.code), ...custom.map(({ code }) => code)],
      parameters: [...parameters.map((row) => row.code), ...custom.map(({ parameter }) => parameter)],
      digests: [...new Set([-16, plan.wrapperDigest, plan.severedDigest, plan.digest])],
      schemes,
      ...(custom.length > 0 && { custom }),
    },
    deviceClass: plan.deviceClass,
    ...(plan.processing && { processing: plan.processing }),
  };
  const fresh = withRights(profile ? inProfile(recipient, profile) : recipient, plan, parts);
  const earlier = earlierOf(plan);
  if (earlier === undefined) return fresh;
  return withState(fresh, updateDelivery(earlier, releaseOf(earlier), stateOf(fresh)).after);
}

function deliveriesOf(plan: Plan, parts: EnvelopeParts, recipient: Recipient): readonly ScenarioDelivery[] {
  const { history } = plan;
  const cuts = history?.kind === 'resume' ? history.cuts : [];
  const happenings: readonly Happening[] = [
    ...cuts.map((cut) => ({ event: 'update', cut }) as const),
    ...(hasUpdate(plan) ? [{ event: 'update' } as const] : []),
    ...(hasBoot(plan) ? [{ event: 'boot' } as const] : []),
  ];
  const deliveries = interruptedDeliveries(plan, happenings, stateOf(recipient));
  if (history?.kind !== 'select') return deliveries;
  const signers = signersOf(plan.authentication);
  const number = BigInt(plan.sequence.offered);
  const others = otherEnvelopes({ parts, number, signers, strangers: strangersOf(signers) }, history.others);
  return deliveries.map((one) =>
    one.delivery.event === history.event
      ? { ...one, delivery: amongOthers(one.delivery, others, history.place) }
      : one,
  );
}

/** These deliveries of the plan's release, with every state that each may leave. */
export function interruptedDeliveries(
  plan: Plan,
  happenings: readonly Happening[],
  from: RecipientState,
): readonly ScenarioDelivery[] {
  return interrupted(happenings, from, (event, state) => deliverPlanned(plan, event, state));
}

function updateDelivery(plan: Plan, parts: EnvelopeParts, from: RecipientState): ScenarioDelivery {
  const envelope = envelopeOf(parts);
  return {
    delivery: { event: 'update', envelope, payloads: networkPayloads(plan) },
    after: {
      sequenceNumber: BigInt(plan.sequence.offered),
      installed: envelope,
      contents: withContents(plan, exercised(plan, from, updateSections), (role, image, before) => {
        const { by, staged } = image;
        if (by === 'none' || role === 'memory') return undefined;
        if (role === 'target') return image.bytes;
        // A swap leaves in the staging component what the target held.
        return staged === 'swap' ? before('target') : image.bytes;
      }),
    },
    level: 'installed',
    invokes: [],
  };
}

function bootDelivery(plan: Plan, parts: EnvelopeParts, from: RecipientState): ScenarioDelivery {
  const delivery: Delivery = {
    event: 'boot',
    ...(plan.bootFrom !== 'stored' && {
      envelope: plan.bootFrom === 'stripped' ? encode(stripped(parts)) : envelopeOf(parts),
    }),
    payloads: bootPayloads(plan),
  };
  const contents = withContents(plan, exercised(plan, from, bootSections), (role, image) =>
    role === 'memory' ? image.bytes : undefined,
  );
  return {
    delivery,
    after: { ...from, contents },
    level: 'invoked',
    invokes: [...helpersInvoked(plan), recipientIndex(plan, invokedIndex(plan))],
  };
}

/** Helpers return: each is invoked before the image is. */
function helpersInvoked(plan: Plan): readonly number[] {
  return (plan.exercises ?? []).flatMap((exercise, i) =>
    Array.from({ length: invocationsOf(exercise) }, () => recipientIndex(plan, indexOf(plan, 'exercise', i))),
  );
}

/** The release without its severed elements, which a boot does not need (§8.6). */
export function stripped(parts: EnvelopeParts): EnvelopeParts {
  const severable = [envelopeKey.payloadFetch, envelopeKey.install, envelopeKey.text];
  return {
    ...parts,
    members: parts.members.filter(([key]) => !severable.some((known) => isInt(key, known))),
  };
}

type Role = ReturnType<typeof placesOf>[number]['role'];

type PlannedImage = Plan['images'][number] & { readonly bytes: Uint8Array };

type ContentChange = (
  role: Role,
  image: PlannedImage,
  before: (role: Role) => Content,
) => Uint8Array | Content | undefined;

/** The contents with the current slots of the manifest's components changed; `undefined` leaves one as it is. */
function withContents(plan: Plan, from: RecipientState, change: ContentChange): RecipientState['contents'] {
  const contents = from.contents.map((slots) => [...slots]);
  for (const { role, image } of placesOf(plan)) {
    const planned = plan.images[image];
    if (planned === undefined || role === 'exercise') continue;
    const at = (of: Role) => recipientIndex(plan, indexOf(plan, of, image));
    const slot = (of: Role) => (of === 'target' ? (planned.slots?.current ?? 0) : 0);
    const before = (of: Role): Content => from.contents[at(of)]?.[slot(of)] ?? { kind: 'empty' };
    const changed = change(role, { ...planned, bytes: imageBytes(plan, image) }, before);
    const slots = contents[at(role)];
    if (changed === undefined || slots === undefined) continue;
    slots[slot(role)] = changed instanceof Uint8Array ? { kind: 'bytes', bytes: changed } : changed;
  }
  return contents;
}

const updateSections: readonly ExerciseSection[] = ['payloadFetch', 'install', 'validate'];
const bootSections: readonly ExerciseSection[] = ['validate', 'load', 'invoke'];

/** The state with what the exercises in these sections leave in the current slots of their components. */
function exercised(plan: Plan, from: RecipientState, sections: readonly ExerciseSection[]): RecipientState {
  if (plan.exercises === undefined) return from;
  const contents = from.contents.map((slots) => [...slots]);
  for (const [i, exercise] of plan.exercises.entries()) {
    if (!sections.includes(exercise.section)) continue;
    const first = indexOf(plan, 'exercise', i);
    for (const [part, bytes] of contentsAfter(exercise, bytesFor(plan.seed, i)).entries()) {
      const slots = contents[recipientIndex(plan, first + part)];
      const current = placesOf(plan)[first + part]?.part?.current ?? 0;
      if (slots && bytes) slots[current] = { kind: 'bytes', bytes };
    }
  }
  return { ...from, contents };
}

function imagesOf(plan: Plan): readonly Image[] {
  return plan.images.flatMap(({ by }, i): Image[] => {
    if (by === 'none' && hasUpdate(plan)) return [];
    const component = indexOf(plan, 'target', i);
    const uri = hasUpdate(plan) ? fetchedUri(plan, i) : undefined;
    return [
      {
        component,
        recipientComponent: recipientIndex(plan, component),
        ...(uri !== undefined && { uri }),
        bytes: imageBytes(plan, i),
      },
    ];
  });
}
