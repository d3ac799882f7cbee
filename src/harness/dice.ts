/**
 * Small decisions that follow from a seed and from nothing else.
 *
 * @module
 */
import { seedOf } from './scenario-pool.ts';

/** The n-th throw is the same for the same parts. */
export class Dice {
  private readonly parts: readonly (string | number)[];
  private thrown = 0;

  constructor(...parts: readonly (string | number)[]) {
    this.parts = parts;
  }

  /** A 31-bit seed for a draw. */
  seed(): number {
    return seedOf(...this.parts, this.thrown++);
  }

  /** 0 … sides - 1. */
  below(sides: number): number {
    return this.seed() % sides;
  }

  pick<T>(list: readonly [T, ...T[]]): T;
  pick<T>(list: readonly T[]): T | undefined;
  pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.below(list.length)];
  }
}
