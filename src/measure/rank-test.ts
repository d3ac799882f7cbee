/**
 * The rank test of Mann and Whitney (1947), exact: are the values of one sample mostly above those of the other?
 *
 * @module
 */

/**
 * The probability, if both came from one distribution, that `upper` stands as high above `lower` as it does, or higher.
 * Ties count as half a win and are rounded down, so that they never make it smaller.
 */
export function rankTest(lower: readonly number[], upper: readonly number[]): number {
  let wins = 0;
  for (const high of upper) {
    for (const low of lower) wins += high > low ? 1 : high === low ? 0.5 : 0;
  }
  const counts = winCounts(lower.length, upper.length);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.slice(Math.floor(wins)).reduce((sum, count) => sum + count, 0) / all;
}

/** How many of the orders of n and m values have 0, 1, 2, … wins: the coefficients of the Gaussian binomial. */
function winCounts(n: number, m: number): readonly number[] {
  // Partitions into at most m parts of at most n each.
  let counts = [1];
  for (let i = 1; i <= m; i++) counts = divided(multiplied(counts, n + i), i);
  return counts;
}

/** Times 1 - x^power. */
function multiplied(counts: readonly number[], power: number): number[] {
  const product = [...counts, ...Array.from({ length: power }, () => 0)];
  for (const [i, count] of counts.entries()) product[i + power] = (product[i + power] ?? 0) - count;
  return product;
}

/** Over 1 - x^power, which divides it. */
function divided(counts: readonly number[], power: number): number[] {
  const quotient: number[] = [];
  for (let i = 0; i < counts.length - power; i++)
    quotient.push((counts[i] ?? 0) + (quotient[i - power] ?? 0));
  return quotient;
}
