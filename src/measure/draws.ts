/**
 * A repeatable sequence of numbers for searches: xorshift32 (Marsaglia 2003).
 *
 * @module
 */

/** A whole number of 0 or more and below `limit`, which is 1 at least. */
export type Draw = (limit: number) => number;

export function drawer(seed: number): Draw {
  // Zero is its fixed point; the product spreads small seeds.
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % Math.max(1, limit);
  };
}

export function drawFrom<T>(draw: Draw, choices: readonly [T, ...T[]]): T {
  return choices[draw(choices.length)] ?? choices[0];
}
