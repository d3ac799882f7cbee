/**
 * The room that deliveries take against the RAM of RFC 7228's classes, drawn as SVG: a bar each.
 *
 * @module
 */
import { deviceClasses } from '../device/classes.ts';
import type { FamilyRoom } from './family-room.ts';
import { element, legend, lineColours, picture, text } from './svg.ts';

const bar = { left: 190, width: 620, height: 11, gap: 4, top: 56 } as const;

/** The largest first. */
export function drawMemory(rooms: readonly FamilyRoom[]): string {
  const limits = deviceClasses.filter(({ deviceClass }) => deviceClass < 2);
  const most = Math.max(
    ...limits.map(({ ramBytes }) => ramBytes),
    ...rooms.map(({ bothBytes }) => bothBytes),
  );
  const bottom = bar.top + rooms.length * (bar.height + bar.gap);
  const at = (bytes: number): number => Number((bar.left + (bytes / most) * bar.width).toFixed(1));
  const [arena, envelope] = ['bounded’s arena', 'the largest envelope'];
  const colours = [lineColours[0] ?? 'black', lineColours[5] ?? 'grey'];
  const bars = rooms.flatMap(({ family, arenaBytes, envelopeBytes, bothBytes }, i) => {
    const y = bar.top + i * (bar.height + bar.gap);
    const rect = (from: number, to: number, fill: string | undefined, name: string): string =>
      element('rect', {
        class: name,
        x: at(from),
        y,
        width: Number((at(to) - at(from)).toFixed(1)),
        height: bar.height,
        fill: fill ?? 'black',
      });
    return [
      text({ x: bar.left - 6, y: y + 9, 'text-anchor': 'end' }, family),
      rect(0, arenaBytes, colours[0], 'arena'),
      rect(arenaBytes, arenaBytes + envelopeBytes, colours[1], 'envelope'),
      text({ x: at(bothBytes) + 5, y: y + 9 }, `${bothBytes}`),
    ];
  });
  const lines = limits.flatMap(({ deviceClass, ramBytes }) => [
    element('line', {
      x1: at(ramBytes),
      x2: at(ramBytes),
      y1: bar.top - 8,
      y2: bottom,
      stroke: lineColours[1] ?? 'red',
      'stroke-dasharray': '4 3',
    }),
    text(
      { x: at(ramBytes) - 4, y: bar.top - 8, 'text-anchor': 'end' },
      `RAM of class ${deviceClass}: ${ramBytes / 1024} KiB`,
    ),
  ]);
  const title = 'Bytes for the smallest member of each valid family';
  return picture({ width: bar.left + bar.width + 50, height: bottom + 12, title }, [
    legend([arena, envelope] as string[], { x: bar.left, y: 32 }, colours),
    ...bars,
    ...lines,
  ]);
}
