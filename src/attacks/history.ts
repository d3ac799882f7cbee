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
import { afterDelivering, fetchedImages } from './deliver.ts';

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
  const after = afterDelivering({ ...of.after, contents: more.contents ?? of.after.contents }, delivery);
  return { ...step(of, must), delivery, after };
}

/** A release whose first image has other bytes of the same size, where that image comes from the network. */
export function otherImage(
  scenario: Scenario,
  of: ScenarioDelivery,
  number: bigint,
  must: RunStep['must'],
  change: (parts: EnvelopeParts) => EnvelopeParts = (parts) => parts,
): RunStep | undefined {
  const bytes = fetchedImages(scenario)[0]?.bytes.map((byte) => byte ^ 0xff);
  return bytes && imageReplaced(scenario, of, number, must, { bytes, change });
}

/** A release with these bytes as its first image; of another size only where no other image is as long as that one. */
export function imageReplaced(
  scenario: Scenario,
  of: ScenarioDelivery,
  number: bigint,
  must: RunStep['must'],
  {
    bytes: other,
    change = (parts) => parts,
  }: { readonly bytes: Uint8Array; readonly change?: (parts: EnvelopeParts) => EnvelopeParts },
): RunStep | undefined {
  const [image] = fetchedImages(scenario);
  if (image === undefined) return undefined;
  const old = image.bytes;
  const redigested = (parts: EnvelopeParts) =>
    withParameter(parts, parameterKey.imageDigest, (value) => {
      const algorithm = digestIds.find((id) => equalBytes(write(value), write(imageDigest(old, id))));
      return algorithm === undefined ? value : imageDigest(other, algorithm);
    });
  const resized = (parts: EnvelopeParts) =>
    withParameter(parts, parameterKey.imageSize, (value) =>
      value.kind === 'uint' && value.value === BigInt(old.length) ? int(other.length) : value,
    );
  const made = releaseAt(scenario, number, (parts) =>
    change(old.length === other.length ? redigested(parts) : resized(redigested(parts))),
  );
  if (made === undefined) return undefined;
  const payloads = of.delivery.payloads.map(
    (p): Payload => (p.uri === image.uri ? { uri: p.uri, kind: 'bytes', bytes: other } : p),
  );
  const contents = of.after.contents.map((slots) =>
    slots.map((c) => (c.kind === 'bytes' && equalBytes(c.bytes, old) ? { ...c, bytes: other } : c)),
  );
  return stepWith(of, made, must, { payloads, contents });
}

/** COSE digest algorithms that a manifest may use (draft §10). */
export const digestIds = [-16, -43, -44, -18, -45] as const;

export function imageDigest(bytes: Uint8Array, algorithm: number): Item {
  return wrapped(digestItem({ algorithm, bytes: digestOf(algorithm, bytes) as Uint8Array }));
}
