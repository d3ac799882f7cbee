/**
 * How fast the zoo is caught, drawn: the share of its animals against the cases delivered, as SVG.
 *
 * @module
 */
import type { ZooReport, ZooRow } from './zoo.ts';

interface Curve {
  readonly name: string;
  readonly colour: string;
  /** Cases until each animal was caught; uncaught ones are only counted in `of`. */
  readonly caughtAt: readonly number[];
  readonly of: number;
}

const width = 720;
const height = 400;
const box = { left: 60, right: 20, top: 20, bottom: 50 } as const;

/** The abscissa is logarithmic: 1, 10, 100 … cases. */
export function zooCurve(report: ZooReport): string {
  const { animals } = report;
  const heldOut = animals.filter((row) => !row.learnedFrom);
  const blind = animals.flatMap((row) => (row.blind ? [row.blind] : []));
  const curves = [
    curve('all animals', '#1f5fa8', animals, animals.length),
    curve('animals that the order was not learned from', '#c8641b', heldOut, heldOut.length),
    ...(report.blindScore === undefined ? [] : [curve('blind mutation', '#777777', blind, animals.length)]),
  ];
  const most = Math.max(10, ...animals.map((row) => row.cases), ...blind.map((row) => row.cases));
  const decades = Math.ceil(Math.log10(most));
  const x = (cases: number) => box.left + (Math.log10(cases) / decades) * (width - box.left - box.right);
  const y = (share: number) => height - box.bottom - share * (height - box.top - box.bottom);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...Array.from({ length: decades + 1 }, (_, i) => {
      const at = x(10 ** i).toFixed(1);
      return `<path d="M${at} ${y(0)}V${y(1)}" stroke="#dddddd"/><text x="${at}" y="${y(0) + 16}" text-anchor="middle">${10 ** i}</text>`;
    }),
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (share) =>
        `<path d="M${x(1)} ${y(share)}H${width - box.right}" stroke="#dddddd"/><text x="${box.left - 6}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
    ),
    `<text x="${width / 2}" y="${height - 12}" text-anchor="middle">cases delivered (seed ${report.seed})</text>`,
    ...curves.flatMap((one, i) => [
      `<path d="${pathOf(one, x, y, most)}" fill="none" stroke="${one.colour}" stroke-width="2"/>`,
      `<text x="${box.left + 14}" y="${box.top + 18 + 16 * i}" fill="${one.colour}">${one.name} (${one.caughtAt.length} of ${one.of})</text>`,
    ]),
    '</svg>',
  ].join('\n')}\n`;
}

function curve(
  name: string,
  colour: string,
  rows: readonly Pick<ZooRow, 'caught' | 'cases'>[],
  of: number,
): Curve {
  const caughtAt = rows.filter((row) => row.caught).map((row) => row.cases);
  return { name, colour, caughtAt: caughtAt.toSorted((a, b) => a - b), of };
}

/** A stair: a step up for each animal. */
function pathOf(
  { caughtAt, of }: Curve,
  x: (cases: number) => number,
  y: (share: number) => number,
  most: number,
): string {
  const steps = caughtAt.map((cases, i) => `H${x(cases).toFixed(1)}V${y((i + 1) / of).toFixed(1)}`);
  return `M${x(1).toFixed(1)} ${y(0).toFixed(1)}${steps.join('')}H${x(most).toFixed(1)}`;
}
