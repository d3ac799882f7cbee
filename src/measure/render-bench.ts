/**
 * The benchmark's report as text: aligned tables, counted and process figures in columns of their own.
 *
 * @module
 */

import { deviceClasses } from '../device/classes.ts';
import type { BenchReport, BenchRow, Metric } from './bench-report.ts';
import { carriedAttacks, type PackageReport, type Ratio } from './cms-bench.ts';
import type { DecoderReport } from './decoder-bench.ts';
import type { FamilyRoom } from './family-room.ts';
import type { Growth } from './growth.ts';

export function renderBench(report: BenchReport): string {
  // What grows has a table of its own.
  const grown = new Set(
    report.growth.flatMap(({ dimension, points }) => points.map(({ size }) => `${dimension}-${size}`)),
  );
  const keys = keysOf(report.rows).filter(({ envelope }) => !grown.has(envelope));
  const sections = [
    header(report),
    table(
      'Counted exactly: by the verifier over its own memory, at its ports, or by the bench within a module',
      countedColumns,
      report,
      keys,
    ),
    growthTable(report.growth),
    ...list('Findings: cost that grows more than linearly', report.findings),
    table(`Of the process; times as multiples of the calibration loop`, processColumns, report, keys),
    ...peaks(report.rows),
    decoderTable(report.decoders ?? []),
    packageTable(report.packages ?? []),
    familyTable(report.families ?? []),
    ...list(
      'Not measured',
      report.skipped.map((s) => `${s.verifier} ${s.envelope} ${s.reason}`),
    ),
    ...list('Warning: do not trust', report.warnings),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const within = ({ ratio: value, interval }: Ratio): string =>
  `${value.toFixed(2)} (${interval.low.toFixed(2)} … ${interval.high.toFixed(2)})`;

function packageTable(packages: readonly PackageReport[]): string {
  const [first] = packages;
  if (first === undefined) return '';
  const lines = packages.map((one) => [
    one.verifier,
    one.format,
    `${one.bytes} B`,
    `${one.overheadBytes} B`,
    within(one.parse),
    within(one.verify),
    `${one.allocatedBytes} B`,
    ...carriedAttacks.map((attack) => one.attacks[attack]),
  ]);
  const titles = ['verifier', 'format', 'on the wire', 'overhead', 'parse time', 'verify time', 'parse heap'];
  return `The same image of ${first.payloadBytes} bytes as a firmware package of RFC 4108 and as a SUIT envelope; how each refuses what is hostile to both
${aligned([[...titles, ...carriedAttacks], ...lines])}`;
}

function familyTable(families: readonly FamilyRoom[]): string {
  if (families.length === 0) return '';
  const lines = families.map(({ family, arenaBytes, envelopeBytes, bothBytes }) => [
    family,
    '',
    `${arenaBytes} B`,
    `${envelopeBytes} B`,
    `${bothBytes} B`,
  ]);
  return `Smallest member of each valid family, by bounded
${aligned([['family', '', 'arena', 'envelope', 'both'], ...lines])}`;
}

function decoderTable(decoders: readonly DecoderReport[]): string {
  if (decoders.length === 0) return '';
  const lines = decoders.map((one) => [
    one.decoder,
    '',
    within(one),
    `${one.allocatedBytes} B`,
    `${one.acceptedMalformed} of ${one.malformed}`,
    one.deaths.length === 0 ? 'none' : String(one.deaths.length),
  ]);
  const deaths = decoders.flatMap(({ decoder, deaths: own }) =>
    own.map(({ input, inputBytes, how }) => `- ${decoder} died of ${input} (${inputBytes} bytes): ${how}`),
  );
  const titles = ['decoder', '', 'time', 'heap', 'malformed taken', 'deaths'];
  return [
    'CBOR decoders: one pass over the six published envelopes, all inside their byte strings included',
    aligned([titles, ...lines]),
    ...deaths,
  ].join('\n');
}

interface Column {
  readonly title: string;
  readonly metric: Metric;
  readonly show: (row: BenchRow) => string;
}

const bytes = ({ value }: BenchRow) => `${value} B`;
const plain = ({ value }: BenchRow) => String(value);
const ratio = ({ value, interval }: BenchRow) =>
  interval === undefined
    ? value.toFixed(2)
    : `${value.toFixed(2)} (${interval.low.toFixed(2)} … ${interval.high.toFixed(2)})`;

const countedColumns: readonly Column[] = [
  { title: 'envelope', metric: 'envelopeBytes', show: bytes },
  { title: 'arena high water', metric: 'arenaHighWater', show: bytes },
  { title: 'smallest arena', metric: 'smallestArena', show: bytes },
  { title: 'class', metric: 'smallestClassForArena', show: plain },
  { title: 'arena + envelope', metric: 'arenaAndEnvelope', show: bytes },
  { title: 'class', metric: 'smallestClassForBoth', show: plain },
  { title: 'steps', metric: 'steps', show: plain },
  { title: 'items read', metric: 'items', show: plain },
  { title: 'hash blocks', metric: 'hashBlocks', show: plain },
  { title: 'signatures', metric: 'signatureOperations', show: plain },
  { title: 'parse steps', metric: 'parseSteps', show: plain },
  { title: 'parse items', metric: 'parseItems', show: plain },
  { title: 'instructions', metric: 'instructions', show: plain },
  { title: 'heap peak', metric: 'heapPeak', show: bytes },
  { title: 'stack peak', metric: 'stackPeak', show: bytes },
  { title: 'of the delivery', metric: 'deliveryPeak', show: bytes },
  { title: 'heap', metric: 'heapBytes', show: bytes },
  { title: 'static', metric: 'staticBytes', show: bytes },
];

const processColumns: readonly Column[] = [
  { title: 'parse time', metric: 'parseTime', show: ratio },
  { title: 'verify time', metric: 'verifyTime', show: ratio },
  { title: '÷ bare crypto', metric: 'overBare', show: ({ value }) => value.toFixed(2) },
  { title: 'parse heap', metric: 'parseAllocated', show: bytes },
  { title: 'verify heap', metric: 'verifyAllocated', show: bytes },
];

interface Key {
  readonly verifier: string;
  readonly envelope: string;
}

function keysOf(rows: readonly BenchRow[]): readonly Key[] {
  const keys = new Map<string, Key>();
  for (const { verifier, envelope } of rows) {
    if (envelope !== 'all') keys.set(`${verifier} ${envelope}`, { verifier, envelope });
  }
  return [...keys.values()];
}

function confidenceOf(rows: readonly BenchRow[]): string {
  const { interval } = rows.find((row) => row.interval !== undefined) ?? {};
  return interval === undefined ? 'no times' : `${(100 * interval.confidence).toFixed(1)} % confidence`;
}

function growthTable(growth: readonly Growth[]): string {
  const lines = growth
    .filter(({ exponent }) => exponent > 0)
    .map(({ verifier, operation, dimension, metric, exponent, isLinear, points }) => [
      verifier,
      dimension,
      operation,
      metric,
      ...[points[0], points.at(-1)].map((point) =>
        point === undefined ? '' : `${point.value} at ${point.size}`,
      ),
      `${exponent.toFixed(2)}${isLinear ? '' : ' !'}`,
    ]);
  if (lines.length === 0) return '';
  const titles = ['verifier', 'grows', 'operation', 'metric', 'smallest', 'largest', 'exponent'];
  return `How counted cost grows: 1 is linear; what does not grow is left out\n${aligned([titles, ...lines])}`;
}

function header({ machine, calibration, timing, quick, rows }: BenchReport): string {
  const { cpu, cores, platform, node, v8, openssl } = machine;
  return [
    `${cpu}, ${cores} cores, ${platform}; Node.js ${node}, V8 ${v8}, OpenSSL ${openssl}`,
    `calibration loop ${(calibration.medianNs / 1000).toFixed(2)} µs ±${calibration.spread.deviationPercent.toFixed(1)} %; ` +
      `each task ${timing.rounds} times ${timing.roundMs} ms${quick ? ' (quick: rough figures)' : ''}`,
    `medians, with the interval that holds the true one (${confidenceOf(rows)}); heap is what one operation allocates without the optimiser`,
    'class: the smallest of RFC 7228 with room in the RAM that the bench grants it ' +
      `(${deviceClasses.map(({ deviceClass, ramBytes }) => `${deviceClass}: ${ramBytes / 1024} KiB`).join(', ')}); ` +
      'stack, code and the memory of the cryptographic library are not in it',
  ].join('\n');
}

function table(title: string, all: readonly Column[], { rows }: BenchReport, keys: readonly Key[]): string {
  const columns = all.filter(({ metric }) => rows.some((row) => row.metric === metric));
  const lines = keys.flatMap(({ verifier, envelope }) => {
    const own = rows.filter((row) => row.verifier === verifier && row.envelope === envelope);
    const cells = columns.map(({ metric, show }) => {
      const row = own.find((one) => one.metric === metric);
      return row === undefined ? '' : show(row);
    });
    return cells.every((cell) => cell === '') ? [] : [[verifier, envelope, ...cells]];
  });
  if (lines.length === 0) return '';
  return `${title}\n${aligned([['verifier', 'name', ...columns.map((column) => column.title)], ...lines])}`;
}

/** The first two columns to the left, figures to the right. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function peaks(rows: readonly BenchRow[]): string[] {
  const lines = rows
    .filter(({ metric }) => metric === 'peakRss')
    .map(({ verifier, value }) => [verifier, '', `${(value / 1024 / 1024).toFixed(1)} MiB`]);
  if (lines.length === 0) return [];
  return [
    `Peak resident memory: of built-ins the measuring process, of others their own, with its run-time system; observed\n${aligned(lines)}`,
  ];
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}\n${lines.map((line) => `- ${line}`).join('\n')}`];
}
