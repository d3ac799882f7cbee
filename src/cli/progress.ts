/**
 * How far a run is: a line that is redrawn on a terminal, a line now and then in a log, nothing beside JSON.
 *
 * @module
 */
import type { Progress } from '../harness/campaign.ts';

export interface ProgressBar {
  show(progress: Progress): void;
  end(): void;
}

export function progressBar(format: string): ProgressBar {
  if (format === 'json') return { show: () => {}, end: () => {} };
  const { stderr } = process;
  let logged = 0;
  return {
    show({ done, planned, failures }) {
      const share = done / Math.max(1, planned);
      const line = `${done}/${planned} cases, ${failures} kinds of failure`;
      if (stderr.isTTY) {
        const filled = Math.floor(share * 30);
        stderr.write(`\r[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${line}`);
      } else if (share - logged >= 0.25 || (done === planned && logged < 1)) {
        logged = share;
        stderr.write(`${line}\n`);
      }
    },
    end() {
      if (stderr.isTTY) stderr.write('\n');
    },
  };
}
