/**
 * Histories: releases of the same author at other numbers, and the steps that deliver them.
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { type Item, int, valueAt, wrapped } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { digestOf } from '../cose/algorithms.ts';
import type { Delivery, Payload } from '../device/delivery.ts';
import type { Recipient, RecipientState } from '../device/recipient.ts';
import { before, type RunStep, type Scenario, type ScenarioDelivery, step } from '../scenarios/scenario.ts';
import { digestItem } from '../suit/build.ts';
import { setSequenceNumber, withParameter } from '../suit/edit.ts';
import { type EnvelopeParts, encode, seal } from '../suit/parts.ts';
import { commandCode, manifestKey, parameterKey } from '../suit/registry.ts';
import { afterDelivering, type FetchedImage, fetchedImages } from './deliver.ts';

export const largestNumber = 2n ** 64n - 1n;

/** A distance of sequence numbers as a decimal string; its size is cut to the room there is. */
export const distance: fc.Arbitrary<string> = fc.bigInt({ min: 1n, max: 2n ** 63n }).map(String);

/** 1 … room, from a drawn distance; undefined: there is no room. */
export function within(drawn: string, room: bigint): bigint | undefined {
  return room < 1n ? undefined : 1n + ((BigInt(drawn) - 1n) % room);
}

export function numberOf(scenario: Scenario): bigint | undefined {
  const number = valueAt(scenario.release.manifest, manifestKey.sequenceNumber);
  return number?.kind === 'uint' ? number.value : undefined;
}

/** What an update starts from; undefined where there is none, or where running it twice leaves another state. */
export function updateOf(
  scenario: Scenario,
):
  | { readonly recipient: Recipient; readonly delivery: ScenarioDelivery; readonly number: bigint }
  | undefined {
  const found = before(scenario, 'update');
  const number = numberOf(scenario);
  if (found === undefined || number === undefined) return undefined;
  return scenario.needs.commands.includes(commandCode.swap) ? undefined : { ...found, number };
}

/** The release under another number, by the rightful signers. */
export function releaseAt(
  scenario: Scenario,
  number: bigint,
  change: (parts: EnvelopeParts) => EnvelopeParts = (parts) => parts,
): EnvelopeParts | undefined {
  if (scenario.signers.length === 0 || number < 0n || number > largestNumber) return undefined;
  return seal(setSequenceNumber(change(scenario.release), number), scenario.signers);
}

/** A delivery of the history with these bytes in it. */
export function stepWith(
  of: ScenarioDelivery,
  envelope: EnvelopeParts | Uint8Array,
  must: RunStep['must'],
  more: { readonly payloads?: readonly Payload[]; readonly contents?: RecipientState['contents'] } = {},
): RunStep {
  const bytes = envelope instanceof Uint8Array ? envelope : encode(envelope);
  const delivery: Delivery = {
    ...of.delivery,
    envelope: bytes,
    payloads: more.payloads ?? of.delivery.payloads,
  };
  const after = afterDelivering(
    { ...of.after, contents: more.contents ?? of.after.contents },
    delivery,
    envelope,
  );
  return { ...step(of, must), delivery, after };
}

type Change = (parts: EnvelopeParts) => EnvelopeParts;

/** A release whose first image has other bytes of the same size, where that image comes from the network. */
export function otherImage(
  scenario: Scenario,
  of: ScenarioDelivery,
  number: bigint,
  must: RunStep['must'],
  change?: Change,
): RunStep | undefined {
  const others = fetchedImages(scenario).slice(0, 1).map(inverted);
  return imagesReplaced(scenario, of, number, must, { others, ...(change && { change }) });
}

/** Other bytes in the place of an image. */
export interface OtherImage {
  readonly image: FetchedImage;
  readonly bytes: Uint8Array;
}

/** Of the same size, and with every bit changed. */
export function inverted(image: FetchedImage): OtherImage {
  return { image, bytes: image.bytes.map((byte) => byte ^ 0xff) };
}

/** A release with other images; of another size only where no other image is as long as the one. */
export function imagesReplaced(
  scenario: Scenario,
  of: ScenarioDelivery,
  number: bigint,
  must: RunStep['must'],
  { others, change = (parts) => parts }: { readonly others: readonly OtherImage[]; readonly change?: Change },
): RunStep | undefined {
  if (others.length === 0) return undefined;
  const made = releaseAt(scenario, number, (parts) => change(redigested(parts, others)));
  if (made === undefined) return undefined;
  const payloads = of.delivery.payloads.map((p): Payload => {
    const other = others.find(({ image }) => image.uri === p.uri);
    return other ? { uri: p.uri, kind: 'bytes', bytes: other.bytes } : p;
  });
  const contents = of.after.contents.map((slots) =>
    slots.map((content) => {
      const held = content.kind === 'bytes' ? content.bytes : undefined;
      const other = others.find(({ image }) => held && equalBytes(held, image.bytes));
      return other ? { kind: 'bytes' as const, bytes: other.bytes } : content;
    }),
  );
  return stepWith(of, made, must, { payloads, contents });
}

function redigested(parts: EnvelopeParts, others: readonly OtherImage[]): EnvelopeParts {
  const made = withParameter(parts, parameterKey.imageDigest, (value) => {
    for (const { image, bytes } of others) {
      const algorithm = digestIds.find((id) => equalBytes(write(value), write(imageDigest(image.bytes, id))));
      if (algorithm !== undefined) return imageDigest(bytes, algorithm);
    }
    return value;
  });
  const resized = others.filter(({ image, bytes }) => image.bytes.length !== bytes.length);
  if (resized.length === 0) return made;
  return withParameter(made, parameterKey.imageSize, (value) => {
    const other = resized.find(
      ({ image }) => value.kind === 'uint' && value.value === BigInt(image.bytes.length),
    );
    return other ? int(other.bytes.length) : value;
  });
}

/** COSE digest algorithms that a manifest may use (draft §10). */
export const digestIds = [-16, -43, -44, -18, -45] as const;

export function imageDigest(bytes: Uint8Array, algorithm: number): Item {
  return wrapped(digestItem({ algorithm, bytes: digestOf(algorithm, bytes) as Uint8Array }));
}
