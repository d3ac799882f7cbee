/**
 * Attacks on sizes: more bytes than the image, and more than the component holds (draft §6.3, §8.4.8.7, §8.4.9.2).
 *
 * @module
 */
import fc from 'fast-check';
import type { Payload } from '../device/delivery.ts';
import type { Recipient } from '../device/recipient.ts';
import { before } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { encode } from '../suit/parts.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { deliverEnvelope, fetchedImages, onDevice } from './deliver.ts';
import { withBytes, withComponent } from './device-change.ts';
import { eitherAnswer, mustReject, shouldReject } from './expectation.ts';
import { twins } from './twin.ts';

const completeDigest = { doc: 'information-model', section: '4.3.15' } as const;
const notInvoked = { level: 'invoked', prohibits: [{ kind: 'invoke' }] } as const;

const extras = {
  'way-variable': eitherAnswer(['size-mismatch', 'image-mismatch'], completeDigest, {
    prohibits: [{ kind: 'other-state' }],
  }),
  'way-fixed': eitherAnswer(['size-mismatch', 'image-mismatch'], completeDigest),
  'slot-variable': mustReject(['size-mismatch', 'image-mismatch'], manifest('8.4.9.2'), notInvoked),
  'slot-fixed': shouldReject(['size-mismatch', 'image-mismatch'], completeDigest, { level: 'invoked' }),
} as const;

/** More bytes follow the image, on the way or in the slot that is booted. */
export const extra: Attack<{ where: 'way' | 'slot'; length: number }> = {
  id: 'image.extra',
  handle: 'K03',
  group: 'K',
  family: 'image',
  change: 'let more bytes follow the image, on the way or in storage before the boot',
  by: ['network', 'device'],
  threats: ['THREAT.IMG.EXTRA'],
  violates: ['REQ.SEC.IMG.COMPLETE_DIGEST', 'REQ.SEC.AUTH.EXEC'],
  expects: [extras['slot-variable'], extras['slot-fixed'], extras['way-variable'], extras['way-fixed']],
  on: { features: ['network', 'boot-after-update', 'flat'] },
  choice: fc.record({ where: fc.constantFrom('slot', 'way'), length: fc.integer({ min: 1, max: 64 }) }),
  apply(scenario, { where, length }) {
    const image = where === 'way' ? fetchedImages(scenario)[0] : scenario.images[0];
    const at = image?.recipientComponent ?? -1;
    const storage = scenario.recipient.components[at]?.storage;
    if (image?.bytes === undefined || storage === undefined) return undefined;
    const longer = (bytes: Uint8Array) => Uint8Array.from([...bytes, ...new Uint8Array(length).fill(0xee)]);
    const expect = extras[`${where}-${storage}`];
    if (where === 'slot') {
      const change = (recipient: Recipient) =>
        withBytes(recipient, at, (bytes) => ({ kind: 'bytes', bytes: longer(bytes) }));
      return onDevice(scenario, change, { event: 'boot', expect });
    }
    const bytes = longer(image.bytes);
    const payloads = before(scenario, 'update')?.delivery.delivery.payloads.map(
      (payload): Payload => (payload.uri === image.uri ? { uri: image.uri, kind: 'bytes', bytes } : payload),
    );
    return deliverEnvelope(scenario, encode(scenario.release), {
      event: 'update',
      expect,
      ...(payloads && { payloads }),
    });
  },
};

/** A payload in the envelope is larger than the slot that it is for. */
export const largePayload: Attack<{ by: number }> = {
  id: 'fetch.integrated.large',
  handle: 'L14',
  group: 'L',
  family: 'payload',
  change: 'deliver an integrated payload that is larger than the slot of its component',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC', 'REQ.USE.PAYLOAD'],
  expects: [
    mustReject(['limit-size', 'size-mismatch', 'directive-failed'], manifest('6.3'), { level: 'installed' }),
  ],
  on: { features: ['integrated', 'update'] },
  choice: fc.record({ by: fc.integer({ min: 1, max: 300 }) }),
  apply(scenario, { by }) {
    const image = scenario.images.find(({ uri }) => uri?.startsWith('#'));
    const size = image?.bytes?.length;
    if (image === undefined || size === undefined || scenario.needs.commands.includes(code.swap))
      return undefined;
    const holding = (capacity: number) => (recipient: Recipient) =>
      withComponent(recipient, image.recipientComponent, (component) => {
        // The other slots must hold what is in them.
        const least = component.slots.reduce(
          (most, slot, i) =>
            slot.kind === 'bytes' && i !== component.current ? Math.max(most, slot.bytes.length) : most,
          0,
        );
        if (least > capacity) return undefined;
        return { ...component, capacity, slots: component.slots.with(component.current, { kind: 'empty' }) };
      });
    return twins(scenario, {
      event: 'update',
      control: { recipient: holding(size) },
      attacked: { recipient: holding(Math.max(0, size - by)) },
    });
  },
};

export const imageSizeAttacks: readonly AnyAttack[] = [extra, largePayload];
