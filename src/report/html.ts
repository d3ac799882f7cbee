/**
 * Results as one HTML page: self-contained, without network, readable without script.
 *
 * @module
 */

import { listReplayable } from '../attacks/replayable.ts';
import { howMany } from '../how-many.ts';
import type { BenchReport } from '../measure/bench-report.ts';
import type { BaselineComparison } from './baseline.ts';
import { benchSection } from './html-bench.ts';
import { costlyAnchors, costSection } from './html-costs.ts';
import { evidenceOf } from './html-evidence.ts';
import { type FindingExtras, findingSection, type ShownDuty } from './html-findings.ts';
import { matrixSection, policySection, verdictSection } from './html-matrix.ts';
import { htmlPage } from './html-page.ts';
import { anchorsOf, type PageContext } from './html-rows.ts';
import { pageScript } from './html-script.ts';
import { dataScript, type Html, html } from './html-template.ts';
import { type ShownThreat, threatSection } from './html-threats.ts';
import type { Results } from './results.ts';

export interface PageInput {
  readonly results: Results;
  readonly baseline?: BaselineComparison;
  /** Absent: the page has no threat view. */
  readonly threats?: readonly ShownThreat[];
  /** Duties of the clause ledger, by attack. */
  readonly duties?: ReadonlyMap<string, readonly ShownDuty[]>;
  /** Stored cases, by the id of the finding or of the costly delivery. */
  readonly cases?: FindingExtras['cases'];
  /** Of `gauntlet bench`; absent: the page has no benchmark. */
  readonly bench?: BenchReport;
}

export function renderHtml(input: PageInput): string {
  const { results, baseline, threats = [], duties = new Map(), cases = new Map() } = input;
  const context: PageContext = {
    results,
    verifiers: Object.keys(results.verifiers),
    listings: new Map(listReplayable().map((one) => [one.id, one])),
    anchors: anchorsOf(results.findings),
  };
  const shown = [...context.anchors, ...costlyAnchors(context)];
  const stored = shown.flatMap(([{ id }, anchor]) => {
    const one = id === undefined ? undefined : cases.get(id);
    return one === undefined ? [] : [[anchor, one] as const];
  });
  const extras = { duties, cases, ...(baseline && { baseline }) };
  const sections = [
    { id: 'matrix', title: 'Families', body: matrixSection(context) },
    { id: 'findings', title: 'Findings', body: findingSection(context, extras) },
    { id: 'threats', title: 'Threats', body: threatSection(context, threats) },
    { id: 'policy', title: 'Policy', body: policySection(context) },
    { id: 'cost', title: 'Cost', body: costSection(context, cases) },
    { id: 'bench', title: 'Benchmark', body: benchSection(input.bench) },
    { id: 'verdicts', title: 'Verdicts', body: verdictSection(context) },
  ].filter(({ body }) => body.markup !== '');
  const body = html`${headOf(context, baseline, sections)}
<main id="main">
${sections.map((section) => section.body)}</main>
${dataScript('evidence', evidenceOf(new Map(stored)))}`;
  return htmlPage({ title: 'suit-gauntlet report', body, script: pageScript });
}

function headOf(
  { results, verifiers }: PageContext,
  baseline: BaselineComparison | undefined,
  sections: readonly { readonly id: string; readonly title: string }[],
): Html {
  const { findings } = results;
  const known = findings.filter(({ fingerprint }) => baseline?.known.has(fingerprint)).length;
  const facts = [
    `${results.done} of ${howMany(results.planned, 'case')} for each verifier${results.complete ? '' : ' (not complete)'}`,
    baseline ? `${findings.length - known} new findings, ${known} known` : `${findings.length} findings`,
    results.subject,
    `draft-ietf-suit-manifest-${results.revision}`,
    `seed ${results.seed}`,
    `suit-gauntlet ${results.version}`,
  ];
  return html`<header>
<div class="bar"><h1>suit-gauntlet report</h1>
<nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
<input id="search" type="search" placeholder="Search ( / )" aria-label="Search attacks, findings and policies">
<button type="button" id="theme">Dark / light</button></div>
<p>${howMany(verifiers.length, 'verifier')}: ${verifiers.join(', ')}</p>
<ul class="facts">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
${problemsOf(baseline)}${results.notes.length > 0 ? html`<details class="notes"><summary>Notes</summary><ul>${results.notes.map((note) => html`<li>${note}</li>`)}</ul></details>` : undefined}</header>`;
}

/** Many are folded: each of them is a finding below, or a sentence about the baseline. */
function problemsOf(baseline: BaselineComparison | undefined): Html | undefined {
  const problems = baseline?.problems ?? [];
  if (problems.length === 0) return undefined;
  const list = html`<ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`;
  return problems.length > 8
    ? html`<details class="problems"><summary>Against the baseline: ${howMany(problems.length, 'problem')}</summary>${list}</details>`
    : html`<div class="problems"><h2>Against the baseline</h2>${list}</div>`;
}
