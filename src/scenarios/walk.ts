/**
 * A small model of what a release asks for: which ids it checks, which contents it finds, leaves and invokes.
 *
 * It follows digests, not bytes, and believes the manifest: a content that nothing has put in place is assumed
 * to be the one that is first asked for. It is no verifier and shares no code with one.
 *
 * @module
 */
import { equalBytes } from '../cbor/hex.ts';
import { digestOf } from '../cose/algorithms.ts';
import type { Content } from '../device/recipient.ts';
import type { Command, Parameters } from '../suit/model.ts';
import { commandCode as code } from '../suit/registry.ts';

export interface WalkedComponent {
  /** What must be in the current slot at the start; undefined: nothing asked. */
  initial?: Content;
  /** What is there now; undefined: what was there at the start. */
  content?: Content;
  /** The slot that the first component-slot condition asked for. */
  slot?: number;
  slots: number;
  largest: bigint;
  readonly vendorIds: Uint8Array[];
  readonly pens: Uint8Array[];
  readonly classIds: Uint8Array[];
  readonly deviceIds: Uint8Array[];
}

export interface WalkState {
  readonly components: readonly WalkedComponent[];
  readonly invoked: number[];
  /** What a URI resolves to, where its bytes are at hand. */
  readonly payloads: ReadonlyMap<string, Uint8Array>;
  /** URIs that are fetched, with what they must bring. */
  readonly fetched: Map<string, Content>;
}

export function startWalk(components: number, payloads: ReadonlyMap<string, Uint8Array>): WalkState {
  return {
    components: Array.from({ length: components }, () => ({
      slots: 1,
      largest: 0n,
      vendorIds: [],
      pens: [],
      classIds: [],
      deviceIds: [],
    })),
    invoked: [],
    payloads,
    fetched: new Map(),
  };
}

/** Does the procedure (its sections in order, the shared sequence before each) come to its end? */
export function walkProcedure(
  state: WalkState,
  shared: readonly Command[],
  sections: readonly (readonly Command[])[],
): boolean {
  const parameters: Parameters[] = state.components.map(() => ({}));
  return sections.every((section) =>
    [shared, section].every((sequence) => walk(sequence, { state, parameters, selected: [0] })),
  );
}

interface Frame {
  readonly state: WalkState;
  readonly parameters: Parameters[];
  selected: readonly number[];
}

function walk(sequence: readonly Command[], frame: Frame): boolean {
  return sequence.every((command) => step(command, frame));
}

function step(command: Command, frame: Frame): boolean {
  switch (command.kind) {
    case 'setComponentIndex': {
      const { index } = command;
      const all = frame.state.components.map((_, i) => i);
      frame.selected = index === true ? all : typeof index === 'object' ? index : [Number(index)];
      return frame.selected.every((i) => i < all.length);
    }
    case 'overrideParameters':
      for (const i of frame.selected) frame.parameters[i] = { ...frame.parameters[i], ...command.parameters };
      return true;
    case 'tryEach':
      return each(frame, (one) =>
        command.branches.some((branch) => branch === null || walk(branch, { ...frame, selected: [one] })),
      );
    case 'runSequence':
      return each(frame, (one) => {
        const inner = { ...frame, selected: [one] };
        return walk(command.commands, inner) || isSoft(command.commands);
      });
    case 'condition':
    case 'directive':
      return each(frame, (one) => perform(command.code, one, frame));
    default:
      return false;
  }
}

/** A run-sequence that sets soft-failure only halts when a condition fails. */
function isSoft(commands: readonly Command[]): boolean {
  return commands.some((c) => c.kind === 'overrideParameters' && c.parameters.softFailure === true);
}

function each(frame: Frame, act: (component: number) => boolean): boolean {
  return frame.selected.every(act);
}

function perform(of: number, index: number, { state, parameters }: Frame): boolean {
  const component = state.components[index];
  const set = parameters[index];
  if (component === undefined || set === undefined) return false;
  if (set.imageSize !== undefined && set.imageSize > component.largest) component.largest = set.imageSize;
  switch (of) {
    case code.vendorIdentifier:
      if (set.vendorId === undefined) return false;
      if (set.vendorId instanceof Uint8Array) component.vendorIds.push(set.vendorId);
      else component.pens.push(set.vendorId.pen);
      return true;
    case code.classIdentifier:
      return set.classId !== undefined && component.classIds.push(set.classId) > 0;
    case code.deviceIdentifier:
      return set.deviceId !== undefined && component.deviceIds.push(set.deviceId) > 0;
    case code.componentSlot: {
      const wanted = Number(set.componentSlot ?? -1n);
      component.slots = Math.max(component.slots, wanted + 1);
      component.slot ??= wanted;
      return component.slot === wanted;
    }
    case code.imageMatch:
      return imageMatches(component, set);
    case code.checkContent:
      return component.content?.kind === 'bytes' && set.content !== undefined
        ? equalBytes(component.content.bytes, set.content)
        : false;
    case code.write:
      if (set.content === undefined) return false;
      component.content = { kind: 'bytes', bytes: set.content };
      return true;
    case code.fetch:
      return fetches(component, set, state);
    case code.copy:
    case code.swap: {
      const source = state.components[Number(set.sourceComponent ?? -1n)];
      const content = source && contentOf(source);
      if (source === undefined || content === undefined) return false;
      const old = contentOf(component) ?? { kind: 'empty' };
      component.content = content;
      if (of === code.swap) source.content = old;
      return true;
    }
    case code.invoke:
      state.invoked.push(index);
      return true;
    default:
      return false;
  }
}

function contentOf(component: WalkedComponent): Content | undefined {
  return component.content ?? component.initial;
}

function imageMatches(component: WalkedComponent, set: Parameters): boolean {
  const wanted = set.imageDigest;
  if (wanted === undefined) return false;
  const assumed: Content = {
    kind: 'assumed',
    digest: wanted,
    ...(set.imageSize !== undefined && { size: set.imageSize }),
  };
  if (contentOf(component) === undefined) component.initial = assumed;
  const content = contentOf(component) as Content;
  if (content.kind === 'empty') return false;
  if (content.kind === 'bytes')
    return equalBytes(digestOf(wanted.algorithm, content.bytes) ?? new Uint8Array(0), wanted.bytes);
  return content.digest.algorithm === wanted.algorithm && equalBytes(content.digest.bytes, wanted.bytes);
}

function fetches(component: WalkedComponent, set: Parameters, state: WalkState): boolean {
  if (set.uri === undefined) return false;
  const bytes = state.payloads.get(set.uri);
  if (bytes === undefined && (set.imageDigest === undefined || set.uri.startsWith('#'))) return false;
  const content: Content = bytes
    ? { kind: 'bytes', bytes }
    : {
        kind: 'assumed',
        digest: set.imageDigest as NonNullable<Parameters['imageDigest']>,
        ...(set.imageSize !== undefined && { size: set.imageSize }),
      };
  component.content = content;
  state.fetched.set(set.uri, content);
  return true;
}
