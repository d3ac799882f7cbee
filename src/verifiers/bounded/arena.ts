/**
 * The one block of memory that the bounded verifier works in, and a bump allocator over it.
 *
 * Its first word is the allocator's own top, so that nothing of the working state lies outside. The high-water mark
 * and the wanted bytes are measuring instruments; a device would not keep them.
 *
 * @module
 */

const wordBytes = 4;

export class Arena {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  #high = 0;
  #wanted = 0;

  constructor(size: number) {
    const buffer = new ArrayBuffer(size);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer, 0, Math.floor(size / wordBytes));
  }

  /** Frees everything and forgets the measurements. False: not even the allocator's word fits. */
  reset(): boolean {
    this.#high = 0;
    this.#wanted = 0;
    if (this.words.length === 0) {
      this.#wanted = wordBytes;
      return false;
    }
    this.#top = wordBytes;
    return true;
  }

  /** The offset of so many bytes, rounded up to whole words and not cleared; -1: no room, and nothing is changed. */
  allocate(bytes: number): number {
    const at = this.top;
    const end = at + Math.ceil(bytes / wordBytes) * wordBytes;
    if (end > this.words.length * wordBytes) {
      this.#wanted = end;
      return -1;
    }
    this.#top = end;
    return at;
  }

  /** Frees everything that was allocated since `top` had this value. */
  release(top: number): void {
    this.#top = top;
  }

  get top(): number {
    return this.words[0]!;
  }

  set #top(top: number) {
    this.words[0] = top;
    if (top > this.#high) this.#high = top;
  }

  /** The most bytes that were in use at once since `reset`. */
  get highWater(): number {
    return this.#high;
  }

  /** The size at which the allocation refused last would have fitted; 0: none was refused. */
  get wanted(): number {
    return this.#wanted;
  }
}
