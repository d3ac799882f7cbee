/**
 * Which bytes of a module's memory a delivery has written, and where they lie: static data, heap or stack.
 *
 * Each byte counts once, however often it is written. The messages' buffers, the answer, and what the module declares
 * to stand for something outside its working memory do not count.
 *
 * @module
 */
import type { Cost } from '../../device/decision.ts';

/** Addresses that a module tells by globals of these names, as linkers define them (docs/wasm-abi.md). */
export const boundNames = [
  '__stack_low',
  '__stack_high',
  '__stack_pointer',
  '__data_end',
  '__heap_base',
] as const;

export type Bounds = Readonly<Partial<Record<(typeof boundNames)[number], number>>>;

export class Writes {
  /** 1 for each byte that was written. */
  #written = new Uint8Array(0);
  #spared: (readonly [from: number, to: number])[] = [];
  readonly #memoryBytes: () => number;

  /** Told the size of the memory. */
  constructor(memoryBytes: () => number) {
    this.#memoryBytes = memoryBytes;
  }

  /** Forgets everything. */
  begin(): void {
    this.#written.fill(0);
    this.#spared = [];
  }

  add(address: number, size: number): void {
    const from = address >>> 0;
    const to = from + (size >>> 0);
    if (to > this.#written.length && !this.#reaches(to)) return;
    if (size === 1) this.#written[from] = 1;
    else this.#written.fill(1, from, to);
  }

  spare(address: number, size: number): void {
    const from = address >>> 0;
    this.#spared.push([from, from + (size >>> 0)]);
  }

  /** What is told apart as far as the bounds are known. */
  cost(bounds: Bounds): Pick<Cost, 'highWaterBytes' | 'stackBytes' | 'heapBytes' | 'staticBytes'> {
    for (const [from, to] of this.#spared) this.#written.fill(0, from, to);
    const stack = stackOf(bounds);
    const all = this.#count(0, this.#written.length);
    if (stack === undefined) return { highWaterBytes: all };
    const [low, high] = stack;
    const highWaterBytes = all - this.#count(low, high);
    const lowest = this.#written.subarray(low, high).indexOf(1);
    const stackBytes = lowest < 0 ? 0 : high - low - lowest;
    const heap = bounds.__heap_base;
    if (heap === undefined) return { highWaterBytes, stackBytes };
    const heapBytes = this.#count(heap, this.#written.length);
    return { highWaterBytes, stackBytes, heapBytes, staticBytes: highWaterBytes - heapBytes };
  }

  #count(from: number, to: number): number {
    let count = 0;
    for (let i = from; i < Math.min(to, this.#written.length); i++) count += this.#written[i] as number;
    return count;
  }

  /** Is that within the memory? Beyond it a write is a trap. */
  #reaches(to: number): boolean {
    const bytes = this.#memoryBytes();
    if (to > bytes) return false;
    const grown = new Uint8Array(bytes);
    grown.set(this.#written);
    this.#written = grown;
    return true;
  }
}

/** Where the stack lies, which grows downwards. */
function stackOf({
  __stack_low,
  __stack_high,
  __stack_pointer,
  __data_end,
}: Bounds): readonly [low: number, high: number] | undefined {
  const high = __stack_high ?? __stack_pointer;
  if (high === undefined) return undefined;
  // Behind the static data, or before them at the beginning of the memory.
  const low = __stack_low ?? (__data_end !== undefined && __data_end < high ? __data_end : 0);
  return low < high ? [low, high] : undefined;
}
