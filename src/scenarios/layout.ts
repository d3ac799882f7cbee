/**
 * Where a plan's components, images and ids are: in the manifest's list, in the recipient's, and as bytes.
 *
 * @module
 */

import { fromHex } from '../cbor/hex.ts';
import type { Component, Content, CustomCommand } from '../device/recipient.ts';
import type { ComponentIdentifier } from '../suit/model.ts';
import { contentBytes } from './content-bytes.ts';
import { bytesFor, customCommand, type Part, partsOf } from './exercise.ts';
import { capacity, hasBoot, hasUpdate, type IdentifierStyle, type ImagePlan, type Plan } from './plan.ts';

/** A component of the manifest. */
export interface Place {
  readonly role: 'target' | 'staging' | 'memory' | 'exercise';
  /** Index into the plan's images, or into its exercises. */
  readonly image: number;
  /** Of an exercise: which of its components, and what that holds. */
  readonly part?: Part;
}

/** The manifest's components: each image's own, with those it is staged in and loaded to; then the exercises'. */
export function placesOf(plan: Plan): readonly Place[] {
  const known = places.get(plan);
  if (known !== undefined) return known;
  const ofImages = plan.images.flatMap((image, i): Place[] => [
    { role: 'target', image: i },
    ...(image.staged === 'no' ? [] : [{ role: 'staging', image: i } as const]),
    ...(image.loaded ? [{ role: 'memory', image: i } as const] : []),
  ]);
  const ofExercises = (plan.exercises ?? []).flatMap((exercise, i) =>
    partsOf(exercise, bytesFor(plan.seed, i)).map((part): Place => ({ role: 'exercise', image: i, part })),
  );
  const all = [...ofImages, ...ofExercises];
  places.set(plan, all);
  return all;
}

const places = new WeakMap<Plan, readonly Place[]>();

/** Index into the manifest's components; -1 if the image has no such component. Of an exercise: the first. */
export function indexOf(plan: Plan, role: Place['role'], image: number): number {
  return placesOf(plan).findIndex((place) => place.role === role && place.image === image);
}

export function componentCount(plan: Plan): { readonly manifest: number; readonly recipient: number } {
  const manifest = placesOf(plan).length;
  return { manifest, recipient: manifest + plan.otherComponents };
}

/** Index into the recipient's list of the manifest's component `index`. */
export function recipientIndex(plan: Plan, index: number): number {
  const { recipient } = componentCount(plan);
  return (index + recipient - (plan.rotation % recipient)) % recipient;
}

/** Identifiers of the manifest's components. */
export function identifiersOf(plan: Plan): readonly ComponentIdentifier[] {
  return placesOf(plan).map((_, i) => identifierAt(plan, i));
}

/** The recipient's components before the first delivery. */
export function componentsOf(plan: Plan): readonly Component[] {
  const places = placesOf(plan);
  const { recipient } = componentCount(plan);
  return Array.from({ length: recipient }, (_, position) => {
    const index = (position + plan.rotation) % recipient;
    return componentAt(plan, index, places[index]);
  });
}

function componentAt(plan: Plan, index: number, place: Place | undefined): Component {
  const own = plan.fixed?.components[index];
  const common = {
    identifier: identifierAt(plan, index),
    ...idsOf(plan, index),
    capacity: plan.fixed?.capacity ?? capacity,
  };
  if (plan.fixed)
    return { ...common, storage: plan.fixed.storage, current: 0, slots: [contentOf(own?.content)] };
  if (place?.part) return { ...common, storage: 'variable', ...place.part };
  const image = place && plan.images[place.image];
  return {
    ...common,
    storage: image?.storage ?? 'variable',
    current: place?.role === 'target' ? (image?.slots?.current ?? 0) : 0,
    slots: place && image ? slotsBefore(plan, place, image) : [bytes(plan, 64 + index, 8)],
  };
}

function slotsBefore(plan: Plan, place: Place, image: ImagePlan): readonly Content[] {
  if (place.role === 'memory') return [{ kind: 'empty' }];
  const old = (number: number): Content =>
    image.before === 'old' ? bytes(plan, 8 * place.image + number, 1 + (image.size % 40)) : { kind: 'empty' };
  if (place.role === 'staging') return [old(4)];
  const slots = image.slots ? [old(2), old(3)] : [old(2)];
  if (hasUpdate(plan) && !(image.by === 'none' && hasBoot(plan))) return slots;
  // A boot finds in place what an earlier update installed.
  return slots.with(image.slots?.current ?? 0, { kind: 'bytes', bytes: imageBytes(plan, place.image) });
}

/** The image that is right for the slot; without a slot, the one that the deliveries install or boot. */
export function imageBytes(plan: Plan, image: number, slot?: 0 | 1): Uint8Array {
  const { size, slots } = plan.images[image] as ImagePlan;
  const current = slots?.current ?? 0;
  const wanted = slot ?? current;
  const length = wanted === current ? size : (slots?.otherSize ?? size);
  return contentBytes(plan.seed, 8 * image + wanted, length);
}

/** Ids of a component of the recipient; the one that the manifest uses comes last of each list. */
export function idsOf(
  plan: Plan,
  index: number,
): Pick<Component, 'vendorIds' | 'pens' | 'classIds' | 'deviceIds'> {
  if (plan.fixed) {
    const { vendorId, classId, deviceId } = plan.fixed;
    const deviceIds = deviceId === undefined ? [] : [fromHex(deviceId)];
    return { vendorIds: [fromHex(vendorId)], classIds: [fromHex(classId)], deviceIds };
  }
  const more = Array.from({ length: plan.ids.more }, (_, i) => i + 1);
  const id = (number: number) => uuid(number, plan.ids.version ?? 5);
  return {
    vendorIds: [...more.map((i) => id(0x40 + i)), id(0x40)],
    ...(plan.ids.vendor === 'pen' && { pens: [examplePen] }),
    classIds: [...more.map((i) => id(0x50 + i)), id(plan.ids.perComponent ? 0x60 + index : 0x50)],
    deviceIds: [id(0x70)],
  };
}

/** Private commands that the plan's exercises need of the recipient. */
export function customCommandsOf(plan: Plan): readonly CustomCommand[] {
  return (plan.exercises ?? []).flatMap((exercise, i) => {
    const made = customCommand(exercise, bytesFor(plan.seed, i));
    return made ? [made] : [];
  });
}

/** Number 32473, the one for documentation (RFC 5612), as a relative object identifier (RFC 9090). */
const examplePen = Uint8Array.of(0x81, 0xfd, 0x59);

const utf8 = new TextEncoder();

function identifierAt({ identifiers, fixed }: Plan, index: number): ComponentIdentifier {
  return fixed?.components[index]?.identifier.map(fromHex) ?? identifier(identifiers, index);
}

function contentOf(hex: string | undefined): Content {
  return hex === undefined ? { kind: 'empty' } : { kind: 'bytes', bytes: fromHex(hex) };
}

function identifier(style: IdentifierStyle, index: number): ComponentIdentifier {
  const last = Uint8Array.of(index);
  switch (style) {
    case 'byte':
      return [last];
    case 'path':
      return [utf8.encode('device'), utf8.encode(`part-${index}`)];
    case 'prefix':
      return index === 0 ? [Uint8Array.of(0)] : [Uint8Array.of(0), last];
    case 'long':
      return [...Array.from({ length: 7 }, (_, i) => Uint8Array.of(0xa0, i, i, 0xff)), last];
  }
}

function bytes(plan: Plan, number: number, length: number): Content {
  return { kind: 'bytes', bytes: contentBytes(plan.seed, number, length) };
}

/** A UUID in the form of a version (RFC 9562 §5), from a small number. */
function uuid(number: number, version: 3 | 4 | 5): Uint8Array {
  const made = contentBytes(number, number, 16);
  made[6] = (version << 4) | ((made[6] as number) & 0x0f);
  made[8] = 0x80 | ((made[8] as number) & 0x3f);
  return made;
}

/** No planned recipient has this id. */
export const unknownUuid: Uint8Array = uuid(0x7f, 5);
