/**
 * The self-test as one HTML page: the summary, the curve, and who was caught by what.
 *
 * @module
 */
import { htmlPage } from './html-page.ts';
import { type Html, html, trusted } from './html-template.ts';
import { blindCell, namedCell, type ZooReport, type ZooRow, zooSummary } from './zoo.ts';
import { zooCurve } from './zoo-curve.ts';

export function zooPage(report: ZooReport, regressions: readonly string[]): string {
  const problems = [...report.problems, ...regressions];
  const groups = [
    { title: 'Animals', note: 'Each is broken in one way.', rows: report.animals },
    { title: 'Sentinels', note: 'Each must be caught in its first cases.', rows: report.sentinels },
    { title: 'Equivalents', note: 'Right in another way: none may be caught.', rows: report.equivalents },
  ].filter(({ rows }) => rows.length > 0);
  const body = html`<header>
<div class="bar"><h1>suit-gauntlet zoo</h1></div>
<ul class="facts">${[...zooSummary(report), `suit-gauntlet ${report.version}`].map((fact) => html`<li>${fact}</li>`)}</ul>
${problems.length > 0 ? html`<div class="problems"><h2>Problems</h2><ul>${problems.map((one) => html`<li>${one}</li>`)}</ul></div>` : undefined}</header>
<main id="main">
${report.animals.length > 0 ? html`<h2>How fast</h2>\n<div class="frame">${trusted(zooCurve(report))}</div>\n` : undefined}${groups.map(
  ({ title, note, rows }) =>
    html`<h2>${title}</h2>\n<p class="lead">${note}</p>\n${tableOf(rows, { mustSurvive: rows === report.equivalents })}\n`,
)}</main>`;
  return htmlPage({ title: 'suit-gauntlet zoo', body });
}

function tableOf(rows: readonly ZooRow[], { mustSurvive }: { readonly mustSurvive: boolean }): Html {
  return html`<div class="frame"><table><thead><tr><th>verifier</th><th>caught by</th><th>cases</th><th>by an attack it names</th><th>blind mutation</th></tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr><th scope="row">${row.id} <span class="id">${row.handle}</span>${row.replay === undefined ? undefined : html`<small><code>${row.replay}</code></small>`}</th><td class="${row.caught === mustSurvive ? 'bad' : 'good'}">${row.by ?? 'survives'}</td><td>${row.cases}</td><td>${namedCell(row)}</td><td>${blindCell(row)}</td></tr>\n`,
)}</tbody></table></div>`;
}
