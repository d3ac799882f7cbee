/**
 * The benchmark's main figures as Markdown tables, for a README.
 *
 * @module
 */
import type { BenchReport, BenchRow, Metric } from './bench-report.ts';

export function benchMarkdown(report: BenchReport): string {
  const { machine, calibration } = report;
  return [
    `Made by \`npm run bench\` on ${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}, OpenSSL ${machine.openssl}.`,
    `Times are multiples of a calibration loop (${(calibration.medianNs / 1000).toFixed(1)} µs) in the same run; bytes and steps are counted and repeat exactly.`,
    '',
    '**The published examples**',
    '',
    ...examples(report),
    ...decoders(report),
    ...packages(report),
    ...families(report),
    '',
  ].join('\n');
}

function examples({ rows }: BenchReport): readonly string[] {
  const titles = [
    'verifier',
    'envelope',
    'bytes',
    'arena',
    'arena + envelope',
    'steps',
    'parse',
    'verify',
    '÷ bare crypto',
  ];
  const keys = [
    ...new Map(
      rows
        .filter(({ envelope }) => envelope.startsWith('example'))
        .map((row) => [`${row.verifier} ${row.envelope}`, row]),
    ).values(),
  ];
  return table(
    titles,
    keys.map(({ verifier, envelope }) => {
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
    }),
  );
}

function decoders({ decoders: found = [] }: BenchReport): readonly string[] {
  if (found.length === 0) return [];
  return [
    '',
    '**CBOR decoders**, one pass over the six examples with all that is inside their byte strings (`reader` and `pull` are ours)',
    '',
    ...table(
      ['decoder', 'time', 'heap bytes', 'malformed inputs taken', 'deaths'],
      found.map((one) => [
        one.decoder,
        one.ratio.toFixed(2),
        String(one.allocatedBytes),
        `${one.acceptedMalformed} of ${one.malformed}`,
        String(one.deaths.length),
      ]),
    ),
  ];
}

function packages({ packages: found = [] }: BenchReport): readonly string[] {
  const [first] = found;
  if (first === undefined) return [];
  return [
    '',
    `**RFC 4108 (CMS) and SUIT**, the same image of ${first.payloadBytes} bytes with the same metadata`,
    '',
    ...table(
      ['verifier', 'format', 'bytes on the wire', 'overhead', 'parse', 'verify', 'parse heap bytes'],
      found.map((one) => [
        one.verifier,
        one.format,
        String(one.bytes),
        String(one.overheadBytes),
        one.parse.ratio.toFixed(2),
        one.verify.ratio.toFixed(2),
        String(one.allocatedBytes),
      ]),
    ),
  ];
}

function families({ families: found = [] }: BenchReport): readonly string[] {
  if (found.length === 0) return [];
  return [
    '',
    '**The smallest member of each valid family**, in bytes, by `bounded`',
    '',
    ...table(
      ['family', 'arena', 'envelope', 'both'],
      found.map((one) => [one.family, ...[one.arenaBytes, one.envelopeBytes, one.bothBytes].map(String)]),
    ),
  ];
}

function table(titles: readonly string[], lines: readonly (readonly string[])[]): readonly string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(titles), row(titles.map(() => '---')), ...lines.map(row)];
}
