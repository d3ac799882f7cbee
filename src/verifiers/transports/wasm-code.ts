/**
 * Instructions of WebAssembly (core specification §5.4): where each ends, what it writes to memory, and whether what
 * follows it may be reached from elsewhere.
 *
 * @module
 */
import type { Cursor } from './wasm-binary.ts';

/** A module has something that is not known here. */
export class UnknownCode extends Error {}

/** Value types (§5.3). */
export const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

export type ValueType = (typeof valueTypes)[keyof typeof valueTypes];

export interface Instruction {
  readonly opcode: number;
  /** Only marks where a block begins or ends: no work. */
  readonly isMark: boolean;
  /** What follows begins another straight piece: it may be reached from elsewhere, or not at all. */
  readonly endsPiece: boolean;
  readonly writes?: Store | 'bulk';
}

/** Stores this value at the address below it. */
export interface Store {
  readonly size: number;
  readonly offset: number;
  readonly value: ValueType;
}

export const opcodes = { loop: 0x03, memoryGrow: 0x40 } as const;

/** block, loop, else, try, catch, end, delegate, catch_all, and nop. */
const marks: readonly number[] = [0x01, 0x02, opcodes.loop, 0x05, 0x06, 0x07, 0x0b, 0x18, 0x19];
/** unreachable, loop, if, else, try to br_table and return, tail calls, delegate, catch_all. */
const pieceEnds: readonly number[] = [
  0x00,
  opcodes.loop,
  ...[0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x12, 0x13, 0x18, 0x19],
];

/** [type of the value, its bytes in memory], from 0x36 i32.store to 0x3e i64.store32. */
const stores: readonly (readonly [ValueType, number])[] = [
  [valueTypes.i32, 4],
  [valueTypes.i64, 8],
  [valueTypes.f32, 4],
  [valueTypes.f64, 8],
  [valueTypes.i32, 1],
  [valueTypes.i32, 2],
  [valueTypes.i64, 1],
  [valueTypes.i64, 2],
  [valueTypes.i64, 4],
];

/** Passes one instruction. Throws UnknownCode at one whose length is not known. */
export function passInstruction(cursor: Cursor): Instruction {
  const opcode = cursor.byte();
  const writes = passRest(opcode, cursor);
  return {
    opcode,
    isMark: marks.includes(opcode),
    endsPiece: pieceEnds.includes(opcode),
    ...(writes && { writes }),
  };
}

function passRest(opcode: number, cursor: Cursor): Store | 'bulk' | undefined {
  if (opcode >= 0x28 && opcode <= 0x3e) {
    const offset = passMemoryArgument(cursor);
    const store = stores[opcode - 0x36];
    return store && { value: store[0], size: store[1], offset };
  }
  if (opcode === 0xfc) return passNumbered(cursor);
  if (opcode === 0xfd) return passVector(cursor);
  const numbers = plainNumbers(opcode);
  if (numbers !== undefined) {
    for (let i = 0; i < numbers; i++) cursor.skipNumber();
  } else if (opcode === 0x0e) {
    for (let labels = cursor.unsigned(); labels >= 0; labels--) cursor.skipNumber();
  } else if (opcode === 0x1c) {
    for (let types = cursor.unsigned(); types > 0; types--) cursor.skipNumber();
  } else if (opcode === 0x43 || opcode === 0x44) {
    cursor.skip(opcode === 0x43 ? 4 : 8);
  } else throw unknown(opcode);
  return undefined;
}

/** How many numbers follow, where nothing else does. */
function plainNumbers(opcode: number): number | undefined {
  // call_indirect and its tail call
  if (opcode === 0x11 || opcode === 0x13) return 2;
  if (oneNumber.includes(opcode)) return 1;
  return (opcode >= 0x45 && opcode <= 0xc4) || noNumber.includes(opcode) ? 0 : undefined;
}

/** Blocks with their type, branches, calls, variables, tables, memory.size and grow, constants, references. */
const oneNumber: readonly number[] = [
  ...[0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x12, 0x18],
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2],
];
const noNumber: readonly number[] = [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x19, 0x1a, 0x1b, 0xd1];

function passNumbered(cursor: Cursor): 'bulk' | undefined {
  const which = cursor.unsigned();
  if (which > 17) throw unknown(0xfc, which);
  // memory.init, memory.copy, table.init and table.copy have two; conversions none.
  const numbers = which < 8 ? 0 : [8, 10, 12, 14].includes(which) ? 2 : 1;
  for (let i = 0; i < numbers; i++) cursor.skipNumber();
  // memory.init, memory.copy, memory.fill
  return which === 8 || which === 10 || which === 11 ? 'bulk' : undefined;
}

function passVector(cursor: Cursor): Store | undefined {
  const which = cursor.unsigned();
  const lane = which >= 84 && which <= 91;
  if (which <= 11 || lane || which === 92 || which === 93) {
    const offset = passMemoryArgument(cursor);
    if (lane) cursor.skip(1);
    const size = which === 11 ? 16 : which >= 88 && lane ? 2 ** (which - 88) : undefined;
    return size === undefined ? undefined : { value: valueTypes.v128, size, offset };
  }
  // v128.const, i8x16.shuffle; lanes
  if (which <= 13) cursor.skip(16);
  else if (which >= 21 && which <= 34) cursor.skip(1);
  else if (which > 275) throw unknown(0xfd, which);
  return undefined;
}

/** Alignment and offset; the offset. */
function passMemoryArgument(cursor: Cursor): number {
  if (cursor.unsigned() >= 64) throw new UnknownCode('more than one memory');
  return cursor.unsigned();
}

function unknown(opcode: number, which?: number): UnknownCode {
  const second = which === undefined ? '' : ` ${which}`;
  return new UnknownCode(`instruction 0x${opcode.toString(16)}${second} is not known to the bench`);
}
