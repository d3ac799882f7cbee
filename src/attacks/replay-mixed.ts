/**
 * Component sets put together from parts of two releases, each of them authentic (draft §6.2).
 *
 * @module
 */
import fc from 'fast-check';
import { type Recipient, type RecipientState, stateOf } from '../device/recipient.ts';
import { type Scenario, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { ComponentIdentifier } from '../suit/model.ts';
import { type Attack, inDimension } from './attack.ts';
import { attacked, type FetchedImage, fetchedImages } from './deliver.ts';
import { eitherAnswer } from './expectation.ts';
import {
  distance,
  imagesReplaced,
  inverted,
  largestNumber,
  releaseAt,
  stepWith,
  updateOf,
  within,
} from './history.ts';
import { type Renaming, renaming, targetsOf } from './renamed.ts';

const utf8 = new TextEncoder();
const named = (part: string) => (identifier: ComponentIdentifier) => [...identifier, utf8.encode(part)];

/**
 * One component of the set is of a release, the other of the one before. Each manifest is for one of the set, and for
 * a component outside of it in place of the other.
 */
export const mixedSet: Attack<{ how: 'mixed' | 'partial'; gap: string }> = {
  id: 'replay.mixed-set',
  handle: 'F12',
  group: 'F',
  family: 'replay',
  change:
    'component manifests of different releases (mix-and-match), or only some of one release (partial bundle)',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.USE.MFST.COMPONENT'],
  expects: [eitherAnswer(['component-set', 'sequence-policy'], manifest('6.2'), { level: 'installed' })],
  on: { features: ['network', 'update', 'flat', 'multi-component'] },
  choice: fc.record({ how: fc.constantFrom('mixed', 'partial'), gap: distance }),

  apply(scenario, { how, gap }) {
    const found = updateOf(scenario);
    const parts = partsOfSet(scenario);
    const above = found && within(gap, largestNumber - found.number);
    if (!found || !parts || above === undefined) return undefined;
    const { recipient, first, second } = parts;
    const held = stateOf(recipient).contents;
    const contents = [...found.delivery.after.contents, ...held.slice(found.recipient.components.length)];
    const of = { ...found.delivery, after: { ...found.delivery.after, contents } };
    const older = releaseAt(scenario, found.number, second.release);
    const others = parts.images.map(inverted);
    const at = found.number + above;
    const newer = imagesReplaced(scenario, of, at, 'accept', { others });
    const part = imagesReplaced(scenario, of, at, 'judged', { others, change: first.release });
    if (!older || !newer?.after || !part?.after) return undefined;
    const written = newer.after.contents;
    const olderPart = stepWith(of, older, 'either', { contents: moved(held, contents, second) });
    // The newer release is for the first component, the older one, if it is not there as a whole, for the second.
    const before = how === 'partial' ? step(of) : olderPart;
    const after = { ...part.after, contents: moved(before.after?.contents ?? held, written, first) };
    const control = { recipient, steps: [step(of), newer] };
    const made = attacked(control, { recipient, steps: [before, { ...part, after }] });
    return inDimension(made, how);
  },
};

type Contents = RecipientState['contents'];

/** A manifest for one component of the set. Indices are the recipient's. */
interface Part {
  readonly release: Renaming['release'];
  readonly own: number;
  /** What it leaves out, and the component outside of the set that it writes instead. */
  readonly left: number;
  readonly instead: number;
}

/** The contents with what the part writes of those that the whole release leaves. */
function moved(from: Contents, whole: Contents, { own, left, instead }: Part): Contents {
  return from.with(own, whole[own] ?? []).with(instead, whole[left] ?? []);
}

interface PartsOfSet {
  /** With two components more, one for each part. */
  readonly recipient: Recipient;
  readonly images: readonly FetchedImage[];
  readonly first: Part;
  readonly second: Part;
}

/** The two components that the update fetches, as a set. */
function partsOfSet(scenario: Scenario): PartsOfSet | undefined {
  const targets = targetsOf(scenario);
  const images = fetchedImages(scenario).filter(({ bytes }) => bytes.length > 0);
  const isFetched = targets.every(({ own }) => images.some((image) => image.recipientComponent === own));
  if (!isFetched || targets.length !== 2 || images.length !== 2) return undefined;
  const ofSecond = renaming(scenario, 1, named('second'));
  const ofFirst = renaming(scenario, 0, named('first'));
  const [x, y] = [ofSecond?.recipient.components.at(-1), ofFirst?.recipient.components.at(-1)];
  if (!ofSecond || !ofFirst || !x || !y) return undefined;
  const [one, other] = [ofFirst.target.own, ofSecond.target.own];
  const count = ofSecond.recipient.components.length;
  return {
    images,
    recipient: {
      ...ofSecond.recipient,
      components: [...ofSecond.recipient.components, y],
      componentSets: [[one, other]],
    },
    first: { release: ofSecond.release, own: one, left: other, instead: count - 1 },
    second: { release: ofFirst.release, own: other, left: one, instead: count },
  };
}
