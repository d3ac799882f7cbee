/**
 * How far a run is: cases, rate, time left and findings so far, by verifier.
 *
 * @module
 */

import { escapeText } from '../escape-text.ts';
import type { Progress } from '../harness/campaign.ts';
import { howMany } from '../how-many.ts';
import { table } from '../report/terminal.ts';
import { clockText, openPanel, Pace, type PanelOptions } from './panel.ts';

export interface ProgressBar {
  show(progress: Progress): void;
  /** What is done when all cases are judged: "shrinking finding 3 of 12". */
  tell(phase: string): void;
  end(): void;
}

export interface ProgressOptions extends PanelOptions {
  readonly format: string;
  /** The run ends after these, however far it is. */
  readonly seconds?: number;
}

export function progressBar({ format, seconds, ...options }: ProgressOptions): ProgressBar {
  if (format === 'json') return { show: () => {}, tell: () => {}, end: () => {} };
  const panel = openPanel(options);
  const pace = new Pace(options.clock);
  let last: Progress | undefined;
  return {
    show(progress) {
      last = progress;
      const rate = pace.rate(progress.done);
      panel.draw(() => progressLines(progress, { rate, left: secondsLeft(progress, rate, pace, seconds) }));
    },
    tell(phase) {
      const progress = last;
      if (progress) panel.draw(() => progressLines(progress, { phase }));
    },
    end: panel.end,
  };
}

function secondsLeft(
  { done, planned }: Progress,
  rate: number | undefined,
  pace: Pace,
  most = Number.POSITIVE_INFINITY,
): number | undefined {
  const atThisRate = rate === undefined ? Number.POSITIVE_INFINITY : (planned - done) / rate;
  const left = Math.min(atThisRate, most - pace.spent());
  return Number.isFinite(left) ? left : undefined;
}

interface Pacing {
  readonly rate?: number | undefined;
  readonly left?: number | undefined;
  readonly phase?: string;
}

const width = 30;

function progressLines(
  { done, planned, verifiers }: Progress,
  { rate, left, phase }: Pacing,
): readonly string[] {
  const filled = Math.floor((done / Math.max(1, planned)) * width);
  const parts = [
    `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done}/${howMany(planned, 'case')}`,
    ...(rate === undefined ? [] : [`${Math.round(rate)}/s`]),
    ...(left === undefined ? [] : [`${clockText(left)} left`]),
    ...(phase === undefined ? [] : [phase]),
  ];
  const lines = verifiers.map(({ spec, found, isStopped }) => [
    `  ${escapeText(spec)}`,
    `${howMany(found.length, 'finding')}${isStopped ? ', given up' : ''}`,
  ]);
  return [parts.join(', '), ...table(lines)];
}
