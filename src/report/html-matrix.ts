/**
 * The page's matrix, verifiers × families, each family opening into its attacks; verdicts, outcomes and policies.
 *
 * @module
 */
import { verdicts } from '../harness/verdict.ts';
import { attackRow, countCell, heading, opener, type PageContext, tableFrame } from './html-rows.ts';
import { type Html, html } from './html-template.ts';
import { countsOf, familiesOf, inWords, policySheet } from './results.ts';

export function matrixSection(context: PageContext): Html {
  const { results, verifiers } = context;
  const bodies = familiesOf(results).map((family) => {
    const ids = attacksOf(context, family);
    const id = `family-${family}`;
    const cells = verifiers.map((name) => countCell(family, countsOf(results, name, family)));
    return html`<tbody><tr class="family"><th scope="row">${opener(id, family, `${ids.length}`)}</th>${cells}</tr></tbody>
<tbody id="${id}" class="opened" hidden>
${ids.map((one) => attackRow(context, one))}</tbody>
`;
  });
  const table = html`<table class="matrix">${heading('family', verifiers)}
${bodies}</table>`;
  return html`<section id="matrix" aria-labelledby="matrix-title"><h2 id="matrix-title">Families</h2>
<p class="lead">Resisted out of the must-reject and should-reject cases that were judged: F failed, w weak (a should-reject was accepted), m masked (refused before the aimed check). Valid scenarios: accepted out of all. Open a family for its attacks.</p>
<p><button type="button" data-open-all="matrix">Open all</button></p>
${tableFrame('Verifiers by family', table)}</section>
`;
}

/** Those that a verifier was asked, in the catalogue's order. */
function attacksOf({ results, verifiers, listings }: PageContext, family: string): string[] {
  const asked = new Set(verifiers.flatMap((name) => Object.keys(results.attacks[name] ?? {})));
  const familyOf = (id: string): string => listings.get(id)?.family ?? 'valid';
  const order = [...listings.keys()];
  return [...asked]
    .filter((id) => familyOf(id) === family)
    .sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

export function verdictSection({ results, verifiers }: PageContext): Html {
  const row = (name: string, of: (verifier: string) => number): Html =>
    html`<tr><th scope="row">${name}</th>${verifiers.map((one) => html`<td>${of(one)}</td>`)}</tr>
`;
  const outcomes = [...new Set(Object.values(results.outcomes).flatMap((of) => Object.keys(of)))];
  const outcomeOf = (verifier: string, name: string): number =>
    (results.outcomes[verifier] as Readonly<Record<string, number>> | undefined)?.[name] ?? 0;
  return html`<section id="verdicts" aria-labelledby="verdicts-title"><h2 id="verdicts-title">Verdicts and outcomes</h2>
${tableFrame(
  'Verdicts by verifier',
  html`<table>${heading('verdict', verifiers)}<tbody>
${verdicts.map((verdict) => row(verdict, (one) => results.verifiers[one]?.[verdict] ?? 0))}</tbody></table>`,
)}
${tableFrame(
  'Outcomes by verifier',
  html`<table>${heading('outcome', verifiers)}<tbody>
${outcomes.map((name) => row(name, (one) => outcomeOf(one, name)))}</tbody></table>`,
)}</section>
`;
}

export function policySection({ results, verifiers, listings }: PageContext): Html {
  const lines = policySheet(results).map(
    ({ attack, dimension, answers }) =>
      html`<tr data-text="${`${attack} ${dimension}`.toLowerCase()}"><th scope="row"><code>${attack}</code>${
        dimension === '' ? undefined : html` <em>${dimension}</em>`
      }<small>${listings.get(attack)?.change}</small></th>${verifiers.map(
        (name) => html`<td class="words">${inWords(answers[name])}</td>`,
      )}</tr>
`,
  );
  if (lines.length === 0) return html``;
  return html`<section id="policy" aria-labelledby="policy-title"><h2 id="policy-title">Policy sheet</h2>
<p class="lead">Where the specification allows either answer: what each verifier does. Within one row it must always do the same.</p>
${tableFrame(
  'Policy answers by verifier',
  html`<table class="filtered worded">${heading('attack and circumstance', verifiers)}<tbody>
${lines}</tbody></table>`,
)}</section>
`;
}
