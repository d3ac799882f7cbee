/**
 * The progress of a fuzzing run, redrawn on a terminal; nothing in a pipe.
 *
 * @module
 */
import type { FuzzState } from '../harness/fuzz-state.ts';
import { clockText, openPanel, Pace, type PanelOptions } from './panel.ts';

export function fuzzBar(
  format: 'text' | 'json',
  { done: doneBefore, spentMs }: FuzzState,
  options: PanelOptions = {},
): { show(state: FuzzState): void; end(): void } {
  if (format === 'json') return { show: () => {}, end: () => {} };
  const panel = openPanel(options);
  const pace = new Pace(options.clock);
  pace.rate(doneBefore);
  return {
    show({ done, budget, corpus, fingerprints }) {
      panel.draw(() => {
        const rate = pace.rate(done);
        const spent = spentMs / 1000 + pace.spent();
        const parts = [
          budget.cases === undefined ? `${done} cases` : `${done} of ${budget.cases} cases`,
          ...(rate === undefined ? [] : [`${Math.round(rate)}/s`]),
          `${fingerprints.length} findings`,
          `corpus ${corpus.length}`,
          ...(budget.seconds === undefined ? [] : [`${clockText(budget.seconds - spent)} left`]),
        ];
        return [parts.join(', ')];
      });
    },
    end: panel.end,
  };
}
