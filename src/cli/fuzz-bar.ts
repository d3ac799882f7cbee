/**
 * The progress of a fuzzing run, redrawn on a terminal; nothing in a pipe.
 *
 * @module
 */
import type { FuzzState } from '../harness/fuzz-state.ts';

const redrawMs = 200;

export function fuzzBar(
  format: 'text' | 'json',
  { done: doneBefore, spentMs }: FuzzState,
): { show(state: FuzzState): void; end(): void } {
  const { stderr } = process;
  if (!stderr.isTTY || format === 'json') return { show: () => {}, end: () => {} };
  const began = performance.now();
  let drawn = 0;
  return {
    show({ done, budget, corpus, fingerprints }) {
      const now = performance.now();
      if (now - drawn < redrawMs) return;
      drawn = now;
      const rate = Math.round(((done - doneBefore) * 1000) / Math.max(1, now - began));
      const spent = (spentMs + now - began) / 1000;
      const left = budget.seconds === undefined ? [] : [`${clock(budget.seconds - spent)} left`];
      const cases = budget.cases === undefined ? `${done}` : `${done} of ${budget.cases}`;
      const parts = [
        `${cases} cases`,
        `${rate}/s`,
        `${fingerprints.length} findings`,
        `corpus ${corpus.length}`,
      ];
      stderr.write(`\r\x1b[K${[...parts, ...left].join(', ')}`);
    },
    end() {
      stderr.write('\n');
    },
  };
}

/** "1:05" */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
