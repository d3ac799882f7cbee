/**
 * `npm run bench`: times and counts on this machine. `-- --quick` for rough figures, `-- transport` for what
 * the transports cost, `-- detection` for how soon broken verifiers are caught, `-- --json` for the raw report.
 *
 * @module
 */

import { runBench } from '../src/measure/bench.ts';
import { renderBench } from '../src/measure/render-bench.ts';
import { runDetectionBench } from './detection.ts';
import { benchTransports } from './transport.ts';

const given = process.argv.slice(2);
if (given.includes('transport')) {
  await benchTransports({ quick: given.includes('--quick') });
  process.exit(0);
}
if (given[0] === 'detection') {
  process.stdout.write(await runDetectionBench(given.slice(1)));
  process.exit(0);
}
const report = await runBench({ quick: given.includes('--quick') });
process.stdout.write(given.includes('--json') ? `${JSON.stringify(report, null, 2)}\n` : renderBench(report));
