/**
 * Bytes gathered from the last to the first, in a scratch buffer that all share: one gathering at a time.
 *
 * @module
 */

const firstBytes = 1 << 16;
/** A larger scratch buffer is not kept. */
const keptBytes = 1 << 20;

let scratch: Uint8Array<ArrayBuffer> = new Uint8Array(firstBytes);

export class Backwards {
  #at: number;

  constructor() {
    this.#at = scratch.length;
  }

  /** Bytes so far. */
  get written(): number {
    return scratch.length - this.#at;
  }

  put(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    this.#at -= length;
    // For a few bytes a call costs more than the loop.
    if (length > 32) scratch.set(bytes, this.#at);
    else for (let i = 0; i < length; i++) scratch[this.#at + i] = bytes[i] as number;
  }

  putByte(byte: number): void {
    this.#reserve(1);
    scratch[--this.#at] = byte;
  }

  /** A number below 2^32, its last byte last. */
  putNumber(value: number, width: 1 | 2 | 4): void {
    this.#reserve(width);
    for (let rest = value, i = 0; i < width; i++, rest >>>= 8) scratch[--this.#at] = rest & 0xff;
  }

  /** A copy of what was put, in a buffer of its own; ends the gathering. */
  take(): Uint8Array {
    const whole = scratch.slice(this.#at);
    if (scratch.length > keptBytes) scratch = new Uint8Array(firstBytes);
    return whole;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#at) return;
    const { written } = this;
    const larger = new Uint8Array(2 * (written + bytes));
    larger.set(scratch.subarray(this.#at), larger.length - written);
    this.#at = larger.length - written;
    scratch = larger;
  }
}
