/**
 * How counted cost grows, drawn as SVG: one small log-log plot for each dimension, one line for each verifier.
 *
 * @module
 */
import type { Growth } from './growth.ts';
import { element, legend, lineColours, picture, text } from './svg.ts';

const plot = { width: 230, height: 170, left: 52, top: 30, gap: 26 } as const;
const columns = 3;

/** The cost of verifying: by steps where the verifier counts them, else by the items that it reads. */
export function drawGrowth(growth: readonly Growth[]): string {
  const shown = growth.filter(({ operation, metric }) => operation === 'verify' && metric === 'steps');
  const dimensions = [...new Set(shown.map(({ dimension }) => dimension))];
  const verifiers = [...new Set(shown.map(({ verifier }) => verifier))];
  const rows = Math.max(1, Math.ceil(dimensions.length / columns));
  const width = columns * (plot.left + plot.width + plot.gap);
  const height = 40 + rows * (plot.top + plot.height + plot.gap + 16);
  const plots = dimensions.map((dimension, i) => {
    const x = (i % columns) * (plot.left + plot.width + plot.gap) + plot.left;
    const y = 40 + Math.floor(i / columns) * (plot.top + plot.height + plot.gap + 16) + plot.top;
    const own = shown.filter((one) => one.dimension === dimension);
    return element('g', { transform: `translate(${x} ${y})` }, drawPlot(dimension, own, verifiers));
  });
  return picture({ width, height, title: 'Steps to verify, against what grows (both axes logarithmic)' }, [
    legend(verifiers, { x: plot.left, y: 30 }),
    ...plots,
  ]);
}

function drawPlot(dimension: string, growths: readonly Growth[], verifiers: readonly string[]): string[] {
  const points = growths.flatMap((growth) => growth.points);
  const x = scale(
    points.map(({ size }) => size),
    { from: 0, to: plot.width },
  );
  const y = scale(
    points.map(({ value }) => value),
    { from: plot.height, to: 0 },
  );
  const lines = growths.flatMap(({ verifier, points: own, exponent, isLinear }) => {
    const place = verifiers.indexOf(verifier);
    const colour = lineColours[place % lineColours.length] ?? 'black';
    // Wider below, so that of two lines on the same points both are seen.
    const stroke = 2 + 2 * (verifiers.length - 1 - place);
    const path = own.map((point) => `${x.at(point.size)},${y.at(point.value)}`).join(' ');
    const last = own.at(-1);
    return [
      element('polyline', { points: path, fill: 'none', stroke: colour, 'stroke-width': stroke }),
      ...own.map((point) =>
        element('circle', { cx: x.at(point.size), cy: y.at(point.value), r: 2.5, fill: colour }),
      ),
      ...(last === undefined
        ? []
        : [
            text(
              { x: x.at(last.size) - 4, y: y.at(last.value) + 14, 'text-anchor': 'end', fill: colour },
              `^${exponent.toFixed(2)}${isLinear ? '' : ' not linear'}`,
            ),
          ]),
    ];
  });
  return [
    element('rect', { width: plot.width, height: plot.height, fill: 'none', stroke: '#999' }),
    text({ x: 0, y: -8, 'font-weight': 'bold' }, dimension),
    ...x.ticks.map((value) =>
      text({ x: x.at(value), y: plot.height + 14, 'text-anchor': 'middle' }, short(value)),
    ),
    ...y.ticks.map((value) => text({ x: -6, y: y.at(value) + 4, 'text-anchor': 'end' }, short(value))),
    ...lines,
  ];
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Logarithmic, from a tenth below the least to a tenth above the greatest; ticks at the ends of what is shown. */
function scale(
  values: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): Scale {
  const positive = values.map((value) => Math.max(1, value));
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  const [low, high] = [Math.log(least / 1.3), Math.log(most * 1.3)];
  return {
    ticks: least === most ? [least] : [least, most],
    at: (value) =>
      Number((from + ((Math.log(Math.max(1, value)) - low) / (high - low)) * (to - from)).toFixed(1)),
  };
}

function short(value: number): string {
  return value >= 10_000 ? `${Math.round(value / 1000)}k` : String(value);
}
