/**
 * How fast the zoo is caught, drawn as SVG: the share of its animals against the cases delivered, and against time.
 *
 * @module
 */
import { element, legend, picture, text } from '../measure/svg.ts';
import type { ZooReport, ZooRow } from './zoo.ts';

interface Curve {
  readonly name: string;
  readonly colour: string;
  /** Of the animals that were caught, ascending. */
  readonly cases: readonly number[];
  /** Milliseconds; empty: only cases are known. */
  readonly ms: readonly number[];
  readonly of: number;
}

interface Axis {
  readonly title: string;
  readonly of: (curve: Curve) => readonly number[];
  readonly tick: (value: number) => string;
  /** Powers of ten. */
  readonly from: number;
  readonly to: number;
}

const plot = { width: 360, height: 250, left: 52, top: 62, gap: 30 } as const;

/** Both abscissas are logarithmic; a report without times, as --write leaves it, has the cases alone. */
export function zooCurve(report: ZooReport): string {
  const curves = curvesOf(report);
  const axes = [
    axis('cases delivered', curves, ({ cases }) => cases, String),
    axis(
      'time from the start of the run',
      curves,
      ({ ms }) => ms,
      (ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`),
    ),
  ].filter((one) => curves.some((drawn) => one.of(drawn).length > 0));
  const width = axes.length * (plot.left + plot.width + plot.gap);
  const title = `Broken verifiers caught (seed ${report.seed})`;
  return picture({ width, height: plot.top + plot.height + 48, title }, [
    legend(
      curves.map(({ name, cases, of }) => `${name} (${cases.length} of ${of})`),
      { x: plot.left, y: 38 },
      curves.map(({ colour }) => colour),
    ),
    ...axes.map((one, i) => {
      const x = i * (plot.left + plot.width + plot.gap) + plot.left;
      return element('g', { transform: `translate(${x} ${plot.top})` }, drawAxis(one, curves));
    }),
  ]);
}

function curvesOf({ animals, blindScore }: ZooReport): readonly Curve[] {
  const heldOut = animals.filter((row) => !row.learnedFrom);
  const blind = animals.flatMap((row) => (row.blind ? [row.blind] : []));
  return [
    curve('all', '#0072b2', animals, animals.length),
    ...(heldOut.length > 0
      ? [curve('the order was not learned from', '#d55e00', heldOut, heldOut.length)]
      : []),
    ...(blindScore === undefined ? [] : [curve('blind mutation', '#777777', blind, animals.length)]),
  ];
}

function curve(
  name: string,
  colour: string,
  rows: readonly (Pick<ZooRow, 'caught' | 'cases'> & { readonly ms?: number })[],
  of: number,
): Curve {
  const caught = rows.filter((row) => row.caught);
  const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
  return {
    name,
    colour,
    cases: sorted(caught.map(({ cases }) => cases)),
    ms: sorted(caught.flatMap(({ ms }) => (ms === undefined ? [] : [ms]))),
    of,
  };
}

function axis(
  title: string,
  curves: readonly Curve[],
  of: (curve: Curve) => readonly number[],
  tick: (value: number) => string,
): Axis {
  const values = curves.flatMap(of).map((value) => Math.log10(Math.max(1, value)));
  const from = Math.floor(Math.min(...values, 3));
  return { title, of, tick, from, to: Math.max(from + 1, Math.ceil(Math.max(0, ...values))) };
}

function drawAxis({ title, of, tick, from, to }: Axis, curves: readonly Curve[]): readonly string[] {
  const x = (value: number): number =>
    round(((Math.log10(Math.max(1, value)) - from) / (to - from)) * plot.width);
  const y = (share: number): number => round(plot.height * (1 - share));
  const powers = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  return [
    ...powers.flatMap((value) => [
      element('path', { d: `M${x(value)} 0V${plot.height}`, stroke: '#dddddd' }),
      text({ x: x(value), y: plot.height + 15, 'text-anchor': 'middle' }, tick(value)),
    ]),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      element('path', { d: `M0 ${y(share)}H${plot.width}`, stroke: '#dddddd' }),
      text({ x: -6, y: y(share) + 4, 'text-anchor': 'end' }, `${share * 100} %`),
    ]),
    text({ x: plot.width / 2, y: plot.height + 34, 'text-anchor': 'middle' }, title),
    ...curves.flatMap((one) => {
      const values = of(one);
      if (values.length === 0) return [];
      const steps = values.map((value, i) => `H${x(value)}V${y((i + 1) / one.of)}`);
      const d = `M0 ${y(0)}${steps.join('')}H${plot.width}`;
      return [element('path', { d, fill: 'none', stroke: one.colour, 'stroke-width': 2 })];
    }),
  ];
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
