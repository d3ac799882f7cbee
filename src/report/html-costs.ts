/**
 * The page's costs: what deliveries cost by the verifiers' own count, spread over each family, and the costliest of
 * them as evidence.
 *
 * @module
 */
import type { StoredDelivery } from '../harness/costly-cases.ts';
import { type CostMetric, type CostSheet, type CostSpread, costMetrics } from '../harness/costs.ts';
import type { StoredCase } from '../harness/finding.ts';
import { drawSpread } from './draw-spread.ts';
import { deliveredSteps, replayLine } from './html-findings.ts';
import { linkTo, type PageContext, tableFrame } from './html-rows.ts';
import { type Html, html } from './html-template.ts';
import { familiesOf } from './results.ts';

const units: Readonly<Record<CostMetric, string>> = { steps: 'steps', highWaterBytes: 'bytes' };
const titles: Readonly<Record<CostMetric, string>> = {
  steps: 'Steps of a delivery',
  highWaterBytes: 'Working memory of a delivery, in bytes',
};

/** `costly/VERIFIER/METRIC/RANK`, each a number or a name of ours. */
export function costlyAnchors({
  results,
}: Pick<PageContext, 'results'>): ReadonlyMap<StoredDelivery, string> {
  const sheets = Object.values(results.costs ?? {});
  return new Map(
    sheets.flatMap(({ costliest }, v) =>
      costliest.map((one, rank) => [one, `costly/${v}/${one.metric}/${rank}`] as const),
    ),
  );
}

/** `cases`: stored cases, by id. */
export function costSection(context: PageContext, cases: ReadonlyMap<string, StoredCase>): Html {
  const sheets = Object.entries(context.results.costs ?? {});
  if (sheets.length === 0) return html``;
  const anchors = costlyAnchors(context);
  const silent = context.verifiers.filter((name) => context.results.costs?.[name] === undefined);
  return html`<section id="cost" aria-labelledby="cost-title"><h2 id="cost-title">Cost</h2>
<p class="lead">What each delivery cost, as the verifier itself counts it: exact, the same on every machine, and not to be compared between verifiers that count other things. A line goes from the least to the most, its bar from the median to the 90th percentile. Times are not in a run: “gauntlet bench” takes them.${
    silent.length > 0 ? html` These count nothing: ${silent.join(', ')}.` : undefined
  }</p>
${sheets.map(
  ([name, sheet], i) => html`<h3 id="cost-${i}">${name}</h3>
${plots(context, name, sheet)}
${spreadTable(context, name, sheet)}
<h4>The costliest deliveries, one of each attack</h4>
${sheet.costliest.map((one) => deliveryOf(one, anchors.get(one) ?? '', context, cases))}`,
)}</section>
`;
}

/** In the matrix' order. */
function spreadRows(
  { results }: PageContext,
  { families }: CostSheet<StoredDelivery>,
): readonly (readonly [string, Partial<Record<CostMetric, CostSpread>>])[] {
  return familiesOf(results).flatMap((family) => {
    const spreads = families[family];
    return spreads === undefined ? [] : [[family, spreads] as const];
  });
}

function metricsOf({ families }: CostSheet<StoredDelivery>): readonly CostMetric[] {
  return costMetrics.filter((metric) => Object.values(families).some((of) => of[metric] !== undefined));
}

function plots(context: PageContext, name: string, sheet: CostSheet<StoredDelivery>): Html[] {
  const rows = spreadRows(context, sheet);
  return metricsOf(sheet).map((metric) => {
    const bars = rows.flatMap(([family, { [metric]: spread }]) => (spread ? [{ family, spread }] : []));
    const title = titles[metric];
    return tableFrame(`${title}, ${name}`, drawSpread(`${title}, by family: ${name}`, bars));
  });
}

function spreadTable(context: PageContext, name: string, sheet: CostSheet<StoredDelivery>): Html {
  const metrics = metricsOf(sheet);
  const columns = ['median', '90 %', 'most'];
  const lines = spreadRows(context, sheet).map(([family, of]) => {
    const known = metrics.flatMap((metric) => of[metric]?.deliveries ?? []);
    const cells = metrics.flatMap((metric) => {
      const spread = of[metric];
      return [spread?.median, spread?.p90, spread?.most].map((n) => html`<td>${n}</td>`);
    });
    return html`<tr><th scope="row">${family}</th><td>${Math.max(...known)}</td>${cells}</tr>
`;
  });
  return tableFrame(
    `Cost by family, ${name}`,
    html`<table><thead><tr><th scope="col">family</th><th scope="col">deliveries</th>${metrics.flatMap(
      (metric) => columns.map((column) => html`<th scope="col">${units[metric]}, ${column}</th>`),
    )}</tr></thead><tbody>
${lines}</tbody></table>`,
  );
}

function deliveryOf(
  one: StoredDelivery,
  anchor: string,
  { listings }: PageContext,
  cases: ReadonlyMap<string, StoredCase>,
): Html {
  const { metric, value, attack, of, verdict, bytes, replay, id, round } = one;
  const stored = id === undefined ? undefined : cases.get(id);
  const what = of === 'attacked' ? `attack, ${verdict}` : 'valid delivery';
  return html`<details class="card costly" id="${anchor}" data-text="${`${attack} ${what}`.toLowerCase()}">
<summary><span class="badge plain">${value} ${units[metric]}</span> <code>${attack}</code> <span class="count">${what}${
    bytes === undefined ? undefined : `, ${bytes} bytes`
  }</span></summary>
<p><a href="${linkTo(anchor)}">Link to this delivery</a></p>
<dl><dt>What it is</dt><dd>${listings.get(attack)?.change ?? 'a valid delivery'}; round ${round}</dd>${
    stored && html`<dt>Delivered</dt><dd>${deliveredSteps(stored.attacked)}</dd>`
  }${replay === undefined ? undefined : html`<dt>See it again</dt><dd>${replayLine(replay)}</dd>`}</dl>
${stored && html`<div class="evidence"></div>`}</details>
`;
}
