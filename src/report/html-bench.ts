/**
 * The page's benchmark: the figures of `gauntlet bench` as tables and plots, with what is not to be trusted as text.
 *
 * @module
 */
import { provenance } from '../measure/bench-markdown.ts';
import type { BenchReport } from '../measure/bench-report.ts';
import { type BenchTable, benchTables } from '../measure/bench-tables.ts';
import { drawGrowth } from '../measure/draw-growth.ts';
import { drawMemory } from '../measure/draw-memory.ts';
import type { Growth } from '../measure/growth.ts';
import { tableFrame } from './html-rows.ts';
import { drawing, type Html, html } from './html-template.ts';

export function benchSection(report: BenchReport | undefined): Html {
  if (report === undefined) return html``;
  const { families = [], growth, findings, warnings, skipped } = report;
  const drawn = growth.filter(({ operation, metric }) => operation === 'verify' && metric === 'steps');
  return html`<section id="bench" aria-labelledby="bench-title"><h2 id="bench-title">Benchmark</h2>
<p class="lead">${provenance(report, 'gauntlet bench').join(' ')}</p>
${listed('More than linear', findings)}${listed('Not to be trusted', warnings)}${benchTables(report).map(titledTable)}
${
  drawn.length === 0
    ? undefined
    : html`<h3>How the steps to verify grow</h3>
${tableFrame('Steps to verify against what grows, drawn', drawing(drawGrowth(drawn)))}
${titledTable(growthTable(drawn))}`
}${
  families.length === 0
    ? undefined
    : html`<h3>Room that valid families take</h3>
${tableFrame('Bytes for each valid family, drawn', drawing(drawMemory(families)))}`
}${listed(
  'Not measured',
  skipped.map(({ verifier, envelope, reason }) => `${verifier}, ${envelope}: ${reason}`),
)}</section>
`;
}

function growthTable(growth: readonly Growth[]): BenchTable {
  return {
    title: 'Exponents',
    note: '1 is linear, 0 does not grow',
    head: ['verifier', 'what grows', 'least', 'most', 'exponent'],
    lines: growth.map(({ verifier, dimension, points, exponent, isLinear }) => [
      verifier,
      dimension,
      ...[points[0], points.at(-1)].map((point) => (point ? `${point.value} at ${point.size}` : '')),
      `${exponent.toFixed(2)}${isLinear ? '' : ' !'}`,
    ]),
  };
}

function titledTable({ title, note, head, lines }: BenchTable): Html {
  const body = lines.map(
    ([first, ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((one) => html`<td>${one}</td>`)}</tr>
`,
  );
  return html`<h3>${title}${note === undefined ? undefined : html` <small>${plain(note)}</small>`}</h3>
${tableFrame(
  title,
  html`<table><thead><tr>${head.map((one) => html`<th scope="col">${one}</th>`)}</tr></thead><tbody>
${body}</tbody></table>`,
)}
`;
}

function listed(title: string, lines: readonly string[]): Html | undefined {
  if (lines.length === 0) return undefined;
  const list = html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
  if (lines.length > 8)
    return html`<details class="notes"><summary>${title}: ${lines.length}</summary>${list}</details>
`;
  return html`<h3>${title}</h3>${list}
`;
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
