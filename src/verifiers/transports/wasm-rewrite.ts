/**
 * Rewrites a module so that its memory ends at a ceiling, and on demand so that it counts: the steps that it executes,
 * and each write to its memory, of which it tells the bench.
 *
 * A step is one instruction of the module as it was, marks of blocks excepted; an instruction on a range of memory
 * (memory.copy, memory.fill, memory.init) has one more for each byte. The count of a straight piece of code is added at
 * its beginning, so that one that ends with a trap is counted to the end of its piece.
 *
 * @module
 */
import {
  appended,
  Cursor,
  nameOf,
  readSections,
  type Section,
  sectionIds,
  signed,
  unsigned,
  vectorOf,
  writeModule,
} from './wasm-binary.ts';
import { UnknownCode, type ValueType, valueTypes } from './wasm-code.ts';
import { type CounterIndices, countedBody } from './wasm-counted-body.ts';

/** What is exported by a module that was rewritten; globals but for `writes`. */
export const counters = {
  /** 1: memory.grow was refused. */
  refused: 'gauntlet-bench.refused',
  /** 64 bits. */
  steps: 'gauntlet-bench.steps',
  /** A trap at the next loop or function when there are more steps than that; 64 bits. */
  mostSteps: 'gauntlet-bench.most-steps',
  /** A table of one function, which is called with address and size before each write. */
  writes: 'gauntlet-bench.writes',
} as const;

export interface Rewriting {
  /** Pages that its memory may have, unless it begins with more. */
  readonly mostPages: number;
  /** Also counts steps and writes. */
  readonly counts: boolean;
}

export interface Rewritten {
  readonly bytes: Uint8Array;
  /** Why nothing but its memory could be changed: it has code that is not known here. */
  readonly uncounted?: string;
}

/** Of a module that the engine has compiled. */
export function rewriteModule(module: Uint8Array, { mostPages, counts }: Rewriting): Rewritten {
  const limited = limitMemory(readSections(module), mostPages);
  try {
    return { bytes: writeModule(module, count(limited, counts)) };
  } catch (thrown) {
    if (!(thrown instanceof UnknownCode)) throw thrown;
    return { bytes: writeModule(module, limited), uncounted: thrown.message };
  }
}

/** Why steps and writes of this module cannot be counted; undefined: they can. */
export function whyUncounted(module: Uint8Array): string | undefined {
  return rewriteModule(module, { mostPages: 0, counts: true }).uncounted;
}

function limitMemory(sections: readonly Section[], mostPages: number): readonly Section[] {
  const { count: memories, rest } = vectorOf(sections, sectionIds.memory);
  const cursor = new Cursor(rest);
  const flags = cursor.byte();
  if (memories !== 1 || flags > 1) return sections;
  const least = cursor.unsigned();
  const most = Math.max(least, Math.min(mostPages, flags === 1 ? cursor.unsigned() : 65_536));
  const content = Uint8Array.from([1, 1, ...unsigned(least), ...unsigned(most)]);
  return sections.map((one) => (one.id === sectionIds.memory ? { ...one, content } : one));
}

function count(sections: readonly Section[], counts: boolean): readonly Section[] {
  const { count: types, rest } = vectorOf(sections, sectionIds.type);
  const parameters = parametersOf(types, rest);
  const { count: globals } = vectorOf(sections, sectionIds.global);
  const { count: tables } = vectorOf(sections, sectionIds.table);
  const indices: CounterIndices = {
    refused: globals,
    ...(counts && { counted: { steps: globals + 1, mostSteps: globals + 2, writes: tables, type: types } }),
  };
  const bodies = countedBodies(sections, parameters, indices);
  // Offsets into code are others now: what a debugger wants is gone.
  const kept = sections.filter(({ id, content }) => id !== sectionIds.custom || isNames(content));
  const coded = kept.map((one) => (one.id === sectionIds.code ? { ...one, content: bodies } : one));
  const { i32, i64 } = valueTypes;
  const refusals = appended(appended(coded, sectionIds.global, mutable(i32)), sectionIds.export, [
    ...nameOf(counters.refused),
    globalKind,
    ...unsigned(globals),
  ]);
  if (!counts) return refusals;
  const typed = appended(refusals, sectionIds.type, [functionForm, 2, i32, i32, 0]);
  const tabled = appended(typed, sectionIds.table, [functionReference, 1, 1, 1]);
  return appended(
    appended(tabled, sectionIds.global, mutable(i64), mutable(i64)),
    sectionIds.export,
    [...nameOf(counters.steps), globalKind, ...unsigned(globals + 1)],
    [...nameOf(counters.mostSteps), globalKind, ...unsigned(globals + 2)],
    [...nameOf(counters.writes), tableKind, ...unsigned(tables)],
  );
}

const functionForm = 0x60;
const functionReference = 0x70;
const tableKind = 1;
const globalKind = 3;

/** A global that begins as 0. */
function mutable(type: ValueType): number[] {
  const constant = type === valueTypes.i32 ? 0x41 : 0x42;
  return [type, 1, constant, ...signed(0), 0x0b];
}

/** How many each type has. */
function parametersOf(count: number, rest: Uint8Array): readonly number[] {
  const cursor = new Cursor(rest);
  return Array.from({ length: count }, () => {
    if (cursor.byte() !== functionForm) throw new UnknownCode('types other than functions');
    const parameters = cursor.unsigned();
    for (let i = 0; i < parameters; i++) passValueType(cursor);
    for (let results = cursor.unsigned(); results > 0; results--) passValueType(cursor);
    return parameters;
  });
}

function passValueType(cursor: Cursor): void {
  const type = cursor.byte();
  if (!([0x70, 0x6f, ...Object.values(valueTypes)] as number[]).includes(type))
    throw new UnknownCode(`values of type 0x${type.toString(16)}`);
}

function countedBodies(
  sections: readonly Section[],
  parameters: readonly number[],
  indices: CounterIndices,
): Uint8Array {
  const declared = vectorOf(sections, sectionIds.function);
  const types = new Cursor(declared.rest);
  const { count: bodies, rest } = vectorOf(sections, sectionIds.code);
  const cursor = new Cursor(rest);
  const rewritten = Array.from({ length: bodies }, () => {
    const body = countedBody(cursor.sized(), parameters[types.unsigned()] as number, indices);
    return Buffer.concat([Uint8Array.from(unsigned(body.length)), body]);
  });
  return Buffer.concat([Uint8Array.from(unsigned(bodies)), ...rewritten]);
}

/** Of functions; the traces of traps show them. */
function isNames(custom: Uint8Array): boolean {
  return Buffer.from(new Cursor(custom).sized()).toString() === 'name';
}
