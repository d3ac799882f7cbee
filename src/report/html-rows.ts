/**
 * What several parts of the page share: cells of counts, rows of attacks, and the names that findings are linked by.
 *
 * @module
 */
import type { Listing } from '../attacks/catalogue.ts';
import type { Finding } from '../harness/finding.ts';
import { type Counts, emptyCounts } from '../harness/tally.ts';
import { type Filling, type Html, html } from './html-template.ts';
import type { Results } from './results.ts';
import { familyCell } from './terminal.ts';

export interface PageContext {
  readonly results: Results;
  readonly verifiers: readonly string[];
  /** Attacks, histories and valid families, by id. */
  readonly listings: ReadonlyMap<string, Listing>;
  readonly anchors: ReadonlyMap<Finding, string>;
}

/** `finding/ID`; verifiers that fail the same case get a number behind it. */
export function anchorsOf(findings: readonly Finding[]): ReadonlyMap<Finding, string> {
  const used = new Map<string, number>();
  return new Map(
    findings.map((finding) => {
      const times = (used.get(finding.id) ?? 0) + 1;
      used.set(finding.id, times);
      return [finding, times === 1 ? `finding/${finding.id}` : `finding/${finding.id}/${times}`];
    }),
  );
}

export function linkTo(anchor: string): string {
  return `#${encodeURI(anchor)}`;
}

export type Tone = 'good' | 'bad' | 'warn' | 'none' | 'plain';

export function toneOf(family: string, counts: Counts): Tone {
  if (counts.failed > 0) return 'bad';
  if (counts.weak + counts.masked > 0) return 'warn';
  if (counts.proven + counts.unattributed > 0) return 'good';
  if (counts.accepted > 0) return family === 'valid' ? 'good' : 'plain';
  return counts.policy > 0 ? 'plain' : 'none';
}

/** The terminal's figures, coloured; `title` lists every verdict. */
export function countCell(family: string, counts: Counts, more?: Filling): Html {
  const all = Object.entries(counts).filter(([, n]) => n > 0);
  const title = all.map(([verdict, n]) => `${n} ${verdict}`).join(', ') || 'no case';
  const text = familyCell(family, counts);
  const shown = text === '-' && counts.policy > 0 ? `policy ${counts.policy}` : text;
  return html`<td class="${toneOf(family, counts)}" title="${title}">${shown}${more}</td>`;
}

/** A row of the opened matrix or threat: what the attack changes, and each verifier's figures. */
export function attackRow(context: PageContext, id: string): Html {
  const { results, verifiers, listings } = context;
  const listing = listings.get(id);
  const handle =
    listing === undefined || listing.handle === id
      ? undefined
      : html`<span class="id">${listing.handle}</span> `;
  const cells = verifiers.map((verifier) => {
    const counts = results.attacks[verifier]?.[id] ?? emptyCounts();
    const own = results.findings.filter((one) => one.verifier === verifier && one.attack === id);
    const links = own.map(
      (one) =>
        html` <a href="${linkTo(context.anchors.get(one) ?? '')}" aria-label="finding ${one.kind}, ${id}, ${verifier}">${one.kind}</a>`,
    );
    return countCell(listing?.family ?? 'valid', counts, links);
  });
  return html`<tr class="attack"><th scope="row">${handle}<code>${id}</code>${
    listing?.notYet ? html` <em>not built yet</em>` : undefined
  }<small>${listing?.change}</small></th>${cells}</tr>
`;
}

/** The heading row of a table with a column for each verifier. */
export function heading(first: string, verifiers: readonly string[]): Html {
  return html`<thead><tr><th scope="col">${first}</th>${verifiers.map(
    (name) => html`<th scope="col">${name}</th>`,
  )}</tr></thead>`;
}

/** A table that may be wider than the screen: its frame scrolls, by keyboard too. */
export function tableFrame(label: string, table: Html): Html {
  return html`<div class="frame" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}

/** A button that opens the rows with this id. */
export function opener(id: string, text: Filling, count: string): Html {
  return html`<button type="button" class="opener" aria-expanded="false" aria-controls="${id}">${text} <span class="count">${count}</span></button>`;
}
