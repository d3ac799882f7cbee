/**
 * One head of a data item: the initial byte and its argument (RFC 8949 §3).
 *
 * @module
 */

import type { CborErrorCode } from './error.ts';
import { bigintOf, type Width } from './item.ts';

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

/** A head to be filled again and again; its argument is a number, for most heads need no more. */
export interface HeadRoom extends Writable<Omit<Head, 'argument'>> {
  /** The argument, or `countAtMost` where it is larger. */
  count: number;
  /** The exact argument of a head with four or eight bytes of it. */
  long: bigint;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

export function headRoom(): HeadRoom {
  return { major: 0, info: 0, width: 0, start: 0, end: 0, count: 0, long: 0n };
}

/** Why there is no head; named apart from `Head` by its `code`. */
export interface HeadFault {
  readonly code: CborErrorCode;
  readonly offset: number;
  readonly message: string;
}

const widths: readonly Width[] = [1, 2, 4, 8];

/** The exact argument. */
export function argumentOf({ width, count, long }: HeadRoom): bigint {
  return width >= 4 ? long : bigintOf(count);
}

/** More than any input has bytes. One larger number, and V8 would keep all counts and places on its heap. */
const countAtMost = 2 ** 31 - 1;

/** Reads the head at `start`; never past the end of `bytes`. */
export function readHead(bytes: Uint8Array, start: number): Head | HeadFault {
  const room = headRoom();
  const fault = fillHead(bytes, start, room);
  if (fault !== undefined) return fault;
  const { major, info, width, end } = room;
  return { major, info, argument: argumentOf(room), width, start, end };
}

/** Reads the head at `start` into `room`; what is in there after a fault means nothing. */
export function fillHead(bytes: Uint8Array, start: number, room: HeadRoom): HeadFault | undefined {
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
    room.count = info === 31 ? 0 : info;
    room.width = 0;
    room.end = start + 1;
    return undefined;
  }
  const width = widths[info - 24];
  if (width === undefined) {
    return { code: 'reserved-info', offset: start, message: `additional information ${info} is reserved` };
  }
  const end = start + 1 + width;
  if (end > bytes.length) {
    return { code: 'truncated', offset: bytes.length, message: `the input ends inside the head at ${start}` };
  }
  if (width >= 4) {
    room.long = longArgument(bytes, start + 1, width);
    room.count = room.long < countAtMost ? Number(room.long) : countAtMost;
  } else {
    room.count = width === 1 ? bytes[start + 1]! : bytes[start + 1]! * 256 + bytes[start + 2]!;
  }
  if (major === 7 && width === 1 && room.count < 32) {
    const message = `simple value ${room.count} in two bytes`;
    return { code: 'bad-simple', offset: start + 1, message };
  }
  room.width = width;
  room.end = end;
  return undefined;
}

function longArgument(bytes: Uint8Array, at: number, width: Width): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return width === 8 ? view.getBigUint64(at) : BigInt(view.getUint32(at));
}
