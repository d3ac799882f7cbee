/**
 * A scenario made of a user's own envelope: the recipient that it is meant for, as the manifest tells it.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import type { Signer } from '../cose/blocks.ts';
import { type CoseKey, isPrivate } from '../cose/key.ts';
import type { Payload } from '../device/delivery.ts';
import {
  type Component,
  type Content,
  type Recipient,
  type RecipientState,
  stateOf,
} from '../device/recipient.ts';
import type { Manifest } from '../suit/model.ts';
import { type EnvelopeParts, encode, partsOf } from '../suit/parts.ts';
import { readManifest } from '../suit/read.ts';
import { commands, parameters } from '../suit/registry.ts';
import { anchorOf, strangersOf } from './authentication.ts';
import { integratedIn, sectionsOf, unusable } from './given-sections.ts';
import { signerOfEnvelope } from './given-signer.ts';
import { needsOf } from './needs.ts';
import { schemes } from './plan.ts';
import type { Image, Scenario, ScenarioDelivery } from './scenario.ts';
import { contentOf, startWalk, type WalkState, walkProcedure } from './walk.ts';

export interface GivenOptions {
  /** The author's key; with its private part the author's attacks apply too. */
  readonly key: CoseKey;
  /** What its URIs resolve to; of the others, digest and size are assumed to be what the manifest states. */
  readonly payloads?: readonly { readonly uri: string; readonly bytes: Uint8Array }[];
}

/**
 * Update and boot, update, or boot: as much as the envelope has the commands for and the contents allow.
 *
 * Throws BenchError `envelope-unusable`, `key-does-not-fit` or `payload-mismatch`, with what is wrong.
 */
export function scenarioFromEnvelope(bytes: Uint8Array, options: GivenOptions): Scenario {
  const read = partsOf(bytes);
  if (!read.ok) throw unusable(read.problem.message);
  const { parts } = read;
  const manifest = readManifest(parts.manifest);
  if (!manifest.ok) throw unusable(manifest.problem.message);
  const signer = signerOfEnvelope(parts, options.key);

  const course = courseOf(manifest.manifest, parts, options);
  const recipient = recipientFor(manifest.manifest, course, signer);
  const deliveries = deliveriesFor(manifest.manifest, parts, recipient, course);
  return {
    family: 'given',
    recipient,
    deliveries,
    release: parts,
    signers: isPrivate(options.key) ? [signer] : [],
    strangers: strangersOf([signer]),
    images: imagesOf(course),
    needs: needsOf(
      parts,
      deliveries.map(({ delivery }) => delivery.event),
    ),
  };
}

/** Contents of each component's current slot. */
type Contents = readonly (Content | undefined)[];

/** What the walk found: the contents after each event that comes to its end. */
interface Course {
  readonly state: WalkState;
  readonly update?: Contents;
  readonly boot?: Contents;
}

function courseOf(manifest: Manifest, parts: EnvelopeParts, options: GivenOptions): Course {
  const { shared, gets, validate, boot: bootSections } = sectionsOf(parts);
  const offered = (options.payloads ?? []).map(({ uri, bytes }) => [uri, bytes] as const);
  const payloads = new Map([...offered, ...integratedIn(parts)]);
  const start = (assumes: boolean) => startWalk(manifest.components.length, { payloads, assumes });
  const boots = (state: WalkState): Partial<Course> =>
    bootSections && walkProcedure(state, shared, bootSections)
      ? { boot: state.components.map(contentOf) }
      : {};

  if (gets.length > 0) {
    // An empty recipient first: one that has the image already would have nothing to fetch.
    for (const assumes of [false, true]) {
      const state = start(assumes);
      if (walkProcedure(state, shared, [...gets, ...validate])) {
        return { state, update: state.components.map(contentOf), ...boots(state) };
      }
      const given = (options.payloads ?? []).filter(({ uri }) => state.fetched.has(uri));
      if (given.length > 0) throw mismatch(given.map(({ uri }) => uri));
    }
  }
  const state = start(true);
  const course = { state, ...boots(state) };
  if (course.boot !== undefined) return course;
  throw unusable(
    gets.length === 0 && bootSections === undefined
      ? 'it has no payload-fetch, install or invoke that could be run (severed elements must be in the envelope)'
      : 'neither an update nor a boot of it comes to its end on a recipient made for it',
  );
}

function recipientFor(manifest: Manifest, course: Course, signer: Signer): Recipient {
  const number = numberBefore(manifest, course);
  return {
    anchors: [anchorOf(signer)],
    policy: { kind: 'any' },
    components: manifest.components.map((identifier, i) => componentFor(identifier, course.state, i)),
    ...(number !== undefined && { sequenceNumber: number }),
    clock: { kind: 'none' },
    capabilities: {
      commands: commands.map((row) => row.code),
      parameters: parameters.map((row) => row.code),
      digests: [-16, -43, -44, -18, -45],
      schemes: [...new Set([...schemes, ...schemesOf(course.state)])],
    },
    deviceClass: 1,
  };
}

/**
 * An update is one above what is installed: whether an equal number with other content is taken is policy. A boot
 * is of the manifest that is installed.
 */
function numberBefore({ sequenceNumber }: Manifest, course: Course): bigint | undefined {
  if (sequenceNumber === 0n) return undefined;
  return course.update ? sequenceNumber - 1n : sequenceNumber;
}

function componentFor(identifier: Component['identifier'], { components }: WalkState, i: number): Component {
  const walked = components[i] as WalkState['components'][number];
  const current = walked.slot ?? 0;
  const slots = Array.from({ length: walked.slots }, () => empty);
  // Ids that the manifest checks for some components are the device's: those not checked have them too.
  const ids = (name: 'vendorIds' | 'pens' | 'classIds' | 'deviceIds') =>
    walked[name].length > 0 ? walked[name] : (components.find((one) => one[name].length > 0)?.[name] ?? []);
  const pens = ids('pens');
  const largest = Math.max(...components.map((one) => Number(one.largest)));
  return {
    identifier,
    vendorIds: ids('vendorIds'),
    ...(pens.length > 0 && { pens }),
    classIds: ids('classIds'),
    deviceIds: ids('deviceIds'),
    capacity: Math.max(1 << 16, 2 * largest),
    storage: 'variable',
    current,
    slots: slots.with(current, walked.initial ?? empty),
  };
}

function schemesOf({ fetched }: WalkState): string[] {
  return [...fetched.keys()].flatMap((uri) => /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase() ?? []);
}

const empty: Content = { kind: 'empty' };

function deliveriesFor(
  manifest: Manifest,
  parts: EnvelopeParts,
  recipient: Recipient,
  { state, update, boot }: Course,
): readonly ScenarioDelivery[] {
  const envelope = encode(parts);
  const holding = (now: Contents): RecipientState['contents'] =>
    recipient.components.map(({ slots, current }, i) => {
      const content = now[i];
      return content ? slots.with(current, content) : slots;
    });
  const deliveries: ScenarioDelivery[] = [];
  if (update) {
    const after = { sequenceNumber: manifest.sequenceNumber, installed: envelope, contents: holding(update) };
    const delivery = { event: 'update', envelope, payloads: networkOf(parts, state) } as const;
    deliveries.push({ delivery, after, level: 'installed', invokes: [] });
  }
  if (boot) {
    const after = { ...(deliveries[0]?.after ?? stateOf(recipient)), contents: holding(boot) };
    const delivery = { event: 'boot', envelope, payloads: [] } as const;
    deliveries.push({ delivery, after, level: 'invoked', invokes: state.invoked });
  }
  return deliveries;
}

/** What is fetched, the envelope's own payloads apart. */
function networkOf(parts: EnvelopeParts, state: WalkState): readonly Payload[] {
  const integrated = integratedIn(parts);
  return [...state.fetched].flatMap(([uri, content]): Payload[] =>
    integrated.has(uri) || content.kind === 'empty' ? [] : [{ uri, ...content }],
  );
}

function imagesOf({ state, update, boot }: Course): readonly Image[] {
  const contents = update ?? boot ?? [];
  if (update === undefined) {
    return contents.flatMap((content, i) => (content ? [imageOf(i, content)] : []));
  }
  // A staged image is in two components: it is that of the first, where it is installed.
  return [...state.fetched].map(([uri, content]) => ({
    ...imageOf(Math.max(0, contents.indexOf(content)), content),
    uri,
  }));
}

function imageOf(component: number, content: Content): Image {
  return {
    component,
    recipientComponent: component,
    ...(content.kind === 'bytes' && { bytes: content.bytes }),
  };
}

function mismatch(uris: readonly string[]): BenchError {
  return new BenchError(
    'payload-mismatch',
    `The update fails with the payloads given: is this what the manifest's digest is of? ${uris.join(', ')}`,
  );
}
