/**
 * How a figure is spread over families, drawn as SVG: from the least to the most, a bar from the median to the 90th
 * percentile.
 *
 * @module
 */
import type { CostSpread } from '../harness/costs.ts';
import { type Html, html } from './html-template.ts';

export interface SpreadBar {
  readonly family: string;
  readonly spread: CostSpread;
}

const place = { left: 110, width: 520, right: 60, top: 26, row: 18 } as const;

/** The abscissa is logarithmic, 0 drawn as 1; colours are the page's. */
export function drawSpread(title: string, bars: readonly SpreadBar[]): Html {
  const most = Math.max(2, ...bars.map(({ spread }) => spread.most));
  const least = Math.max(1, Math.min(...bars.map(({ spread }) => spread.least)));
  const [low, high] = [Math.log(least), Math.log(Math.max(most, least * 2))];
  const at = (value: number): number =>
    Number((place.left + ((Math.log(Math.max(least, value)) - low) / (high - low)) * place.width).toFixed(1));
  const bottom = place.top + bars.length * place.row;
  const [width, height] = [place.left + place.width + place.right, bottom + 6];
  const ticks = ticksBetween(least, most).map(
    (
      value,
    ) => html`<line class="grid" x1="${at(value)}" x2="${at(value)}" y1="${place.top - 4}" y2="${bottom}"/>
<text x="${at(value)}" y="${place.top - 10}" text-anchor="middle">${value}</text>
`,
  );
  const rows = bars.map(({ family, spread: { least: from, median, p90, most: to } }, i) => {
    const middle = place.top + i * place.row + place.row / 2;
    return html`<text x="${place.left - 8}" y="${middle + 4}" text-anchor="end">${family}</text>
<line class="range" x1="${at(from)}" x2="${at(to)}" y1="${middle}" y2="${middle}"/>
<rect class="most" x="${at(median)}" y="${middle - 5}" width="${Math.max(2, Number((at(p90) - at(median)).toFixed(1)))}" height="10"/>
<text x="${at(to) + 6}" y="${middle + 4}">${to}</text>
`;
  });
  return html`<div class="plot"><svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-size="11">
<title>${title}</title>
${ticks}${rows}</svg></div>`;
}

/** Round values, at most seven. */
function ticksBetween(least: number, most: number): readonly number[] {
  const all = [];
  for (let decade = 1; decade <= most; decade *= 10) for (const n of [1, 2, 5]) all.push(n * decade);
  const within = all.filter((value) => value >= least && value <= most);
  const every = Math.ceil(within.length / 7);
  return within.filter((_, i) => i % every === 0);
}
