/**
 * Attacks on sizes: more bytes than the image, and more than the component holds (draft §6.3, §8.4.8.7, §8.4.9.2).
 *
 * @module
 */
import fc from 'fast-check';
import { int } from '../cbor/item.ts';
import type { Recipient } from '../device/recipient.ts';
import type { Image } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { withParameter } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { deliverEnvelope, fetchedImages, onDevice } from './deliver.ts';
import { withBytes, withComponent } from './device-change.ts';
import { eitherAnswer, mustReject, shouldReject } from './expectation.ts';
import { answering } from './fetch-uri.ts';
import { twins } from './twin.ts';

const isImage = { group: 'K', family: 'image' } as const;
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
    return deliverEnvelope(scenario, scenario.release, {
      event: 'update',
      expect,
      payloads: answering(scenario, image.uri ?? '', { uri: image.uri ?? '', kind: 'bytes', bytes }),
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
    return twins(scenario, {
      event: 'update',
      control: { recipient: holding(image, size) },
      attacked: { recipient: holding(image, Math.max(0, size - by)) },
    });
  },
};

/** The digest fits; the size is another one. */
export const oddSize: Attack<{ by: number }> = {
  ...isImage,
  id: 'image.size.odd',
  handle: 'K04',
  change: 'give an image-size that is larger or smaller than the image, or 0',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [
    eitherAnswer(['size-mismatch'], { doc: 'information-model', section: '3.14' }, { level: 'installed' }),
  ],
  on: { features: ['network', 'update', 'sized'] },
  choice: fc.record({ by: fc.oneof(fc.integer({ min: -8, max: -1 }), fc.integer({ min: 1, max: 8 })) }),
  apply: (scenario, { by }) =>
    twins(scenario, {
      event: 'update',
      attacked: {
        release: (parts) =>
          withSize(parts, (size) => {
            const changed = size + BigInt(by);
            return changed < 0n ? 0n : changed;
          }),
      },
    }),
};

const tooLarge = mustReject(['limit-size', 'size-mismatch'], manifest('6.3'), { level: 'installed' });
const onlyClaimed = eitherAnswer(['limit-size', 'size-mismatch'], manifest('6.3'), {
  level: 'installed',
  prohibits: [{ kind: 'other-state' }],
});
const hugeSizes = { '2^32': 2n ** 32n, '2^53': 2n ** 53n, '2^64-1': 2n ** 64n - 1n } as const;

/** The image is larger than its slot, or is only said to be. */
export const hugeSize: Attack<{ size: keyof typeof hugeSizes | 'payload' }> = {
  ...isImage,
  id: 'image.size.huge',
  handle: 'K05',
  change: 'offer an image that is larger than its slot, or give one that fits an image-size far above it',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [tooLarge, onlyClaimed],
  on: { features: ['network', 'update', 'sized'] },
  choice: fc.record({
    size: fc.constantFrom<keyof typeof hugeSizes | 'payload'>('payload', 'payload', '2^32', '2^53', '2^64-1'),
  }),
  apply(scenario, { size }) {
    if (size !== 'payload') {
      const release = (parts: EnvelopeParts) => withSize(parts, () => hugeSizes[size]);
      return twins(scenario, { event: 'update', attacked: { release }, expect: onlyClaimed });
    }
    const [image] = fetchedImages(scenario);
    if (image === undefined || scenario.needs.commands.includes(code.swap)) return undefined;
    return twins(scenario, {
      event: 'update',
      control: { recipient: holding(image, image.bytes.length) },
      attacked: { recipient: holding(image, image.bytes.length - 1) },
      expect: tooLarge,
    });
  },
};

export const imageSizeAttacks: readonly AnyAttack[] = [extra, largePayload, oddSize, hugeSize];

/** The recipient with an empty slot of this capacity for the image; undefined: other slots hold more. */
function holding(image: Image, capacity: number) {
  return (recipient: Recipient) =>
    withComponent(recipient, image.recipientComponent, (component) => {
      const isHeld = component.slots.every(
        (slot, i) => i === component.current || slot.kind !== 'bytes' || slot.bytes.length <= capacity,
      );
      const slots = component.slots.with(component.current, { kind: 'empty' });
      return isHeld ? { ...component, capacity, slots } : undefined;
    });
}

function withSize(parts: EnvelopeParts, change: (size: bigint) => bigint): EnvelopeParts | undefined {
  const changed = withParameter(parts, parameterKey.imageSize, (value) =>
    value.kind === 'uint' ? int(change(value.value)) : value,
  );
  return changed === parts ? undefined : changed;
}
