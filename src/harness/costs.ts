/**
 * What deliveries cost, as the verifiers themselves count it: how it is spread over each family, and the costliest.
 *
 * @module
 */
import type { Outcome } from '../device/outcome.ts';
import { quantile } from '../quantile.ts';
import type { RecordLine } from './record.ts';
import type { Verdict } from './verdict.ts';

export const costMetrics = ['steps', 'highWaterBytes'] as const;

export type CostMetric = (typeof costMetrics)[number];

/** Of the judged delivery, as far as the verifier counts. */
export type CountedCost = Readonly<Partial<Record<CostMetric, number>>>;

/** Over the deliveries of one family whose cost is known. */
export interface CostSpread {
  readonly deliveries: number;
  readonly least: number;
  readonly median: number;
  /** 90th percentile. */
  readonly p90: number;
  readonly most: number;
}

/** The costliest delivery of one attack. */
export interface CostlyDelivery {
  readonly metric: CostMetric;
  readonly value: number;
  /** Its place in the sequence. */
  readonly case: number;
  readonly of: RecordLine['of'];
  /** Of a control, its valid family. */
  readonly attack: string;
  readonly round: number;
  readonly verdict: Verdict;
}

/** Of one verifier. */
export interface CostSheet<T extends CostlyDelivery = CostlyDelivery> {
  readonly families: Readonly<Record<string, Readonly<Partial<Record<CostMetric, CostSpread>>>>>;
  /** By metric the costliest first, at most three, each of another attack. */
  readonly costliest: readonly T[];
}

const mostShown = 3;

/** Undefined: the verifier counts nothing. */
export function countedCost(outcome: Outcome | undefined): CountedCost | undefined {
  const cost = outcome && 'cost' in outcome ? outcome.cost : undefined;
  const counted = costMetrics.flatMap((metric) => {
    const value = cost?.[metric];
    return value === undefined ? [] : [[metric, value] as const];
  });
  return counted.length === 0 ? undefined : Object.fromEntries(counted);
}

/** Adds records up, in the sequence's order. */
export class CostTally {
  /** By verifier, family and metric. */
  private readonly values = new Map<string, Map<string, Partial<Record<CostMetric, number[]>>>>();
  /** By verifier; the costliest of each attack, the first of those that cost the same. */
  private readonly costliest = new Map<string, Map<string, CostlyDelivery>>();

  add({ verifier, family, cost, case: place, of, attack, round, verdict }: RecordLine): void {
    if (cost === undefined) return;
    const families = entryOf(this.values, verifier, () => new Map());
    const values = entryOf(families, family, () => ({}));
    const costliest = entryOf(this.costliest, verifier, () => new Map());
    for (const metric of costMetrics) {
      const value = cost[metric];
      if (value === undefined) continue;
      const known = values[metric] ?? [];
      values[metric] = known;
      known.push(value);
      const key = `${metric} ${of} ${attack}`;
      if ((costliest.get(key)?.value ?? -1) < value)
        costliest.set(key, { metric, value, case: place, of, attack, round, verdict });
    }
  }

  /** By verifier; those that count nothing are not there. */
  sheets(): Readonly<Record<string, CostSheet>> {
    return Object.fromEntries(
      [...this.values].map(([verifier, families]) => [
        verifier,
        {
          families: Object.fromEntries([...families].map(([family, values]) => [family, spreadsOf(values)])),
          costliest: this.costliestOf(verifier),
        },
      ]),
    );
  }

  private costliestOf(verifier: string): readonly CostlyDelivery[] {
    const all = [...(this.costliest.get(verifier)?.values() ?? [])];
    return costMetrics.flatMap((metric) =>
      all
        .filter((one) => one.metric === metric)
        .sort((a, b) => b.value - a.value || a.case - b.case)
        .slice(0, mostShown),
    );
  }
}

function spreadsOf(
  values: Readonly<Partial<Record<CostMetric, readonly number[]>>>,
): Partial<Record<CostMetric, CostSpread>> {
  return Object.fromEntries(
    costMetrics.flatMap((metric) => {
      const of = values[metric];
      if (of === undefined) return [];
      const [least, median, p90, most] = [0, 0.5, 0.9, 1].map((share) => quantile(of, share));
      return [[metric, { deliveries: of.length, least, median, p90, most }]];
    }),
  );
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
