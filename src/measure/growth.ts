/**
 * How counted cost grows with one dimension of an envelope: the exponent, and whether it is more than linear.
 *
 * @module
 */
import type { Counted, OperationKind } from './operations.ts';

export const countedMetrics = [
  'steps',
  'highWaterBytes',
  'stackBytes',
  'hashBlocks',
  'signatureOperations',
  'items',
] as const;

export type CountedMetric = (typeof countedMetrics)[number];

export interface Point {
  readonly size: number;
  readonly envelopeBytes: number;
  readonly value: number;
}

export interface Growth {
  readonly verifier: string;
  readonly operation: OperationKind;
  readonly dimension: string;
  readonly metric: CountedMetric;
  /** Ascending by size. */
  readonly points: readonly Point[];
  /** Of the power of size that the cost beyond the smallest envelope's grows with; 0: it does not grow. */
  readonly exponent: number;
  readonly isLinear: boolean;
}

/** What one operation on one envelope of a series counted. */
export interface SeriesCount extends Omit<Point, 'value'> {
  readonly verifier: string;
  readonly operation: OperationKind;
  readonly dimension: string;
  readonly counted: Counted;
}

/** Above it, growth is no longer called linear; steps that come in wholes bend a line by less. */
export const linearUpTo = 1.2;

/** One for each series and metric with three points at least. */
export function growthsOf(counts: readonly SeriesCount[]): readonly Growth[] {
  const groups = new Map<string, SeriesCount[]>();
  for (const count of counts) {
    const key = [count.verifier, count.operation, count.dimension].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), count]);
  }
  return [...groups.values()].flatMap((group) => countedMetrics.flatMap((metric) => growthOf(group, metric)));
}

function growthOf(group: readonly SeriesCount[], metric: CountedMetric): Growth[] {
  const points = group
    .flatMap(({ size, envelopeBytes, counted }): Point[] => {
      const value = counted[metric];
      return value === undefined ? [] : [{ size, envelopeBytes, value }];
    })
    .toSorted((a, b) => a.size - b.size);
  const [first] = group;
  if (first === undefined || points.length < 3) return [];
  const { verifier, operation, dimension } = first;
  const exponent = exponentOf(points);
  return [{ verifier, operation, dimension, metric, points, exponent, isLinear: exponent <= linearUpTo }];
}

/**
 * Least-squares slope of log(cost) over log(size), both counted from the first point, so that a constant share does
 * not flatten the line; of the upper half of the points, as that is where a higher power shows.
 */
export function exponentOf(points: readonly Pick<Point, 'size' | 'value'>[]): number {
  const [first, ...rest] = points;
  if (first === undefined) return 0;
  const grown = rest.flatMap(({ size, value }) =>
    value > first.value ? [{ x: Math.log(size - first.size), y: Math.log(value - first.value) }] : [],
  );
  const upper = grown.slice(-Math.max(2, Math.ceil(grown.length / 2)));
  if (upper.length < 2) return 0;
  const meanX = upper.reduce((sum, { x }) => sum + x, 0) / upper.length;
  const meanY = upper.reduce((sum, { y }) => sum + y, 0) / upper.length;
  const over = upper.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return Math.max(0, over / upper.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0));
}
