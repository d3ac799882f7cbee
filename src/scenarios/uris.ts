/**
 * The URIs of a plan's images, and where they are answered: by the network, by the envelope, or by both.
 *
 * @module
 */

import type { Payload } from '../device/delivery.ts';
import { contentBytes } from './content-bytes.ts';
import { bytesFor, exercisePayload, exerciseUri } from './exercise.ts';
import { imageBytes } from './layout.ts';
import { hasUpdate, type ImagePlan, type Plan } from './plan.ts';

/** The URI of an image; with a slot, of the one that is right for that slot. */
export function uriOf(plan: Plan, image: number, slot?: 0 | 1): string {
  const name = `image-${image}${slot === undefined ? '' : slot === 0 ? '-a' : '-b'}`;
  return plan.images[image]?.by === 'integrated' ? `#${name}` : `${plan.scheme}://example.com/${name}.bin`;
}

/** The URI that the plan's recipient gets the image from; undefined if it is not fetched. */
export function fetchedUri(plan: Plan, image: number): string | undefined {
  const { by, slots } = plan.images[image] as ImagePlan;
  return by === 'write' || by === 'none' ? undefined : uriOf(plan, image, slots?.current);
}

/** Payloads that stand in the envelope (§7.5). The images' are there for an update alone. */
export function integratedPayloads(plan: Plan): readonly (readonly [uri: string, bytes: Uint8Array])[] {
  const unused = Array.from({ length: plan.unusedPayloads ?? 0 }, (_, i): [string, Uint8Array] => [
    i % 2 === 0 ? `#unused-${i}` : `https://example.com/unused-${i}.bin`,
    contentBytes(plan.seed, 240 + i, 1 + 5 * i),
  ]);
  const ofImages = hasUpdate(plan) ? offered(plan, ['integrated', 'prefetched']) : [];
  return [...ofImages, ...exercisePayloads(plan, 'integrated'), ...unused];
}

/** What the network answers an update: prefetched payloads too, for recipients that ask it first. */
export function networkPayloads(plan: Plan): readonly Payload[] {
  return asPayloads([...offered(plan, ['network', 'prefetched']), ...exercisePayloads(plan, 'network')]);
}

/** What the network answers a boot: only exercises fetch in one. */
export function bootPayloads(plan: Plan): readonly Payload[] {
  return asPayloads(exercisePayloads(plan, 'network'));
}

function asPayloads(pairs: readonly (readonly [uri: string, bytes: Uint8Array])[]): readonly Payload[] {
  return pairs.map(([uri, bytes]) => ({ uri, kind: 'bytes', bytes }));
}

function exercisePayloads(
  plan: Plan,
  from: 'network' | 'integrated',
): readonly (readonly [uri: string, bytes: Uint8Array])[] {
  return (plan.exercises ?? []).flatMap((exercise, i) => {
    const payload = exercisePayload(exercise, bytesFor(plan.seed, i));
    return payload?.[from] ? [[exerciseUri(exercise, i), payload.bytes] as const] : [];
  });
}

function offered(plan: Plan, by: readonly ImagePlan['by'][]): [uri: string, bytes: Uint8Array][] {
  return plan.images.flatMap((image, i): [string, Uint8Array][] => {
    if (!by.includes(image.by)) return [];
    if (!image.slots) return [[uriOf(plan, i), imageBytes(plan, i)]];
    return ([0, 1] as const).map((slot) => [uriOf(plan, i, slot), imageBytes(plan, i, slot)]);
  });
}
