/**
 * The costliest deliveries of a run as stored cases, each with the line that delivers it again.
 *
 * @module
 */
import type { Case, Inapplicable } from './case.ts';
import { isInapplicable } from './case.ts';
import type { CostlyDelivery, CostSheet } from './costs.ts';
import type { FindingOptions } from './findings.ts';
import { replayLine, storeCase } from './keep-case.ts';

/** As results have it. */
export interface StoredDelivery extends CostlyDelivery {
  /** Name of the stored case; absent: it could not be made again. */
  readonly id?: string;
  /** Bytes of the last envelope that was delivered. */
  readonly bytes?: number;
  /** The line that delivers it again. */
  readonly replay?: string;
}

/** Places of the cases that `storeCostly` wants. */
export function costlyPlaces(sheets: Readonly<Record<string, CostSheet>>): ReadonlySet<number> {
  return new Set(Object.values(sheets).flatMap(({ costliest }) => costliest.map((one) => one.case)));
}

/** `cases`: what was drawn again, by place. */
export function storeCostly(
  sheets: Readonly<Record<string, CostSheet>>,
  cases: ReadonlyMap<number, Case | Inapplicable>,
  options: Pick<FindingOptions, 'folder' | 'config' | 'withoutSecrets'> & { readonly class?: string },
): Readonly<Record<string, CostSheet<StoredDelivery>>> {
  const stored = (verifier: string, delivery: CostlyDelivery): StoredDelivery => {
    const one = cases.get(delivery.case);
    if (one === undefined || isInapplicable(one)) return delivery;
    const { id, bytes } = storeCase(one, { ...options, ofControl: delivery.of === 'control' });
    return {
      ...delivery,
      id,
      ...(bytes && { bytes: bytes.length }),
      replay: replayLine(id, verifier, options),
    };
  };
  return Object.fromEntries(
    Object.entries(sheets).map(([verifier, { families, costliest }]) => [
      verifier,
      { families, costliest: costliest.map((one) => stored(verifier, one)) },
    ]),
  );
}
