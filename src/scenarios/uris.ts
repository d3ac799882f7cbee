/**
 * The URIs of a plan's images, and where they are answered: by the network, by the envelope, or by both.
 *
 * @module
 */

import type { Payload } from '../device/delivery.ts';
import { imageBytes } from './layout.ts';
import type { ImagePlan, Plan } from './plan.ts';

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

/** Payloads that stand in the envelope (§7.5). */
export function integratedPayloads(plan: Plan): readonly (readonly [uri: string, bytes: Uint8Array])[] {
  return offered(plan, ['integrated', 'prefetched']);
}

/** What the network answers: prefetched payloads too, for recipients that ask it first. */
export function networkPayloads(plan: Plan): readonly Payload[] {
  return offered(plan, ['network', 'prefetched']).map(([uri, bytes]) => ({ uri, kind: 'bytes', bytes }));
}

function offered(plan: Plan, by: readonly ImagePlan['by'][]): [uri: string, bytes: Uint8Array][] {
  return plan.images.flatMap((image, i): [string, Uint8Array][] => {
    if (!by.includes(image.by)) return [];
    if (!image.slots) return [[uriOf(plan, i), imageBytes(plan, i)]];
    return ([0, 1] as const).map((slot) => [uriOf(plan, i, slot), imageBytes(plan, i, slot)]);
  });
}
