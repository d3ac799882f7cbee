/**
 * Hexadecimal digits straight into a buffer, of sixteen bytes at a time: most of what a process is told is hexadecimal,
 * and Node.js makes a string of it first, digit after digit.
 *
 * @module
 */
import { fromHex, toHex } from '../../cbor/hex.ts';
import { pageBytes, type WasmFunction, type WasmMemory, wasmEngine } from './wasm-engine.ts';

/**
 * A module with four pages of memory and one function, `encode(from, end, to)`: for each sixteen bytes it looks up the
 * digits of their upper and of their lower halves (i8x16.swizzle), then interleaves the two (i8x16.shuffle).
 *
 *     loop
 *       v  = v128.load(from)
 *       hi = swizzle("0123456789abcdef", v >> 4)
 *       lo = swizzle("0123456789abcdef", v & 0x0f)
 *       v128.store(to, shuffle(hi, lo, [0, 16, 1, 17, … 7, 23]))
 *       v128.store(to + 16, shuffle(hi, lo, [8, 24, … 15, 31]))
 *       from += 16, to += 32
 *       br_if from < end
 */
const code = `
0061736d01000000 0107 0160037f7f7f00 0302 0100 0504 01010404
0713 02 066d656d6f7279 0200 06656e636f6465 0000
0aa501 01 a201 01037b 0340
2000 fd000400 2103
fd0c30313233343536373839616263646566 2003 4104 fd6d fd0e 2104
fd0c30313233343536373839616263646566 2003 fd0c0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f fd4e fd0e 2105
2002 2004 2005 fd0d00100111021203130414051506160717 fd0b0400
2002 2004 2005 fd0d081809190a1a0b1b0c1c0d1d0e1e0f1f fd0b0410
2002 4120 6a 2102
2000 4110 6a 2200 2001 49 0d00 0b 0b`;

/** The bytes are put at its beginning; their digits come here. */
const digitsAt = pageBytes;
const mostBytes = pageBytes;
/** Digits are copied in steps of so many: an array for each step is made once, which costs more than to copy. */
const step = 256;

/** Bytes after the digits that `writeHex` may overwrite. */
export const hexSlack = step;

/** Writes the digits, lower-case; returns how many. The target must have room for them and for `hexSlack` bytes more. */
export function writeHex(bytes: Uint8Array, target: Buffer, at: number): number {
  encoder ??= encoderOf();
  let written = 0;
  for (let from = 0; from < bytes.length; from += mostBytes) {
    const part = bytes.length <= mostBytes ? bytes : bytes.subarray(from, from + mostBytes);
    written += encoder(part, target, at + written);
  }
  return written;
}

type Encoder = (bytes: Uint8Array, target: Buffer, at: number) => number;

let encoder: Encoder | undefined;

function encoderOf(): Encoder {
  try {
    return wideEncoder();
  } catch {
    // A processor that cannot, or no room for another memory's addresses.
    return plainEncoder;
  }
}

/** Without WebAssembly. */
export function plainEncoder(bytes: Uint8Array, target: Buffer, at: number): number {
  return target.write(toHex(bytes), at, 'latin1');
}

function wideEncoder(): Encoder {
  const { exports } = new wasmEngine.Instance(new wasmEngine.Module(fromHex(code)), {});
  const memory = new Uint8Array((exports.memory as WasmMemory).buffer);
  const encode = exports.encode as WasmFunction;
  const steps: Uint8Array[] = [];
  return (bytes, target, at) => {
    memory.set(bytes);
    encode(0, bytes.length, digitsAt);
    const length = 2 * bytes.length;
    const count = Math.ceil(length / step);
    steps[count] ??= memory.subarray(digitsAt, digitsAt + count * step);
    target.set(steps[count], at);
    return length;
  };
}
