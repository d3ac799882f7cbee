/**
 * A scenario made of a user's own envelope: the recipient that it is meant for, as the manifest tells it.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { algorithms, fitsKey } from '../cose/algorithms.ts';
import type { Signer } from '../cose/blocks.ts';
import { type CoseKey, isPrivate, publicOf } from '../cose/key.ts';
import { strangerEd25519, strangerHmac, strangerP256 } from '../cose/test-keys.ts';
import type { Payload } from '../device/delivery.ts';
import type { Component, Content, Recipient, RecipientState } from '../device/recipient.ts';
import { stateOf } from '../device/recipient.ts';
import { type Section, sequenceOf } from '../suit/edit.ts';
import type { Command, Manifest } from '../suit/model.ts';
import { type EnvelopeParts, encode, partsOf } from '../suit/parts.ts';
import { readManifest, readSequence } from '../suit/read.ts';
import { commands, parameters } from '../suit/registry.ts';
import { needsOf } from './needs.ts';
import { schemes } from './plan.ts';
import type { Scenario, ScenarioDelivery } from './scenario.ts';
import { startWalk, type WalkState, walkProcedure } from './walk.ts';

export interface GivenOptions {
  /** The author's key; with its private part the author's attacks apply too. */
  readonly key: CoseKey;
  readonly payloads?: readonly { readonly uri: string; readonly bytes: Uint8Array }[];
}

/** Throws BenchError `envelope-unusable`, with what is missing. */
export function scenarioFromEnvelope(bytes: Uint8Array, options: GivenOptions): Scenario {
  const read = partsOf(bytes);
  if (!read.ok) throw unusable(read.problem.message);
  const { parts } = read;
  const manifest = readManifest(parts.manifest);
  if (!manifest.ok) throw unusable(manifest.problem.message);
  const state = startWalk(manifest.manifest.components.length, payloadMap(parts, options));
  const section = sectionReader(parts);
  const shared = section('shared') ?? [];

  const updateSections = [section('payloadFetch'), section('install'), section('validate')];
  const hasInstall = updateSections[0] !== undefined || updateSections[1] !== undefined;
  const updated = hasInstall && walkProcedure(state, shared, defined(updateSections));
  const afterUpdate = snapshot(state);
  const invoke = section('invoke');
  const bootSections = defined([section('validate'), section('load'), invoke]);
  const booted = invoke !== undefined && walkProcedure(state, shared, bootSections);
  if (!updated && !booted)
    throw unusable('neither an update nor a boot of it can succeed with the payloads at hand');

  const signer = signerFor(parts, options.key);
  const recipient = recipientFor(manifest.manifest, state, signer, options.key);
  const deliveries = deliveriesFor(manifest.manifest, parts, recipient, state, {
    update: updated ? afterUpdate : undefined,
    boot: booted ? snapshot(state) : undefined,
  });
  return {
    family: 'given',
    recipient,
    deliveries,
    release: parts,
    signers: isPrivate(options.key) ? [signer] : [],
    strangers: [strangerOf(signer)],
    images: [...state.fetched].map(([uri, content]) => {
      const component = Math.max(
        0,
        state.components.findIndex((one) => one.content === content),
      );
      return {
        component,
        recipientComponent: component,
        uri,
        ...(content.kind === 'bytes' && { bytes: content.bytes }),
      };
    }),
    needs: needsOf(
      parts,
      deliveries.map((one) => one.delivery.event),
    ),
  };
}

function unusable(why: string): BenchError {
  return new BenchError('envelope-unusable', `the envelope cannot be attacked: ${why}`);
}

function sectionReader(parts: EnvelopeParts): (section: Section) => readonly Command[] | undefined {
  return (section) => {
    const list = sequenceOf(parts, section);
    if (list === undefined) return undefined;
    const read = readSequence(list);
    if (!read.ok) throw unusable(`${section}: ${read.problem.message}`);
    return read.commands;
  };
}

function defined<T>(list: readonly (T | undefined)[]): T[] {
  return list.filter((one) => one !== undefined);
}

function payloadMap(parts: EnvelopeParts, options: GivenOptions): ReadonlyMap<string, Uint8Array> {
  const text = new TextDecoder();
  const integrated = parts.members.flatMap(([key, value]): [string, Uint8Array][] =>
    key.kind === 'tstr' && value.kind === 'bstr' ? [[text.decode(key.bytes), value.bytes]] : [],
  );
  return new Map([...(options.payloads ?? []).map(({ uri, bytes }) => [uri, bytes] as const), ...integrated]);
}

/** Contents of each component's current slot, as they now stand. */
function snapshot(state: WalkState): readonly (Content | undefined)[] {
  return state.components.map((component) => component.content ?? component.initial);
}

function recipientFor(manifest: Manifest, state: WalkState, signer: Signer, key: CoseKey): Recipient {
  return {
    anchors: [
      {
        ...(key.kid && { kid: key.kid }),
        key: publicOf(key),
        algorithms: [signer.algorithm],
        roles: ['author'],
      },
    ],
    policy: { kind: 'any' },
    components: manifest.components.map((identifier, i): Component => {
      const walked = state.components[i] as WalkState['components'][number];
      const current = walked.slot ?? 0;
      const slots = Array.from(
        { length: Math.max(walked.slots, 2 * Number(walked.slot !== undefined)) },
        () => empty,
      );
      return {
        identifier,
        vendorIds: walked.vendorIds,
        ...(walked.pens.length > 0 && { pens: walked.pens }),
        classIds: walked.classIds,
        deviceIds: walked.deviceIds,
        capacity: Math.max(1 << 16, 2 * Number(walked.largest)),
        storage: 'variable',
        current,
        slots: slots.with(current, walked.initial ?? empty),
      };
    }),
    // The number that is offered: an equal one must be accepted (draft §8.4.2 refuses lower ones).
    ...(manifest.sequenceNumber > 0n && { sequenceNumber: manifest.sequenceNumber }),
    clock: { kind: 'none' },
    capabilities: {
      commands: commands.map((command) => command.code),
      parameters: parameters.map((parameter) => parameter.code),
      digests: [-16, -43, -44, -18, -45],
      schemes,
    },
    deviceClass: 1,
  };
}

const empty: Content = { kind: 'empty' };

function deliveriesFor(
  manifest: Manifest,
  parts: EnvelopeParts,
  recipient: Recipient,
  state: WalkState,
  contents: Readonly<Record<'update' | 'boot', readonly (Content | undefined)[] | undefined>>,
): readonly ScenarioDelivery[] {
  const envelope = encode(parts);
  const payloads = [...state.fetched].map(([uri, content]): Payload => {
    if (content.kind === 'empty') return { uri, kind: 'bytes', bytes: new Uint8Array(0) };
    return { uri, ...content };
  });
  const holding = (now: readonly (Content | undefined)[]): RecipientState['contents'] =>
    recipient.components.map((component, i) => component.slots.with(component.current, now[i] ?? empty));
  const installed: RecipientState | undefined = contents.update && {
    sequenceNumber: manifest.sequenceNumber,
    installed: envelope,
    contents: holding(contents.update),
  };
  const update: ScenarioDelivery[] = installed
    ? [
        {
          delivery: { event: 'update', envelope, payloads },
          after: installed,
          level: 'installed',
          invokes: [],
        },
      ]
    : [];
  if (contents.boot === undefined) return update;
  const after = { ...(installed ?? stateOf(recipient)), contents: holding(contents.boot) };
  const boot: ScenarioDelivery = {
    delivery: { event: 'boot', envelope, payloads: [] },
    after,
    level: 'invoked',
    invokes: state.invoked,
  };
  return [...update, boot];
}

/** Signs as the envelope's first block does, or as the key's kind suggests. */
function signerFor(parts: EnvelopeParts, key: CoseKey): Signer {
  const used = needsOf(parts, []).algorithms.find((id) => fitsKey(id, key));
  const algorithm = used ?? algorithms.find((one) => one.supported && fitsKey(one.id, key))?.id;
  if (algorithm === undefined)
    throw new BenchError('key-kind', `no supported COSE algorithm fits a key of kind ${key.kty}`);
  return { key, algorithm, structure: key.kty === 'Symmetric' ? 'mac0' : 'sign1' };
}

function strangerOf(signer: Signer): Signer {
  const strangers = { EC2: strangerP256, OKP: strangerEd25519, Symmetric: strangerHmac } as const;
  const { kid: _kid, kidIn: _in, ...rest } = signer;
  return { ...rest, key: strangers[signer.key.kty] };
}
