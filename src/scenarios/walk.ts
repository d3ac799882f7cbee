/**
 * A small model of what a release asks for: which ids it checks, which contents it finds, leaves and invokes.
 *
 * It follows contents by their digests and takes every id for the recipient's own. It is no verifier and shares no
 * code with one.
 *
 * @module
 */

import { equalBytes } from '../cbor/hex.ts';
import { digestOf } from '../cose/algorithms.ts';
import type { Content, CustomCommand } from '../device/recipient.ts';
import type { Command, Parameters } from '../suit/model.ts';
import { commandCode as code } from '../suit/registry.ts';

export interface WalkedComponent {
  /** What is in the current slot at the start; undefined: nothing is known of it. */
  initial?: Content;
  /** What is there now; undefined: what was there at the start. */
  content?: Content;
  /** The current slot; where none is given, the first that a component-slot condition asks for. */
  slot?: number;
  slots: number;
  /** The largest image-size that is set. */
  largest: bigint;
  readonly vendorIds: Uint8Array[];
  readonly pens: Uint8Array[];
  readonly classIds: Uint8Array[];
  readonly deviceIds: Uint8Array[];
}

export interface WalkOptions {
  /** What a URI resolves to, where its bytes are at hand. */
  readonly payloads: ReadonlyMap<string, Uint8Array>;
  /** A content of which nothing is known is assumed to be the one that is first asked for. */
  readonly assumes: boolean;
  /** Private commands of the recipient. */
  readonly custom?: readonly CustomCommand[];
}

export interface WalkState extends WalkOptions {
  readonly components: readonly WalkedComponent[];
  readonly invoked: number[];
  /** URIs that are fetched, with what they bring. */
  readonly fetched: Map<string, Content>;
}

export function startWalk(components: number, options: WalkOptions): WalkState {
  return {
    ...options,
    components: Array.from({ length: components }, () => ({
      slots: 1,
      largest: 0n,
      vendorIds: [],
      pens: [],
      classIds: [],
      deviceIds: [],
    })),
    invoked: [],
    fetched: new Map(),
  };
}

/** What is in the component's current slot, as far as it is known. */
export function contentOf(component: WalkedComponent): Content | undefined {
  return component.content ?? component.initial;
}

/** Does the procedure (its sections in order, the shared sequence before each) come to its end? */
export function walkProcedure(
  state: WalkState,
  shared: readonly Command[],
  sections: readonly (readonly Command[])[],
): boolean {
  const parameters: Parameters[] = state.components.map(() => ({}));
  return sections.every((section) =>
    [shared, section].every(
      (sequence) => walk(sequence, { state, parameters, selected: [0], isSoft: false }) === 'done',
    ),
  );
}

interface Frame {
  readonly state: WalkState;
  readonly parameters: Parameters[];
  selected: readonly number[];
  /** The soft-failure parameter of this sequence (§8.4.8.15). */
  isSoft: boolean;
}

/** Conditions may fail softly, directives never (§6.4). */
type Step = 'done' | 'condition-failed' | 'directive-failed';

function walk(sequence: readonly Command[], frame: Frame): Step {
  return first(sequence, (command) => step(command, frame));
}

function first<T>(list: readonly T[], act: (one: T) => Step): Step {
  for (const one of list) {
    const result = act(one);
    if (result !== 'done') return result;
  }
  return 'done';
}

function step(command: Command, frame: Frame): Step {
  switch (command.kind) {
    case 'setComponentIndex': {
      const { index } = command;
      const all = frame.state.components.map((_, i) => i);
      frame.selected = index === true ? all : typeof index === 'object' ? index : [Number(index)];
      return frame.selected.every((i) => i < all.length) ? 'done' : 'directive-failed';
    }
    case 'overrideParameters':
      for (const i of frame.selected) {
        frame.parameters[i] = merged(frame.parameters[i] ?? {}, command.parameters);
      }
      frame.isSoft = command.parameters.softFailure ?? frame.isSoft;
      return 'done';
    case 'tryEach':
      return first(frame.selected, (one) => tryEach(command.branches, { ...frame, selected: [one] }));
    case 'runSequence':
      return first(frame.selected, (one) => {
        const inner = { ...frame, selected: [one], isSoft: false };
        const result = walk(command.commands, inner);
        return result === 'condition-failed' && inner.isSoft ? 'done' : result;
      });
    case 'condition':
      return first(frame.selected, (one) => (holds(command.code, one, frame) ? 'done' : 'condition-failed'));
    case 'directive':
      return first(frame.selected, (one) =>
        succeeds(command.code, one, frame) ? 'done' : 'directive-failed',
      );
    case 'custom':
      return first(frame.selected, (one) => custom(command.code, one, frame));
    case 'unknown':
      return 'directive-failed';
  }
}

function merged(old: Parameters, set: Parameters): Parameters {
  const custom = [
    ...(old.custom ?? []).filter(([key]) => !set.custom?.some(([k]) => k === key)),
    ...(set.custom ?? []),
  ];
  return { ...old, ...set, ...(custom.length > 0 && { custom }) };
}

function custom(code: number, index: number, { state, parameters }: Frame): Step {
  const has = state.custom?.find((one) => one.code === code);
  const value = parameters[index]?.custom?.find(([key]) => key === has?.parameter)?.[1];
  const component = state.components[index];
  if (has === undefined || component === undefined || value?.kind !== 'bstr') return 'directive-failed';
  if (has.does === 'check')
    return has.bytes && equalBytes(has.bytes, value.bytes) ? 'done' : 'condition-failed';
  component.content = { kind: 'bytes', bytes: value.bytes };
  return 'done';
}

function tryEach(branches: readonly (readonly Command[] | null)[], frame: Frame): Step {
  countSlots(branches, frame);
  for (const branch of branches) {
    if (branch === null) return 'done';
    const inner = { ...frame, isSoft: true };
    const result = walk(branch, inner);
    if (result !== 'condition-failed' || !inner.isSoft) return result;
  }
  return 'condition-failed';
}

/** Most slots of a component that are believed. */
const mostSlots = 16;

/** Slots that only the branches not taken speak of are there all the same. */
function countSlots(branches: readonly (readonly Command[] | null)[], { state, selected }: Frame): void {
  for (const command of branches.flatMap((branch) => branch ?? [])) {
    const slot = command.kind === 'overrideParameters' ? command.parameters.componentSlot : undefined;
    if (slot === undefined || slot >= BigInt(mostSlots)) continue;
    for (const i of selected) {
      const component = state.components[i];
      if (component) component.slots = Math.max(component.slots, Number(slot) + 1);
    }
  }
}

function holds(condition: number, index: number, { state, parameters }: Frame): boolean {
  const component = state.components[index];
  const set = parameters[index];
  if (component === undefined || set === undefined) return false;
  switch (condition) {
    case code.vendorIdentifier:
      if (set.vendorId === undefined) return false;
      if (set.vendorId instanceof Uint8Array) note(component.vendorIds, set.vendorId);
      else note(component.pens, set.vendorId.pen);
      return true;
    case code.classIdentifier:
      return note(component.classIds, set.classId);
    case code.deviceIdentifier:
      return note(component.deviceIds, set.deviceId);
    case code.componentSlot: {
      if (set.componentSlot === undefined) return false;
      const wanted = Number(set.componentSlot);
      if (wanted >= mostSlots) return false;
      component.slots = Math.max(component.slots, wanted + 1);
      component.slot ??= wanted;
      return component.slot === wanted;
    }
    case code.imageMatch:
      return imageMatches(component, set, state);
    case code.checkContent: {
      const content = contentOf(component);
      if (content?.kind === 'empty') return set.content?.length === 0;
      return content?.kind === 'bytes' && set.content !== undefined && equalBytes(content.bytes, set.content);
    }
    default:
      return false;
  }
}

/** Adds an id once; false if there is none to add. */
function note(ids: Uint8Array[], id: Uint8Array | undefined): boolean {
  if (id === undefined) return false;
  if (!ids.some((known) => equalBytes(known, id))) ids.push(id);
  return true;
}

function imageMatches(component: WalkedComponent, set: Parameters, { assumes }: WalkState): boolean {
  const wanted = set.imageDigest;
  if (wanted === undefined) return false;
  if (set.imageSize !== undefined && set.imageSize > component.largest) component.largest = set.imageSize;
  const assumed = assumedContent(set);
  if (assumes && contentOf(component) === undefined && assumed) component.initial = assumed;
  const content = contentOf(component);
  if (content === undefined || content.kind === 'empty') return false;
  if (content.kind === 'bytes') {
    const isAsLong = set.imageSize === undefined || set.imageSize === BigInt(content.bytes.length);
    return (
      isAsLong && equalBytes(digestOf(wanted.algorithm, content.bytes) ?? new Uint8Array(0), wanted.bytes)
    );
  }
  return content.digest.algorithm === wanted.algorithm && equalBytes(content.digest.bytes, wanted.bytes);
}

/** The content that the parameters describe, without its bytes. */
function assumedContent({ imageDigest, imageSize }: Parameters): Content | undefined {
  if (imageDigest === undefined) return undefined;
  return { kind: 'assumed', digest: imageDigest, ...(imageSize !== undefined && { size: imageSize }) };
}

function succeeds(directive: number, index: number, { state, parameters }: Frame): boolean {
  const component = state.components[index];
  const set = parameters[index];
  if (component === undefined || set === undefined) return false;
  switch (directive) {
    case code.write:
      if (set.content === undefined) return false;
      component.content = { kind: 'bytes', bytes: set.content };
      return true;
    case code.fetch:
      return fetches(component, set, state);
    case code.copy:
    case code.swap: {
      const source = state.components[Number(set.sourceComponent ?? -1n)];
      const content = source && sourceContent(source, set, state);
      if (source === undefined || content === undefined || content.kind === 'empty') return false;
      const old = contentOf(component) ?? { kind: 'empty' };
      component.content = content;
      if (directive === code.swap) source.content = old;
      return true;
    }
    case code.invoke:
      state.invoked.push(index);
      return true;
    default:
      return false;
  }
}

function sourceContent(
  source: WalkedComponent,
  set: Parameters,
  { assumes }: WalkState,
): Content | undefined {
  const assumed = assumedContent(set);
  if (assumes && contentOf(source) === undefined && assumed) source.initial = assumed;
  return contentOf(source);
}

function fetches(component: WalkedComponent, set: Parameters, state: WalkState): boolean {
  if (set.uri === undefined) return false;
  const bytes = state.payloads.get(set.uri);
  // A fragment names a payload of the envelope (§7.5): where it is not there, nothing can be assumed of it.
  const content: Content | undefined = bytes
    ? { kind: 'bytes', bytes }
    : set.uri.startsWith('#')
      ? undefined
      : assumedContent(set);
  if (content === undefined) return false;
  component.content = content;
  state.fetched.set(set.uri, content);
  return true;
}
