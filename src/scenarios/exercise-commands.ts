/**
 * The commands of exercises.
 *
 * @module
 */

import { fromHex } from '../cbor/hex.ts';
import { bstr, int } from '../cbor/item.ts';
import type { Command, Index, Parameters } from '../suit/model.ts';
import { commandCode as code } from '../suit/registry.ts';
import { digestFor, nested, type Writer } from './command-writer.ts';
import {
  type Bytes,
  bytesFor,
  type Exercise,
  type ExerciseSection,
  exerciseUri,
  hasEffects,
  partsOf,
  plainLength,
} from './exercise.ts';
import { idsOf, indexOf, unknownUuid } from './layout.ts';

type Of<K extends Exercise['kind']> = Extract<Exercise, { readonly kind: K }>;

/** An exercise where it stands: its number in the plan, its components in the manifest, its bytes. */
interface Stand {
  readonly write: Writer;
  readonly number: number;
  readonly parts: number;
  readonly effects: boolean;
  readonly bytes: Bytes;
  /** Index into the manifest's components. */
  at(part: number): number;
  select(part: number): readonly Command[];
}

/** The commands of all exercises of a section, in the plan's order. */
export function exerciseCommands(write: Writer, section: ExerciseSection): readonly Command[] {
  const { plan } = write;
  return (plan.exercises ?? []).flatMap((exercise, number) => {
    if (exercise.section !== section) return [];
    const first = indexOf(plan, 'exercise', number);
    const bytes = bytesFor(plan.seed, number);
    return commandsOf(exercise, {
      write,
      number,
      parts: partsOf(exercise, bytes).length,
      effects: hasEffects(exercise),
      bytes,
      at: (part) => first + part,
      select: (part) => write.select(first + part),
    });
  });
}

function commandsOf(exercise: Exercise, stand: Stand): readonly Command[] {
  switch (exercise.kind) {
    case 'check':
      return [...stand.select(0), ...check(exercise, stand)];
    case 'slot': {
      const { write } = stand;
      const set = write.override({ componentSlot: BigInt(exercise.slot) });
      return [...stand.select(0), ...set, write.condition(code.componentSlot)];
    }
    case 'abort':
      return [...stand.select(0), ...abort(exercise, stand)];
    case 'address':
      return address(exercise, stand);
    case 'try':
      return [...stand.select(0), tryEach(exercise, stand)];
    case 'try-apart':
      return [...stand.write.select(all(stand)), tryApart(exercise, stand)];
    case 'run':
      return run(exercise, stand);
    case 'override':
      return override(exercise, stand);
    case 'fetch':
      return [...stand.select(0), ...fetch(exercise, stand)];
    case 'write':
      return [...stand.select(0), ...put(stand, stand.bytes(0, exercise.size))];
    case 'copy':
      return copy(exercise, stand);
    case 'swap':
      return swap(exercise, stand);
    case 'order':
      return order(exercise, stand);
    case 'custom':
      return [...stand.select(0), ...custom(exercise, stand)];
    case 'helper':
      return [...stand.select(0), ...helper(exercise, stand)];
  }
}

function all(stand: Stand): readonly number[] {
  return Array.from({ length: stand.parts }, (_, part) => stand.at(part));
}

/** The harmless end of a branch or sequence: writes the content; in the shared sequence, checks what is there. */
function put(stand: Stand, content: Uint8Array, before = stand.bytes(8, plainLength)): readonly Command[] {
  const { write } = stand;
  const set = write.override({ content: stand.effects ? content : before });
  const store = stand.effects ? [write.directive(code.write)] : [];
  return [...set, ...store, write.condition(code.checkContent)];
}

/** What must never be run: it would leave another content. In the shared sequence, a check that would fail. */
function spoil(stand: Stand): readonly Command[] {
  const { write } = stand;
  const last = stand.effects ? write.directive(code.write) : write.condition(code.checkContent);
  return [...write.override({ content: stand.bytes(7, plainLength) }), last];
}

function facts(stand: Stand, image: Uint8Array): Parameters {
  return { imageDigest: digestFor(stand.write.plan, image), imageSize: BigInt(image.length) };
}

function check({ how, size }: Of<'check'>, { write, bytes }: Stand): readonly Command[] {
  const held = bytes(8, how === 'empty' ? 0 : size);
  if (how === 'content' || how === 'empty')
    return [...write.override({ content: held }), write.condition(code.checkContent)];
  const imageDigest = digestFor(write.plan, held);
  const wanted = how === 'sized' ? { imageDigest, imageSize: BigInt(size) } : { imageDigest };
  return [...write.override(wanted), write.condition(code.imageMatch)];
}

function abort({ inside }: Of<'abort'>, stand: Stand): readonly Command[] {
  const { write } = stand;
  const into = nested(write, stand.at(0));
  const stop = write.condition(code.abort);
  if (inside === 'try-each') {
    const [first, second] = [
      [...into, stop, ...spoil(stand)],
      [...into, ...put(stand, stand.bytes(0, plainLength))],
    ];
    return [{ kind: 'tryEach', branches: [first, second] }];
  }
  const soft = write.override({ softFailure: true });
  const halted: Command = { kind: 'runSequence', commands: [...into, ...soft, stop, ...spoil(stand)] };
  const held = write.override({ content: stand.bytes(8, plainLength) });
  return [halted, ...held, write.condition(code.checkContent)];
}

// Draft §6.5.
function address({ form, turn }: Of<'address'>, stand: Stand): readonly Command[] {
  const { write, bytes, parts } = stand;
  const before = (part: number) => bytes(8 + part, plainLength);
  if (form === 'true') {
    const set = write.override({ fetchArguments: bytes(6, 3) });
    const soft = write.override({ softFailure: true });
    const halted = [...soft, write.condition(code.abort), ...spoil(stand)];
    const run: Command = { kind: 'runSequence', commands: halted };
    const tried: Command = { kind: 'tryEach', branches: [[write.condition(code.abort)], null] };
    return [
      ...write.select(true),
      ...set,
      run,
      tried,
      ...stand.select(0),
      ...put(stand, bytes(0, plainLength)),
    ];
  }
  const each = Array.from({ length: parts }, (_, part) => part);
  if (form === 'integer')
    return each.flatMap((part) => [
      ...stand.select(part),
      ...put(stand, bytes(part, plainLength), before(part)),
    ]);
  const turned = each.map((_, i) => stand.at((i * (turn % 2 === 0 ? 1 : parts - 1) + turn) % parts));
  const set = each.flatMap((part) => [
    ...stand.select(part),
    ...write.override({ content: stand.effects ? bytes(part, plainLength) : before(part) }),
  ]);
  const store = stand.effects ? [write.directive(code.write)] : [];
  return [...set, ...write.select(turned), ...store, write.condition(code.checkContent)];
}

// Draft §8.4.10.2.
function tryEach({ branches, winner, depth }: Of<'try'>, stand: Stand): Command {
  const { write, bytes } = stand;
  const into = nested(write, stand.at(0));
  const branch = (i: number): readonly Command[] => {
    const end = put(stand, bytes(i, plainLength));
    if (winner === 'nil' || i < winner) {
      const stop =
        i % 2 === 0
          ? [write.condition(code.abort)]
          : [...write.override({ content: bytes(7, plainLength) }), write.condition(code.checkContent)];
      return [...into, ...stop, ...end];
    }
    return i === winner ? [...into, ...deeper(write, into, end, depth)] : [...into, ...end];
  };
  const made = Array.from({ length: branches }, (_, i) => branch(i));
  return { kind: 'tryEach', branches: winner === 'nil' ? [...made, null] : made };
}

function deeper(
  write: Writer,
  into: readonly Command[],
  end: readonly Command[],
  depth: number,
): readonly Command[] {
  if (depth === 0) return end;
  const inner = deeper(write, into, end, depth - 1);
  const branches = [
    [...into, write.condition(code.abort)],
    [...into, ...inner],
  ];
  return [{ kind: 'tryEach', branches }];
}

function tryApart({ branches }: Of<'try-apart'>, stand: Stand): Command {
  const { write, bytes } = stand;
  return {
    kind: 'tryEach',
    branches: Array.from({ length: branches }, (_, i) => [
      ...write.override({ componentSlot: BigInt(i) }),
      write.condition(code.componentSlot),
      ...put(stand, bytes(i, plainLength), bytes(8 + i, plainLength)),
    ]),
  };
}

// Draft §8.4.10.8.
function run({ depth, soft, each }: Of<'run'>, stand: Stand): readonly Command[] {
  const { write, bytes } = stand;
  const parts = Array.from({ length: stand.parts }, (_, part) => part);
  const into = each ? [] : nested(write, stand.at(0));
  const halted: Command = {
    kind: 'runSequence',
    commands: [
      ...into,
      ...write.override({ softFailure: true, content: bytes(6, plainLength) }),
      write.condition(code.checkContent),
      ...spoil(stand),
    ],
  };
  const sequence = (end: readonly Command[], left: number): Command => ({
    kind: 'runSequence',
    commands: [...into, ...(left === 0 ? [...(soft ? [halted] : []), ...end] : [sequence(end, left - 1)])],
  });
  if (!each) return [...stand.select(0), sequence(put(stand, bytes(0, plainLength)), depth)];
  // The index is preset: the sequences select nothing (draft §6.5).
  const set = parts.flatMap((part) => [
    ...stand.select(part),
    ...write.override({
      content: stand.effects ? bytes(part, plainLength) : bytes(8 + part, plainLength),
    }),
  ]);
  const store = stand.effects ? [write.directive(code.write)] : [];
  const gone: Command = {
    kind: 'runSequence',
    commands: [
      ...write.override({ softFailure: true }),
      write.condition(code.abort),
      write.condition(code.imageMatch),
    ],
  };
  const end = [...(soft ? [gone] : []), ...store, write.condition(code.checkContent)];
  const apart = (left: number): Command => ({
    kind: 'runSequence',
    commands: left === 0 ? end : [apart(left - 1)],
  });
  return [...set, ...write.select(all(stand)), apart(depth)];
}

// Draft §8.4.10.3.
function override(exercise: Of<'override'>, stand: Stand): readonly Command[] {
  const { write } = stand;
  const { wrong, right, uses } = replacement(exercise, stand);
  const index: Index = stand.parts === 2 ? all(stand) : stand.at(0);
  const decoys = Array.from({ length: exercise.decoys }, () => write.override(wrong)).flat();
  const bundle = exercise.bundle ? { ...idParameters(stand), ...right } : right;
  return [...write.select(index), ...decoys, ...write.override(bundle), ...uses];
}

function idParameters(stand: Stand): Parameters {
  const { classIds, deviceIds, vendorIds } = idsOf(stand.write.plan, stand.at(0));
  const [vendorId, classId, deviceId] = [vendorIds.at(-1), classIds.at(-1), deviceIds.at(-1)];
  return { ...(vendorId && { vendorId }), ...(classId && { classId }), ...(deviceId && { deviceId }) };
}

interface Replacement {
  readonly wrong: Parameters;
  readonly right: Parameters;
  /** What uses the parameter. */
  readonly uses: readonly Command[];
}

function replacement({ parameter }: Of<'override'>, stand: Stand): Replacement {
  const { write, bytes, number } = stand;
  const ids = idParameters(stand);
  const held = bytes(8, plainLength);
  const payload = bytes(0, plainLength);
  const uri = `https://example.com/exercise-${number}.bin`;
  const match = write.condition(code.imageMatch);
  const fetched = [write.directive(code.fetch), match];
  switch (parameter) {
    case 'vendorId':
    case 'classId':
    case 'deviceId': {
      const id = ids[parameter];
      const asked = {
        vendorId: code.vendorIdentifier,
        classId: code.classIdentifier,
        deviceId: code.deviceIdentifier,
      }[parameter];
      const right = id ? { [parameter]: id } : {};
      return { wrong: { [parameter]: unknownUuid }, right, uses: [write.condition(asked)] };
    }
    case 'imageDigest':
      return { wrong: facts(stand, payload), right: facts(stand, held), uses: [match] };
    case 'imageSize': {
      const right = facts(stand, held);
      return { wrong: { ...right, imageSize: 1n }, right, uses: [match] };
    }
    case 'componentSlot':
      return {
        wrong: { componentSlot: 0n },
        right: { componentSlot: 1n },
        uses: [write.condition(code.componentSlot)],
      };
    case 'content':
      return {
        wrong: { content: bytes(7, plainLength) },
        right: { content: stand.effects ? payload : held },
        uses: actOnContent(stand),
      };
    case 'uri':
      return {
        wrong: { uri: 'https://example.com/nothing' },
        right: { ...facts(stand, payload), uri },
        uses: fetched,
      };
    case 'fetchArguments': {
      const right = { ...facts(stand, payload), uri, fetchArguments: bytes(6, 2) };
      return { wrong: { fetchArguments: bytes(7, 4) }, right, uses: fetched };
    }
    case 'sourceComponent':
      return {
        wrong: { sourceComponent: BigInt(stand.at(2)) },
        right: { ...facts(stand, bytes(9, plainLength)), sourceComponent: BigInt(stand.at(1)) },
        uses: [write.directive(code.copy), match],
      };
    case 'invokeArguments':
      return {
        wrong: { invokeArguments: bytes(7, 4) },
        right: { ...facts(stand, held), invokeArguments: bytes(6, 3) },
        uses: [match, write.directive(code.invoke)],
      };
  }
}

function actOnContent({ write, effects }: Stand): readonly Command[] {
  return [...(effects ? [write.directive(code.write)] : []), write.condition(code.checkContent)];
}

function fetch(exercise: Of<'fetch'>, stand: Stand): readonly Command[] {
  const { write, bytes, number } = stand;
  const known = facts(stand, bytes(0, exercise.size));
  const given = exercise.arguments;
  const set: Parameters = {
    uri: exerciseUri(exercise, number),
    ...(given !== undefined && { fetchArguments: fromHex(given) }),
  };
  const [fetching, match] = [write.directive(code.fetch), write.condition(code.imageMatch)];
  if (exercise.late) return [...write.override(set), fetching, ...write.override(known), match];
  return [...write.override({ ...known, ...set }), fetching, match];
}

function copy({ targets, size }: Of<'copy'>, stand: Stand): readonly Command[] {
  const { write, bytes } = stand;
  const index: Index = targets === 1 ? stand.at(1) : [stand.at(1), stand.at(2)];
  const set = { ...facts(stand, bytes(8, size)), sourceComponent: BigInt(stand.at(0)) };
  return [
    ...write.select(index),
    ...write.override(set),
    write.directive(code.copy),
    write.condition(code.imageMatch),
  ];
}

function swap({ section }: Of<'swap'>, stand: Stand): readonly Command[] {
  const { write, bytes } = stand;
  const content = (part: number) => write.override({ content: bytes(8 + part, plainLength) });
  const once = (part: number): readonly Command[] => [
    write.directive(code.swap),
    ...content(part),
    write.condition(code.checkContent),
  ];
  const set = write.override({ sourceComponent: BigInt(stand.at(1)) });
  return [...stand.select(0), ...set, ...once(1), ...(section === 'validate' ? once(0) : [])];
}

// Draft §6.7.
function order({ form }: Of<'order'>, stand: Stand): readonly Command[] {
  const { write, bytes } = stand;
  const parts = Array.from({ length: stand.parts }, (_, part) => part);
  const [free, strict] = [write.override({ strictOrder: false }), write.override({ strictOrder: true })];
  const contentOf = (part: number) => bytes(stand.effects ? part : 8 + part, plainLength);
  switch (form) {
    case 'plain': {
      // Each selection and each override is a barrier; what is written is checked after the last of them.
      const [act, check] = stand.effects
        ? [write.directive(code.write), [write.condition(code.checkContent)]]
        : [write.condition(code.checkContent), []];
      const acts = parts.flatMap((part) => [
        ...stand.select(part),
        ...write.override({ content: contentOf(part) }),
        act,
      ]);
      const checks = parts.flatMap((part) => [...stand.select(part), ...check]);
      return [...stand.select(0), ...free, ...acts, ...strict, ...checks];
    }
    case 'runs': {
      // A sequence that is run in parallel begins with its index.
      const runs = parts.flatMap((part): readonly Command[] => {
        const end = put(stand, bytes(part, plainLength), bytes(8 + part, plainLength));
        return [...stand.select(part), { kind: 'runSequence', commands: [...stand.select(part), ...end] }];
      });
      return [...stand.select(0), ...free, ...runs, ...stand.select(0), ...strict];
    }
    case 'array': {
      const set = parts.flatMap((part) => [
        ...stand.select(part),
        ...write.override({ content: contentOf(part) }),
      ]);
      const commands = actOnContent(stand);
      return [...set, ...write.select(all(stand)), ...free, { kind: 'runSequence', commands }, ...strict];
    }
  }
}

function custom(exercise: Of<'custom'>, stand: Stand): readonly Command[] {
  const { write, bytes } = stand;
  const value = bstr(bytes(0, exercise.size));
  const { code: number, parameter } = exercise;
  const command: Command = { kind: 'custom', code: number, argument: int(write.policy()) };
  return [...write.override({ custom: [[parameter, value]] }), command];
}

function helper({ arguments: given, times }: Of<'helper'>, stand: Stand): readonly Command[] {
  const { write, bytes } = stand;
  const set: Parameters = {
    ...facts(stand, bytes(8, plainLength)),
    ...(given !== undefined && { invokeArguments: fromHex(given) }),
  };
  const once: readonly Command[] = [write.condition(code.imageMatch), write.directive(code.invoke)];
  return [...write.override(set), ...once, ...(times === 2 ? once : [])];
}
