/**
 * `npm run bench`: times and counts on this machine, written to docs/bench as table and plots. `-- --quick` for rough
 * figures, nothing written; `-- --json` for the raw report; `-- transport` for what the transports cost;
 * `-- throughput` for cases a second beside their bare cryptography; `-- kills` for runs that are killed and taken up;
 * `-- detection --cases N` for the cases until each animal of the zoo is caught;
 * `-- identical --cases N` for the same cases on the reference through three transports, exit status 1 where they differ;
 * `-- report` for the size of the HTML report and the time it takes to open, `-- report --screenshot` for its picture.
 *
 * @module
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBench } from '../src/measure/bench.ts';
import { benchMarkdown } from '../src/measure/bench-markdown.ts';
import { drawGrowth } from '../src/measure/draw-growth.ts';
import { drawMemory } from '../src/measure/draw-memory.ts';
import { renderBench } from '../src/measure/render-bench.ts';
import { packageRoot } from '../src/package-root.ts';
import { runDetectionBench } from './detection.ts';
import { benchIdentical } from './identical.ts';
import { benchKills } from './kills.ts';
import { benchReport } from './report.ts';
import { benchThroughput } from './throughput.ts';
import { benchTransports } from './transport.ts';

const given = process.argv.slice(2);
if (given.includes('transport')) {
  await benchTransports({ quick: given.includes('--quick') });
  process.exit(0);
}
if (given[0] === 'identical') {
  const at = given.indexOf('--cases');
  process.exit(await benchIdentical({ cases: at < 0 ? 5000 : Number(given[at + 1]) }));
}
const others = {
  throughput: benchThroughput,
  kills: benchKills,
  report: benchReport,
  detection: runDetectionBench,
} as const;
const other = others[given[0] as keyof typeof others] as
  | ((args: readonly string[]) => Promise<string>)
  | undefined;
if (other !== undefined) {
  process.stdout.write(await other(given.slice(1)));
  process.exit(0);
}
const quick = given.includes('--quick');
const report = await runBench({ quick, decoders: true, cms: true, families: true });
if (!quick) {
  const folder = join(packageRoot(), 'docs', 'bench');
  writeFileSync(join(folder, 'bench.md'), benchMarkdown(report));
  writeFileSync(join(folder, 'growth.svg'), drawGrowth(report.growth));
  writeFileSync(join(folder, 'memory.svg'), drawMemory(report.families ?? []));
}
process.stdout.write(given.includes('--json') ? `${JSON.stringify(report, null, 2)}\n` : renderBench(report));
