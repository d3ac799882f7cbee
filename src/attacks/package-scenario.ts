/**
 * A scenario as RFC 4108 would have it: the image that the update brings, in a firmware package by the same author, for
 * the same device.
 *
 * @module
 */
import { encodePackage, type PackageParts, sealPackage } from '../cms/build.ts';
import { type FirmwareMetadata, hardwareOf, packageName, packageRevision } from '../cms/registry.ts';
import { type Ec2Key, publicOf } from '../cose/key.ts';
import type { Recipient, RecipientState } from '../device/recipient.ts';
import { stateOf } from '../device/recipient.ts';
import { before, type Needs, type Run, type RunStep, type Scenario } from '../scenarios/scenario.ts';
import type { Attacked, Expectation } from './attack.ts';
import { numberOf } from './history.ts';

/** What a verifier must claim for any of these attacks. */
export const packageNeeds: Needs = {
  revision: packageRevision,
  events: ['update'],
  commands: [],
  parameters: [],
  algorithms: [-7],
  digests: [-16],
  structures: [],
};

export interface PackageScenario {
  readonly recipient: Recipient;
  readonly author: Ec2Key;
  /** Not trusted. */
  readonly stranger: Ec2Key;
  readonly image: Uint8Array;
  readonly metadata: FirmwareMetadata & { readonly stale: bigint };
  readonly release: PackageParts;
  readonly control: Run;
}

const known = new WeakMap<Scenario, PackageScenario | null>();

/** The same object for the same scenario; undefined: no P-256 author, no image at hand, or a device without a class. */
export function packageScenario(scenario: Scenario): PackageScenario | undefined {
  const cached = known.get(scenario);
  if (cached !== undefined) return cached ?? undefined;
  const made = render(scenario);
  known.set(scenario, made ?? null);
  return made;
}

function render(scenario: Scenario): PackageScenario | undefined {
  const [signer] = scenario.signers;
  const [stranger] = scenario.strangers;
  const found = before(scenario, 'update');
  const version = numberOf(scenario);
  const image = scenario.images.find(({ bytes }) => bytes !== undefined);
  const component = image && found?.recipient.components[image.recipientComponent];
  const classId = component?.classIds.find((id) => id.length === 16);
  if (!isP256(signer?.key) || !isP256(stranger?.key) || !found || !image?.bytes || !component || !classId)
    return undefined;
  if (version === undefined || version < 1n || image.bytes.length > component.capacity) return undefined;
  const author = signer.key;
  const { componentSets: _sets, processing: _order, ...device } = found.recipient;
  const { running: _running, ...only } = component;
  const recipient: Recipient = {
    ...device,
    anchors: [{ key: publicOf(author) as Ec2Key, algorithms: [signer.algorithm], roles: ['author'] }],
    policy: { kind: 'any' },
    components: [only],
  };
  // A device's number is the first that the package before it left fresh, so each makes all before itself stale.
  const metadata = { name: packageName, version, stale: version - 1n, hardware: [hardwareOf(classId)] };
  const release = sealPackage(image.bytes, metadata, author);
  const made = { recipient, author, stranger: stranger.key, image: image.bytes, metadata, release };
  const control: Run = { recipient, steps: [stepOf(made, release, 'accept')] };
  return { ...made, control };
}

/** Delivers other bytes to the same device, in place of the author's package. */
export function deliverPackage(
  of: PackageScenario,
  changed: PackageParts | Uint8Array,
  expect?: Expectation,
): Attacked {
  const attacked: Run = { recipient: of.recipient, steps: [stepOf(of, changed, 'judged')] };
  return { control: of.control, attacked, ...(expect && { expect }), insteadNeeds: packageNeeds };
}

/** To another device: what a `must-accept` control was is delivered to it too. */
export function deliverTo(
  of: PackageScenario,
  recipient: Recipient,
  changed: PackageParts,
  expect?: Expectation,
): Attacked {
  const elsewhere = { ...of, recipient };
  return {
    control: of.control,
    attacked: { recipient, steps: [stepOf(elsewhere, changed, 'judged')] },
    ...(expect && { expect }),
    insteadNeeds: packageNeeds,
  };
}

function stepOf(
  { recipient, image, metadata }: Pick<PackageScenario, 'recipient' | 'image' | 'metadata'>,
  parts: PackageParts | Uint8Array,
  must: RunStep['must'],
): RunStep {
  const envelope = parts instanceof Uint8Array ? parts : encodePackage(parts);
  const before = stateOf(recipient);
  const after: RecipientState = {
    sequenceNumber: metadata.stale + 1n,
    installed: envelope,
    contents: before.contents.map((slots, c) =>
      c === 0 ? slots.with(recipient.components[0]?.current ?? 0, { kind: 'bytes', bytes: image }) : slots,
    ),
  };
  return { delivery: { event: 'update', envelope, payloads: [] }, must, after, level: 'installed' };
}

function isP256(key: unknown): key is Ec2Key {
  const { kty, crv } = (key ?? {}) as Partial<Ec2Key>;
  return kty === 'EC2' && crv === 'P-256';
}
