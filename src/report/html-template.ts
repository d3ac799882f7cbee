/**
 * HTML that is escaped by construction: whatever stands in a template's gaps is text, unless it was made by one.
 *
 * @module
 */
import { escapeText } from '../escape-text.ts';
import { printable } from '../suit/explain-line.ts';

/** Markup. Only the functions of this file make it. */
export interface Html {
  readonly kind: 'html';
  readonly markup: string;
}

export type Filling = Html | string | number | undefined | readonly Filling[];

/** Gaps inside tags stand in double quotes; lists are joined, `undefined` is nothing. */
export function html(parts: TemplateStringsArray, ...fillings: readonly Filling[]): Html {
  const markup = parts.map((part, i) => (i === 0 ? part : markupOf(fillings[i - 1]) + part)).join('');
  return { kind: 'html', markup };
}

/** Markup, style or script of our own, from a constant; never anything with foreign text. */
export function trusted(markup: string): Html {
  return { kind: 'html', markup };
}

/** Foreign text that is to be copied: as `html` has it, but backslashes stay single. */
export function verbatim(text: string): Html {
  return { kind: 'html', markup: escapeHtml(printable(text)) };
}

/** A plot of measure/svg.ts, which escapes whatever text stands in it. */
export function drawing(svg: string): Html {
  return html`<div class="plot">${trusted(svg)}</div>`;
}

/** JSON for the page's script. No `<` is left in it, so that nothing can end the element. */
export function dataScript(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, unicodeEscape);
  return html`<script type="application/json" id="${id}">${trusted(json)}</script>`;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function markupOf(filling: Filling): string {
  if (filling === undefined) return '';
  if (typeof filling === 'string') return escapeHtml(escapeText(filling));
  if (typeof filling === 'number') return String(filling);
  return isMarkup(filling) ? filling.markup : filling.map(markupOf).join('');
}

function isMarkup(filling: Html | readonly Filling[]): filling is Html {
  return 'kind' in filling;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
