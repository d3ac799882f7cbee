/**
 * The regression gate of the benchmark: counted cost is compared exactly, times by ranks, with a least effect.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { type BenchReport, type BenchRow, type Metric, metrics } from './bench-report.ts';
import type { Machine } from './machine.ts';
import { rankTest } from './rank-test.ts';
import { quantile } from './timing.ts';

export const benchBaselineFormat = 1;

export interface BenchBaseline {
  readonly format: typeof benchBaselineFormat;
  /** Of the bench that wrote it. */
  readonly version: string;
  /** That the times were taken on; absent: it has none. */
  readonly machine?: Machine;
  /** Per cent that a metric's figure may grow without being a regression; absent: 0. */
  readonly tolerances: Readonly<Partial<Record<Metric, number>>>;
  readonly rows: readonly BaselineRow[];
}

export interface BaselineRow extends Pick<BenchRow, 'verifier' | 'envelope' | 'metric' | 'value'> {
  /** Day, in UTC, since when it has been so. */
  readonly since: string;
  /** Of a time. */
  readonly ratios?: readonly number[];
}

export interface CostChange {
  readonly kind: 'more' | 'less' | 'gone' | 'new';
  readonly verifier: string;
  readonly envelope: string;
  readonly metric: Metric;
  readonly was?: number;
  readonly now?: number;
  readonly since?: string;
}

export interface CostComparison {
  readonly changes: readonly CostChange[];
  /** Why times were not compared. */
  readonly note?: string;
}

/** Less is told, and no regression; what is gone was not measured, because it was refused, and is one. */
export function isRegression({ kind }: CostChange): boolean {
  return kind === 'more' || kind === 'gone';
}

/** Slower by less is not worth a look; the chance of one false alarm in a whole comparison. */
const leastEffect = 0.1;
const falseAlarms = 0.01;

export function compareCosts(report: BenchReport, baseline: BenchBaseline): CostComparison {
  const now = new Map(report.rows.filter(isGated).map((row) => [keyOf(row), row]));
  const before = new Map(baseline.rows.map((row) => [keyOf(row), row]));
  const measured = new Set(report.rows.map(({ verifier }) => verifier));
  const note = whyNoTimes(report, baseline);
  const timed = baseline.rows.filter(({ ratios }) => ratios !== undefined).length;
  const threshold = falseAlarms / Math.max(1, timed);
  const changes: CostChange[] = [];
  for (const [key, was] of before) {
    const row = now.get(key);
    if (row === undefined) {
      if (measured.has(was.verifier) && was.ratios === undefined && isInScope(report, was))
        changes.push(changeOf('gone', was, was, undefined));
    } else if (was.ratios === undefined) {
      const most = was.value * (1 + (baseline.tolerances[was.metric] ?? 0) / 100);
      if (row.value > most) changes.push(changeOf('more', was, was, row));
      else if (row.value < was.value) changes.push(changeOf('less', was, was, row));
    } else if (note === undefined) {
      const slower = change(was.ratios, row.ratios ?? [row.value], threshold);
      if (slower !== undefined) changes.push(changeOf(slower, was, was, row));
    }
  }
  for (const [key, row] of now) {
    if (!before.has(key) && row.exact) changes.push(changeOf('new', row, undefined, row));
  }
  return { changes, ...(note !== undefined && { note }) };
}

/** Keeps since when each figure has been what it is. */
export function writeCosts(
  report: BenchReport,
  {
    version,
    today,
    before,
  }: { readonly version: string; readonly today: string; readonly before?: BenchBaseline },
): BenchBaseline {
  const known = new Map(before?.rows.map((row) => [keyOf(row), row]));
  return {
    format: benchBaselineFormat,
    version,
    ...(report.rows.some(({ ratios }) => ratios !== undefined) && { machine: report.machine }),
    tolerances: before?.tolerances ?? {},
    rows: report.rows.filter(isGated).map((row): BaselineRow => {
      const { verifier, envelope, metric, value, ratios } = row;
      const old = known.get(keyOf(row));
      const since = old?.value === value ? old.since : today;
      return { verifier, envelope, metric, value, since, ...(ratios && { ratios }) };
    }),
  };
}

/** One row a line, so that a change of cost is a change of a line. */
export function printCosts({ rows, ...head }: BenchBaseline): string {
  const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n "rows": [\n${lines}\n]}\n`;
}

/** Throws BenchError `bench-baseline`. */
export function readCosts(value: unknown, file: string): BenchBaseline {
  const given = value as Partial<BenchBaseline> | null;
  const isOne =
    typeof given === 'object' &&
    given?.format === benchBaselineFormat &&
    (given.machine === undefined || typeof given.machine === 'object') &&
    typeof given.tolerances === 'object' &&
    Array.isArray(given.rows) &&
    given.rows.every(isBaselineRow);
  if (!isOne)
    throw new BenchError(
      'bench-baseline',
      `${file} is no baseline of the bench; gauntlet bench --baseline FILE --write-baseline writes one`,
    );
  return given as BenchBaseline;
}

export function renderCosts({ changes, note }: CostComparison): string {
  const regressions = changes.filter(isRegression);
  const lines = changes.map(
    (one) =>
      `- ${isRegression(one) ? 'REGRESSION ' : ''}${one.verifier} ${one.envelope} ${one.metric}: ${said(one)}`,
  );
  return [
    `Against the baseline: ${changes.length} changes, ${regressions.length} of them regressions`,
    ...(note === undefined ? [] : [`Times were not compared: ${note}`]),
    ...lines,
    '',
  ].join('\n');
}

function said({ kind, was, now, since }: CostChange): string {
  switch (kind) {
    case 'new':
      return `${now} (not in the baseline)`;
    case 'gone':
      return `${was} since ${since}, now refused or not measured`;
    default:
      return `${was} since ${since}, now ${now} (${percent(was ?? 0, now ?? 0)})`;
  }
}

function percent(was: number, now: number): string {
  if (was === 0) return `${kindOf(was, now)}, from nothing`;
  const by = (100 * (now - was)) / was;
  return `${by > 0 ? '+' : ''}${by.toFixed(Math.abs(by) < 1 ? 2 : 1)} %`;
}

function kindOf(was: number, now: number): CostChange['kind'] {
  return now > was ? 'more' : 'less';
}

/** Slower, or faster, beyond doubt and by more than the least effect. */
function change(
  was: readonly number[],
  now: readonly number[],
  threshold: number,
): CostChange['kind'] | undefined {
  const effect = quantile(now, 0.5) / quantile(was, 0.5) - 1;
  if (effect > leastEffect && rankTest(was, now) < threshold) return 'more';
  return effect < -leastEffect && rankTest(now, was) < threshold ? 'less' : undefined;
}

function whyNoTimes({ machine, rows }: BenchReport, baseline: BenchBaseline): string | undefined {
  const { machine: then } = baseline;
  if (then === undefined) return undefined;
  const other = (['cpu', 'cores', 'node', 'v8', 'openssl'] as const).find(
    (key) => machine[key] !== then[key],
  );
  if (other !== undefined)
    return `the baseline is of another ${other} (${then[other]}, here ${machine[other]})`;
  return rows.some(({ ratios }) => ratios !== undefined) ? undefined : 'none were taken';
}

/** A row that is missing because less was asked for is not gone. */
function isInScope({ rows, skipped }: BenchReport, { verifier, envelope, metric }: BaselineRow): boolean {
  const isRefused = skipped.some((one) => one.verifier === verifier && one.envelope === envelope);
  const others = rows.filter((row) => row.verifier === verifier && row.envelope === envelope);
  return isRefused || (others.length > 0 && !others.some((row) => row.metric === metric));
}

function isGated({ exact, ratios }: BenchRow): boolean {
  return exact || ratios !== undefined;
}

function changeOf(
  kind: CostChange['kind'],
  { verifier, envelope, metric }: Pick<BenchRow, 'verifier' | 'envelope' | 'metric'>,
  was: BaselineRow | undefined,
  row: BenchRow | undefined,
): CostChange {
  return {
    kind,
    verifier,
    envelope,
    metric,
    ...(was && { was: was.value, since: was.since }),
    ...(row && { now: row.value }),
  };
}

function keyOf({ verifier, envelope, metric }: Pick<BenchRow, 'verifier' | 'envelope' | 'metric'>): string {
  return JSON.stringify([verifier, envelope, metric]);
}

function isBaselineRow(row: unknown): row is BaselineRow {
  if (typeof row !== 'object' || row === null) return false;
  const { verifier, envelope, metric, value, since, ratios } = row as Partial<BaselineRow>;
  return (
    typeof verifier === 'string' &&
    typeof envelope === 'string' &&
    metrics.some((known) => known === metric) &&
    typeof value === 'number' &&
    typeof since === 'string' &&
    (ratios === undefined || (Array.isArray(ratios) && ratios.every((one) => typeof one === 'number')))
  );
}
