/**
 * Where two lists differ: stretches that are the same, and stretches that stand for each other.
 *
 * @module
 */

/** How many entries of each list; `same`: as many of both. */
export interface Stretch {
  readonly kind: 'same' | 'changed';
  readonly left: number;
  readonly right: number;
}

export interface DifferenceOptions {
  /** What agrees for fewer entries than this between two changes is chance, and counts as changed; default 1. */
  readonly shortestMatch?: number;
}

/** Beyond this many pairs the middle is not searched: it is one change. */
const mostPairs = 1_000_000;

export function difference<T>(
  left: ArrayLike<T>,
  right: ArrayLike<T>,
  { shortestMatch = 1 }: DifferenceOptions = {},
): readonly Stretch[] {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start++;
  let end = 0;
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const middle = longestCommon(
    Array.prototype.slice.call(left, start, left.length - end) as T[],
    Array.prototype.slice.call(right, start, right.length - end) as T[],
  ).map(
    (one): Stretch => (one.kind === 'same' && one.left < shortestMatch ? { ...one, kind: 'changed' } : one),
  );
  return joined([
    { kind: 'same', left: start, right: start },
    ...middle,
    { kind: 'same', left: end, right: end },
  ]);
}

/** Neighbours of one kind are one; empty ones are none. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const made: Stretch[] = [];
  for (const one of stretches) {
    const last = made.at(-1);
    if (one.left + one.right === 0) continue;
    if (last?.kind !== one.kind) made.push(one);
    else made[made.length - 1] = { ...one, left: last.left + one.left, right: last.right + one.right };
  }
  return made;
}

function longestCommon<T>(left: readonly T[], right: readonly T[]): Stretch[] {
  if (left.length * right.length > mostPairs)
    return [{ kind: 'changed', left: left.length, right: right.length }];
  const width = right.length + 1;
  // lengths[i * width + j]: of the longest common subsequence of what follows i and j.
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const stretches: Stretch[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      stretches.push({ kind: 'same', left: 1, right: 1 });
      i++;
      j++;
    } else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      stretches.push({ kind: 'changed', left: 1, right: 0 });
      i++;
    } else {
      stretches.push({ kind: 'changed', left: 0, right: 1 });
      j++;
    }
  }
  return joined(stretches);
}
