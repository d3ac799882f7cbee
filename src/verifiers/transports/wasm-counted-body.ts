/**
 * One function's body rewritten: it counts its steps, tells of its writes, and notes when more memory was refused.
 *
 * @module
 */
import { Cursor, signed, unsigned } from './wasm-binary.ts';
import {
  opcodes,
  passInstruction,
  type Store,
  UnknownCode,
  type ValueType,
  valueTypes,
} from './wasm-code.ts';

/** Where in the module the counters are. */
export interface CounterIndices {
  readonly refused: number;
  readonly counted?: {
    readonly steps: number;
    readonly mostSteps: number;
    /** The table, and the type of the function in it. */
    readonly writes: number;
    readonly type: number;
  };
}

type Code = readonly number[];

/** Locals and code, without the size before them. Throws UnknownCode. */
export function countedBody(body: Uint8Array, parameters: number, indices: CounterIndices): Uint8Array {
  const cursor = new Cursor(body);
  const groups = cursor.unsigned();
  const start = cursor.at;
  let locals = parameters;
  for (let i = 0; i < groups; i++) {
    locals += cursor.unsigned();
    if (cursor.byte() < 0x6f) throw new UnknownCode('locals of a type that is not known to the bench');
  }
  const declared = body.subarray(start, cursor.at);
  const added = new Locals(locals);
  const code = pieces(cursor, added, indices);
  return Buffer.concat([
    Uint8Array.from(unsigned(groups + added.types.length)),
    declared,
    ...added.types.map((type) => Uint8Array.of(1, type)),
    ...code,
  ]);
}

/** Locals that a body gets in addition. */
class Locals {
  readonly types: ValueType[] = [];
  readonly #first: number;
  readonly #named = new Map<string, number>();

  constructor(first: number) {
    this.#first = first;
  }

  /** The index of the one of that name. */
  of(name: string, type: ValueType): number {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const index = this.#first + this.types.length;
    this.types.push(type);
    this.#named.set(name, index);
    return index;
  }
}

function pieces(cursor: Cursor, locals: Locals, { refused, counted }: CounterIndices): readonly Uint8Array[] {
  const out: Uint8Array[] = [];
  let piece: Uint8Array[] = [];
  let steps = 0;
  // A function and a loop are the two ways to go on for ever.
  let isRound = true;
  const flush = (): void => {
    if (counted !== undefined && (steps > 0 || isRound)) {
      const charge = [...globalGet(counted.steps), ...i64Const(steps), i64Add, ...globalSet(counted.steps)];
      out.push(Uint8Array.from(isRound ? [...charge, ...stop(counted.steps, counted.mostSteps)] : charge));
    }
    out.push(...piece);
    piece = [];
    steps = 0;
  };
  while (!cursor.atEnd) {
    const from = cursor.at;
    const { opcode, isMark, endsPiece, writes } = passInstruction(cursor);
    const original = cursor.bytes.subarray(from, cursor.at);
    if (!isMark) steps++;
    if (counted !== undefined && writes !== undefined) {
      const told = writes === 'bulk' ? tellRange(locals, counted) : tellStore(writes, locals, counted);
      piece.push(Uint8Array.from(told));
    }
    piece.push(original);
    if (opcode === opcodes.memoryGrow) piece.push(Uint8Array.from(noteRefusal(locals, refused)));
    if (!endsPiece) continue;
    flush();
    isRound = opcode === opcodes.loop;
  }
  return out;
}

type Counted = NonNullable<CounterIndices['counted']>;

const i64Add = 0x7c;
const i64GreaterUnsigned = 0x56;
const i64ExtendUnsigned = 0xad;
const i32Add = 0x6a;
const i32Equal = 0x46;
const [unreachable, ifVoid, end] = [0x00, [0x04, 0x40], 0x0b];

const localGet = (index: number): Code => [0x20, ...unsigned(index)];
const localSet = (index: number): Code => [0x21, ...unsigned(index)];
const localTee = (index: number): Code => [0x22, ...unsigned(index)];
const globalGet = (index: number): Code => [0x23, ...unsigned(index)];
const globalSet = (index: number): Code => [0x24, ...unsigned(index)];
const i32Const = (value: number): Code => [0x41, ...signed(value)];
const i64Const = (value: number): Code => [0x42, ...signed(value)];

function stop(steps: number, mostSteps: number): Code {
  return [...globalGet(steps), ...globalGet(mostSteps), i64GreaterUnsigned, ...ifVoid, unreachable, end];
}

/** Address and size are on the stack. */
function tell({ writes, type }: Counted): Code {
  return [...i32Const(0), 0x11, ...unsigned(type), ...unsigned(writes)];
}

/** Address and value are on the stack, and again afterwards. */
function tellStore({ size, offset, value }: Store, locals: Locals, counted: Counted): Code {
  const [at, what] = [locals.of('address', valueTypes.i32), locals.of(`value ${value}`, value)];
  // Offsets are unsigned, and the sum wraps only where the store itself is out of bounds.
  const place = offset === 0 ? [] : [...i32Const(offset | 0), i32Add];
  return [
    ...localSet(what),
    ...localTee(at),
    ...place,
    ...i32Const(size),
    ...tell(counted),
    ...localGet(at),
    ...localGet(what),
  ];
}

/** Destination, source or value, and size are on the stack, and again afterwards. */
function tellRange(locals: Locals, counted: Counted): Code {
  const at = locals.of('address', valueTypes.i32);
  const what = locals.of(`value ${valueTypes.i32}`, valueTypes.i32);
  const size = locals.of('size', valueTypes.i32);
  return [
    ...localSet(size),
    ...localSet(what),
    ...localTee(at),
    ...localGet(size),
    ...tell(counted),
    ...globalGet(counted.steps),
    ...localGet(size),
    i64ExtendUnsigned,
    i64Add,
    ...globalSet(counted.steps),
    ...localGet(at),
    ...localGet(what),
    ...localGet(size),
  ];
}

/** memory.grow's answer is on the stack, and again afterwards. */
function noteRefusal(locals: Locals, refused: number): Code {
  const answer = locals.of('address', valueTypes.i32);
  return [
    ...localTee(answer),
    ...i32Const(-1),
    i32Equal,
    ...ifVoid,
    ...i32Const(1),
    ...globalSet(refused),
    end,
    ...localGet(answer),
  ];
}
