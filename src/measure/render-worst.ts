/**
 * Worst cases as text.
 *
 * @module
 */
import { escapeText } from '../escape-text.ts';
import type { WorstReport } from './worst.ts';

export function renderWorst(reports: readonly WorstReport[]): string {
  return `${reports.map((report) => linesOf(report).join('\n')).join('\n\n')}\n`;
}

function linesOf(report: WorstReport): readonly string[] {
  const { verifier, maker, metric, bytes, typical, worst, seedCost, evaluated, crashes } = report;
  const who = maker === 'signed' ? 'signed by the author' : 'without a key';
  const unit = metric === 'time' ? 'ns (observed, not counted)' : metric;
  return [
    `${escapeText(verifier)}, at most ${bytes} bytes, ${who}: ${times(worst.amplification)} the cost of a typical valid envelope`,
    `  ${worst.cost} ${unit} in ${worst.envelopeBytes} bytes, typical ${typical}; best seed ${seedCost}, ${evaluated} deliveries tried`,
    `  from ${worst.origin}${worst.mutations.length === 0 ? '' : `: ${shortened(worst.mutations).join(', ')}`}`,
    `  ${escapeText(worst.outcome)}`,
    ...(crashes === 0 ? [] : [`  ${crashes} deliveries at which it threw: see gauntlet run`]),
  ];
}

function times(amplification: number): string {
  return `${amplification < 10 ? amplification.toFixed(1) : Math.round(amplification)} times`;
}

/** The last few: a long line of changes has mostly led nowhere. */
function shortened(mutations: readonly string[]): readonly string[] {
  const most = 6;
  return mutations.length <= most ? mutations : ['…', ...mutations.slice(-most)];
}
