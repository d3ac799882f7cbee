/**
 * One head of a data item: the initial byte and its argument (RFC 8949 §3).
 *
 * @module
 */

import type { CborErrorCode } from './error.ts';
import type { Width } from './item.ts';

export interface Head {
  readonly major: number;
  /** The low five bits of the initial byte; 31 is an indefinite length, or the break in major type 7. */
  readonly info: number;
  /** 0 where `info` is 31. */
  readonly argument: bigint;
  readonly width: Width;
  readonly start: number;
  readonly end: number;
}

/** A head to be filled again and again. */
export type HeadRoom = { -readonly [Field in keyof Head]: Head[Field] };

export function headRoom(): HeadRoom {
  return { major: 0, info: 0, argument: 0n, width: 0, start: 0, end: 0 };
}

/** Why there is no head; named apart from `Head` by its `code`. */
export interface HeadFault {
  readonly code: CborErrorCode;
  readonly offset: number;
  readonly message: string;
}

const widths: readonly Width[] = [1, 2, 4, 8];

/** Arguments in the initial byte, made once. */
const smallArguments: readonly bigint[] = Array.from({ length: 24 }, (_, info) => BigInt(info));

/** Reads the head at `start` into `room`, and returns that; never past the end of `bytes`. */
export function readHead(bytes: Uint8Array, start: number, room: HeadRoom = headRoom()): Head | HeadFault {
  const initial = bytes[start];
  if (initial === undefined) {
    return { code: 'truncated', offset: start, message: 'the input ends where a data item should begin' };
  }
  const major = initial >> 5;
  const info = initial & 0x1f;
  room.major = major;
  room.info = info;
  room.start = start;
  if (info < 24 || info === 31) {
    if (info === 31 && (major === 0 || major === 1 || major === 6)) {
      const message = `major type ${major} has no indefinite length`;
      return { code: 'reserved-info', offset: start, message };
    }
    room.argument = smallArguments[info] ?? 0n;
    room.width = 0;
    room.end = start + 1;
    return room;
  }
  const width = widths[info - 24];
  if (width === undefined) {
    return { code: 'reserved-info', offset: start, message: `additional information ${info} is reserved` };
  }
  const end = start + 1 + width;
  if (end > bytes.length) {
    return { code: 'truncated', offset: bytes.length, message: `the input ends inside the head at ${start}` };
  }
  const argument = readArgument(bytes, start + 1, width);
  if (major === 7 && info === 24 && argument < 32n) {
    return { code: 'bad-simple', offset: start + 1, message: `simple value ${argument} in two bytes` };
  }
  room.argument = argument;
  room.width = width;
  room.end = end;
  return room;
}

function readArgument(bytes: Uint8Array, at: number, width: Width): bigint {
  if (width === 8) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at);
  let argument = 0;
  for (let i = at; i < at + width; i++) argument = argument * 256 + (bytes[i] as number);
  return BigInt(argument);
}
