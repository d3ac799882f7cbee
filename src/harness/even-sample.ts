/**
 * A sample of bounded size, evenly over what came, however much that turns out to be.
 *
 * @module
 */

/** Takes every n-th place; where it is full, n doubles and every other one is left out again. */
export class EvenSample<T> {
  private readonly size: number;
  private readonly kept = new Map<number, T>();
  private every = 1;

  /** `size`: the most that it keeps; from half of it on once there was more. */
  constructor(size: number) {
    this.size = size;
  }

  /** Each place once, in any order. */
  add(place: number, one: T): void {
    if (place % this.every !== 0) return;
    this.kept.set(place, one);
    while (this.kept.size > this.size) this.thin();
  }

  taken(): readonly T[] {
    return [...this.kept.values()];
  }

  private thin(): void {
    this.every *= 2;
    for (const place of this.kept.keys()) if (place % this.every !== 0) this.kept.delete(place);
  }
}
