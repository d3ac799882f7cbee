/**
 * Rows of the benchmark's report, from what was counted, tried, timed and allocated.
 *
 * @module
 */
import { deviceClasses } from '../device/classes.ts';
import { type AllocationReport, allocationsOf } from './allocation.ts';
import type { BenchRow, Metric } from './bench-report.ts';
import { ceilingOf } from './ceilings.ts';
import { type ExampleEnvelope, exampleEnvelopes } from './examples.ts';
import type { Candidate, Counted, OperationKind } from './operations.ts';
import { ascending, quantile, spreadOf, type Timing } from './timing.ts';
import { exactCostOf } from './valgrind.ts';

type Form = readonly [metric: Metric, unit: BenchRow['unit']];

const countedForms: Readonly<Record<OperationKind, Readonly<Partial<Record<keyof Counted, Form>>>>> = {
  parse: {
    steps: ['parseSteps', 'steps'],
    highWaterBytes: ['parseHighWater', 'bytes'],
    items: ['parseItems', 'items'],
  },
  verify: {
    steps: ['steps', 'steps'],
    highWaterBytes: ['arenaHighWater', 'bytes'],
    stackBytes: ['stackPeak', 'bytes'],
    heapBytes: ['heapBytes', 'bytes'],
    staticBytes: ['staticBytes', 'bytes'],
    items: ['items', 'items'],
    hashBlocks: ['hashBlocks', 'blocks'],
    signatureOperations: ['signatureOperations', 'operations'],
  },
};

export function countedRows(
  verifier: string,
  envelope: string,
  operation: OperationKind,
  counted: Counted,
): BenchRow[] {
  const forms = Object.entries(countedForms[operation]) as [keyof Counted, Form][];
  return forms.flatMap(([name, form]) => {
    const value = counted[name];
    return value === undefined ? [] : [exactRow(verifier, envelope, form, value)];
  });
}

export function exactRow(verifier: string, envelope: string, [metric, unit]: Form, value: number): BenchRow {
  return { verifier, envelope, metric, value, unit, source: 'counted', exact: true };
}

/** `bare`: the signature checks and digests of verifying, alone. */
export type Timed = OperationKind | 'bare';

const timeMetrics: Readonly<Record<Timed, Metric>> = {
  parse: 'parseTime',
  verify: 'verifyTime',
  bare: 'bareTime',
};

/** How many times the bare cryptography each verification takes. */
export function overBareRows(rows: readonly BenchRow[]): BenchRow[] {
  return rows
    .filter(({ metric }) => metric === 'bareTime')
    .flatMap((bare) => {
      const whole = rows.find(
        (row) =>
          row.metric === 'verifyTime' && row.verifier === bare.verifier && row.envelope === bare.envelope,
      );
      if (whole === undefined) return [];
      const { ratios: _, interval: __, spread: ___, ...rest } = bare;
      return [{ ...rest, metric: 'overBare' as const, value: whole.value / bare.value }];
    });
}

export function timeRow(
  verifier: string,
  envelope: string,
  timed: Timed,
  { ratio, ratios, spread, interval }: Timing,
): BenchRow {
  return {
    verifier,
    envelope,
    metric: timeMetrics[timed],
    value: ratio,
    unit: 'ratio',
    source: 'process',
    exact: false,
    samples: ratios.length,
    spread,
    interval,
    ratios: ratios.map((one) => Number(one.toPrecision(5))),
  };
}

/** Of a program under valgrind; of a built-in and a WebAssembly module nothing. Throws BenchError `exact`. */
export function programRows({ spec: verifier, launch }: Candidate, envelope: ExampleEnvelope): BenchRow[] {
  if (launch === undefined || isWasm(launch.spec)) return [];
  const { instructions, heapBytes, stackBytes, deliveryBytes } = exactCostOf(
    launch.spec,
    envelope,
    launch.cwd,
  );
  return [
    exactRow(verifier, envelope.name, ['instructions', 'instructions'], instructions),
    exactRow(verifier, envelope.name, ['heapPeak', 'bytes'], heapBytes),
    exactRow(verifier, envelope.name, ['stackPeak', 'bytes'], stackBytes),
    exactRow(verifier, envelope.name, ['deliveryPeak', 'bytes'], Math.max(0, deliveryBytes)),
  ];
}

export function isWasm(spec: string | undefined): boolean {
  return spec?.startsWith('wasm:') ?? false;
}

/** The smallest arena that still accepts, by trying; nothing where none does. */
export function ceilingRows({ name, recipient, delivery }: ExampleEnvelope): BenchRow[] {
  const ceiling = ceilingOf(recipient, delivery);
  if (ceiling === undefined) return [];
  const { envelopeBytes, smallestArenaBytes } = ceiling;
  const both = smallestArenaBytes + envelopeBytes;
  const row = (metric: Metric, value: number, unit: BenchRow['unit']): BenchRow =>
    exactRow('bounded', name, [metric, unit], value);
  return [
    row('smallestArena', smallestArenaBytes, 'bytes'),
    row('arenaAndEnvelope', both, 'bytes'),
    ...classRow(smallestArenaBytes, (value) => row('smallestClassForArena', value, 'class')),
    ...classRow(both, (value) => row('smallestClassForBoth', value, 'class')),
  ];
}

function classRow(bytes: number, row: (deviceClass: number) => BenchRow): BenchRow[] {
  const enough = deviceClasses.find(({ ramBytes }) => bytes <= ramBytes);
  return enough === undefined ? [] : [row(enough.deviceClass)];
}

/** The bounded verifier too: what it makes outside its arena should be little, and the same for every envelope. */
export async function allocationRows(
  verifiers: readonly string[],
  envelopes: readonly string[],
): Promise<BenchRow[]> {
  const published = exampleEnvelopes().map(({ name }) => name);
  const wanted = envelopes.filter((name) => published.includes(name));
  const rows: BenchRow[] = [];
  for (const verifier of wanted.length === 0 ? [] : verifiers) {
    const { reports, peakRssBytes } = await allocationsOf({ verifier, envelopes: wanted });
    rows.push(...reports.map((report) => allocationRow(verifier, report)));
    rows.push({ ...allocated(verifier, 'all', 'peakRss', peakRssBytes), samples: 1 });
  }
  return rows;
}

/** Of a verifier in a process of its own, whatever it was given. */
export function peakRssRow({ spec, peakRss }: Pick<Candidate, 'spec' | 'peakRss'>): BenchRow[] {
  const bytes = peakRss?.();
  return bytes === undefined ? [] : [{ ...allocated(spec, 'all', 'peakRss', bytes), samples: 1 }];
}

function allocationRow(verifier: string, { envelope, kind, samples }: AllocationReport): BenchRow {
  const sorted = ascending(samples);
  const metric = kind === 'parse' ? 'parseAllocated' : 'verifyAllocated';
  return {
    ...allocated(verifier, envelope, metric, quantile(sorted, 0.5)),
    samples: sorted.length,
    spread: spreadOf(sorted),
  };
}

function allocated(verifier: string, envelope: string, metric: Metric, value: number): BenchRow {
  return { verifier, envelope, metric, value, unit: 'bytes', source: 'process', exact: false };
}

/** A quarter of the samples this much above the median: other work was going on. */
const wideP75 = 1.25;
const wideDeviationPercent = 5;
const wideUnitPercent = 10;

export function warningsOf(rows: readonly BenchRow[], calibration: Pick<Timing, 'spread'>): string[] {
  const warnings: string[] = [];
  const { deviationPercent: drift } = calibration.spread;
  if (drift > wideUnitPercent) {
    warnings.push(
      `the calibration loop itself varied by ${drift.toFixed(0)} % during the session: the machine is busy, ratios are rough`,
    );
  }
  for (const { verifier, envelope, metric, spread } of rows) {
    if (spread === undefined) continue;
    const { p75, deviationPercent } = spread;
    if (p75 <= wideP75 && deviationPercent <= wideDeviationPercent) continue;
    warnings.push(
      `${verifier} ${envelope} ${metric}: wide spread (median deviation ${deviationPercent.toFixed(1)} %, a quarter of the samples above ${p75.toFixed(2)} times the median)`,
    );
  }
  return warnings;
}
