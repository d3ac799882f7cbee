/**
 * The benchmark's main figures as Markdown tables, for a README.
 *
 * @module
 */
import type { BenchReport } from './bench-report.ts';
import { type BenchTable, benchTables } from './bench-tables.ts';

export function benchMarkdown(report: BenchReport): string {
  return [...provenance(report, '`npm run bench`'), ...benchTables(report).flatMap(section), ''].join('\n');
}

/** Where the figures come from, by which command, and what they are multiples of. */
export function provenance({ machine, taken, calibration }: BenchReport, by: string): readonly string[] {
  return [
    `Made by ${by} on ${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}, OpenSSL ${machine.openssl}.`,
    `Times are multiples of a calibration loop (${(calibration.medianNs / 1000).toFixed(1)} µs) in the same run; bytes and steps are counted and repeat exactly.`,
    ...(taken ? [`Taken on ${taken.date}, ${loadInWords(taken.load, machine.cores)}.`] : []),
  ];
}

/** Of what ran beside it. */
function loadInWords(load: number, cores: number): string {
  const said = `when the load of the machine was ${load.toFixed(1)}`;
  return load < 0.5 * cores
    ? said
    : `${said}: it was busy with other things, and the times are rough; what is counted is not touched by that`;
}

function section({ title, note, head, lines }: BenchTable): readonly string[] {
  return ['', `**${title}**${note === undefined ? '' : `, ${note}`}`, '', ...table(head, lines)];
}

function table(titles: readonly string[], lines: readonly (readonly string[])[]): readonly string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(titles), row(titles.map(() => '---')), ...lines.map(row)];
}
