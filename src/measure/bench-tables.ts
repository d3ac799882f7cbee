/**
 * The benchmark's main figures as tables, for Markdown and for the HTML report.
 *
 * @module
 */
import type { BenchReport, BenchRow, Metric } from './bench-report.ts';
import type { DecoderReport } from './decoder-bench.ts';
import { killers } from './killers.ts';

export interface BenchTable {
  readonly title: string;
  /** What follows the title, in Markdown. */
  readonly note?: string;
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

/** Those that there are figures for. */
export function benchTables(report: BenchReport): readonly BenchTable[] {
  return [examples(report), decoders(report), packages(report), families(report)].filter(
    ({ lines }) => lines.length > 0,
  );
}

function examples({ rows }: BenchReport): BenchTable {
  const keys = [
    ...new Map(
      rows
        .filter(({ envelope }) => envelope.startsWith('example'))
        .map((row) => [`${row.verifier} ${row.envelope}`, row]),
    ).values(),
  ];
  const lines = keys.map(({ verifier, envelope }) => {
    const own = rows.filter((row) => row.verifier === verifier && row.envelope === envelope);
    const cell = (metric: Metric, show: (row: BenchRow) => string): string => {
      const row = own.find((one) => one.metric === metric);
      return row === undefined ? '' : show(row);
    };
    const whole = ({ value }: BenchRow): string => String(value);
    const time = ({ value }: BenchRow): string => value.toFixed(2);
    return [
      verifier,
      envelope,
      cell('envelopeBytes', whole),
      cell('smallestArena', whole),
      cell('arenaAndEnvelope', whole),
      cell('steps', whole),
      cell('parseTime', time),
      cell('verifyTime', time),
      cell('overBare', time),
    ];
  });
  return {
    title: 'The published examples',
    head: [
      ...['verifier', 'envelope', 'bytes', 'arena', 'arena + envelope', 'steps'],
      ...['parse', 'verify', '÷ bare crypto'],
    ],
    lines,
  };
}

function decoders({ decoders: found = [] }: BenchReport): BenchTable {
  return {
    title: 'CBOR decoders',
    note: 'one pass over the six examples with all that is inside their byte strings (`reader` and `pull` are ours)',
    head: [
      'decoder',
      'time',
      'heap bytes',
      'malformed inputs taken',
      'what it dies of, in a child with 128 MiB of heap',
    ],
    lines: found.map((one) => [
      one.decoder,
      one.ratio.toFixed(2),
      String(one.allocatedBytes),
      `${one.acceptedMalformed} of ${one.malformed}`,
      deathsOf(one),
    ]),
  };
}

function deathsOf({ deaths }: DecoderReport): string {
  if (deaths.length === 0) return `none of ${killers.length}`;
  return deaths.map(({ input, inputBytes, how }) => `${input} (${inputBytes} bytes): ${how}`).join('; ');
}

function packages({ packages: found = [] }: BenchReport): BenchTable {
  return {
    title: 'RFC 4108 (CMS) and SUIT',
    note: `the same image of ${found[0]?.payloadBytes} bytes with the same metadata`,
    head: ['verifier', 'format', 'bytes on the wire', 'overhead', 'parse', 'verify', 'parse heap bytes'],
    lines: found.map((one) => [
      one.verifier,
      one.format,
      String(one.bytes),
      String(one.overheadBytes),
      one.parse.ratio.toFixed(2),
      one.verify.ratio.toFixed(2),
      String(one.allocatedBytes),
    ]),
  };
}

function families({ families: found = [] }: BenchReport): BenchTable {
  return {
    title: 'The smallest member of each valid family',
    note: 'in bytes, by `bounded`',
    head: ['family', 'arena', 'envelope', 'both'],
    lines: found.map((one) => [
      one.family,
      ...[one.arenaBytes, one.envelopeBytes, one.bothBytes].map(String),
    ]),
  };
}
