/**
 * `npm run bench`: times and counts on this machine. `-- --quick` for rough figures, `-- --json` for the raw report.
 *
 * @module
 */

import { runBench } from '../src/measure/bench.ts';
import { renderBench } from '../src/measure/render-bench.ts';

const given = process.argv.slice(2);
const report = await runBench({ quick: given.includes('--quick') });
process.stdout.write(given.includes('--json') ? `${JSON.stringify(report, null, 2)}\n` : renderBench(report));
