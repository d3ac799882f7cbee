/**
 * The page's findings: each with what was changed, the clause, what the verifier did, and where the evidence goes.
 *
 * @module
 */

import type { Finding, StoredCase } from '../harness/finding.ts';
import type { Difference } from '../harness/readings.ts';
import { howMany } from '../how-many.ts';
import type { BaselineComparison } from './baseline.ts';
import { deliveryInWords } from './html-evidence.ts';
import type { PageContext } from './html-rows.ts';
import { linkTo } from './html-rows.ts';
import { type Filling, type Html, html, verbatim } from './html-template.ts';

/** A duty of the clause ledger that an attack appeals to. */
export interface ShownDuty {
  /** "draft-ietf-suit-manifest-37 §8.4.2" */
  readonly clause: string;
  readonly keyword: string;
  /** In our words. */
  readonly duty: string;
}

export interface FindingExtras {
  readonly baseline?: BaselineComparison;
  /** By attack. */
  readonly duties: ReadonlyMap<string, readonly ShownDuty[]>;
  /** By the finding's id. */
  readonly cases: ReadonlyMap<string, StoredCase>;
}

export function findingSection(context: PageContext, extras: FindingExtras): Html {
  const { findings } = context.results;
  const kinds = [...new Set(findings.map(({ kind }) => kind))].sort();
  const about = [...new Set(findings.map(({ verifier }) => verifier))];
  const fresh = findings.filter((one) => reasonOf(one, extras) === undefined);
  const ordered = [...fresh, ...findings.filter((one) => !fresh.includes(one))];
  return html`<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>
${
  findings.length === 0
    ? html`<p class="lead">None.</p>`
    : html`<p class="lead">One for each defect that was seen, smallest counterexample each${
        extras.baseline ? `: ${fresh.length} new, ${findings.length - fresh.length} known` : ''
      }. <span id="shown-count" role="status"></span></p>
<form id="filters">
<label>Verifier ${select('filter-verifier', about)}</label>
<label>Kind ${select('filter-kind', kinds)}</label>
${extras.baseline ? html`<label>Baseline ${select('filter-state', ['new', 'known'])}</label>` : undefined}
</form>
<div id="finding-list">
${ordered.map((one) => findingOf(one, context, extras))}</div>`
}</section>
`;
}

function select(id: string, values: readonly string[]): Html {
  return html`<select id="${id}"><option value="">all</option>${values.map(
    (value) => html`<option value="${value}">${value}</option>`,
  )}</select>`;
}

function reasonOf(finding: Finding, { baseline }: FindingExtras): string | undefined {
  return baseline?.known.get(finding.fingerprint);
}

function findingOf(finding: Finding, context: PageContext, extras: FindingExtras): Html {
  const { verifier, kind, attack, strength, clause, cases } = finding;
  const anchor = context.anchors.get(finding) ?? finding.id;
  const reason = reasonOf(finding, extras);
  const state = reason === undefined ? 'new' : 'known';
  const stored = extras.cases.get(finding.id);
  const duties = extras.duties.get(attack) ?? [];
  const searched = [verifier, kind, attack, clause, finding.note, reason ?? ''].join(' ').toLowerCase();
  const facts: readonly (readonly [string, Filling] | undefined)[] = [
    ['Changed', context.listings.get(attack)?.change ?? 'nothing: a valid delivery, or the whole run'],
    [
      'Clause',
      html`${clause}, ${strength}${
        duties.length > 0
          ? html`<ul>${duties.map((one) => html`<li>${one.clause}, ${one.keyword}: ${one.duty}</li>`)}</ul>`
          : undefined
      }`,
    ],
    ['The verifier', html`${outcomeOf(finding)}<p class="note">${cut(finding.note)}</p>`],
    finding.readings && ['Read', readingTable(finding.readings)],
    reason === undefined ? undefined : ['Known because', reason],
    finding.choice === null
      ? undefined
      : ['Choice', html`<code>${verbatim(cut(JSON.stringify(finding.choice)))}</code>`],
    stored && ['Control', deliveredSteps(stored.control)],
    stored && ['Attack', deliveredSteps(stored.attacked)],
    stored && stored.attacked.recipient !== stored.control.recipient
      ? ['Device', 'not the control’s: keys, state or capabilities differ (see the stored case)']
      : undefined,
    ['See it again', replayLine(finding.replay)],
  ];
  return html`<details class="card finding ${state}" id="${anchor}" data-verifier="${verifier}" data-kind="${kind}" data-state="${state}" data-text="${searched}">
<summary><span class="badge ${state === 'new' ? 'bad' : 'plain'}">${extras.baseline ? `${state}: ` : ''}${kind}</span> <strong>${verifier}</strong> <code>${attack}</code> <span class="count">${howMany(cases, 'case')}${
    finding.bytes === undefined ? '' : `, ${finding.bytes} bytes`
  }${finding.shrunk ? ', shrunk' : ''}</span></summary>
<p><a href="${linkTo(anchor)}">Link to this finding</a></p>
<dl>${facts.flatMap((fact) => (fact === undefined ? [] : [html`<dt>${fact[0]}</dt><dd>${fact[1]}</dd>`]))}</dl>
${stored ? html`<div class="evidence"></div>` : undefined}</details>
`;
}

function outcomeOf({ outcome }: Finding): Html | undefined {
  if (outcome === undefined) return undefined;
  const { kind, level, stage, reason, detail, effects } = outcome;
  const parts = [
    ...(level === undefined ? [] : [`as ${level}`]),
    ...(stage === undefined ? [] : [`at ${stage}`]),
    ...(reason === undefined ? [] : [`for ${reason}`]),
  ];
  return html`<strong>${[kind, ...parts].join(' ')}</strong>${
    detail === undefined ? undefined : html`<p class="note">It says: ${cut(detail)}</p>`
  }${effects && effects.length > 0 ? html`<p>Effects: ${effects.join(', ')}</p>` : undefined}`;
}

/** A row for each thing, a column for each verifier. */
function readingTable(readings: readonly Difference[]): Html {
  const verifiers = [...new Set(readings.flatMap(({ values }) => Object.keys(values)))];
  return html`<table><thead><tr><th scope="col">what</th>${verifiers.map(
    (name) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${readings.map(
    ({ what, values }) =>
      html`<tr><th scope="row">${what}</th>${verifiers.map((name) => html`<td>${cut(values[name] ?? '')}</td>`)}</tr>`,
  )}</tbody></table>`;
}

export function deliveredSteps({ steps: all }: StoredCase['control']): Html {
  return html`<ol>${all.map((step) => html`<li>${deliveryInWords(step)}</li>`)}</ol>`;
}

/** The one line that repeats something, to be copied. */
export function replayLine(line: string): Html {
  const shown = verbatim(line);
  return html`<code class="replay">${shown}</code> <button type="button" data-copy="${shown}">Copy</button>`;
}

/** A verifier may say as much as it likes; the page shows this much of it. */
function cut(text: string): string {
  return text.length > 2000 ? `${text.slice(0, 2000)} … (${text.length} characters)` : text;
}
