/**
 * `npm run bench -- report [--runs N] [--times N]`: how large the HTML report of a large run is, and how soon Chromium
 * has it open: 12 verifiers, six of them broken, under all attacks; rows of the working list that are not built stand
 * in with the figures of others. `--screenshot` takes docs/report.png of the report that `npm start` left instead.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { listReplayable } from '../src/attacks/replayable.ts';
import { BenchError } from '../src/bench-error.ts';
import { writeReports } from '../src/cli/write-reports.ts';
import { packageRoot } from '../src/package-root.ts';
import type { Results } from '../src/report/results.ts';

const verifiers = [
  ...[
    'reference',
    'bounded',
    'library:cbor-x',
    'library:cborg+node',
    'library:cose-kit',
    'library:auth0-cose',
  ],
  ...['accepts-lower-versions', 'unsigned-envelopes-pass', 'every-image-matches'].map((id) => `zoo:${id}`),
  ...['never-binds-the-manifest', 'ignores-crit', 'never-checks-sequence'].map((id) => `zoo:${id}`),
];

export async function benchReport(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '3' },
      times: { type: 'string', default: '5' },
      screenshot: { type: 'boolean', default: false },
    },
  });
  const browser = await chromium.launch({
    executablePath: process.env.GAUNTLET_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-report-'));
  try {
    if (values.screenshot) return await takePicture(browser);
    const results = largeResults(folder, Number(values.runs));
    writeReports(folder, results, {});
    return await measured(browser, folder, results, Number(values.times));
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A real run, and for each attack that is not built the figures of one that is. */
function largeResults(out: string, runs: number): Results {
  const cases = ['--runs', `${runs}`, '--histories', '4', '--shrink', '2', '--out', out];
  const specs = verifiers.flatMap((spec) => ['-v', spec]);
  const gauntlet = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
  const { stderr } = spawnSync(process.execPath, [gauntlet, 'run', ...specs, ...cases], { encoding: 'utf8' });
  const file = join(out, 'results.json');
  if (!existsSync(file)) throw new BenchError('report-bench', `the run left no results: ${stderr}`);
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  const missing = listReplayable().filter(({ notYet }) => notYet);
  const padded = Object.entries(results.attacks).map(([verifier, attacks]) => {
    const figures = Object.values(attacks);
    const standIns = missing.flatMap(({ id }, i) => {
      const counts = figures[i % figures.length];
      return counts === undefined ? [] : [[id, counts] as const];
    });
    return [verifier, { ...attacks, ...Object.fromEntries(standIns) }] as const;
  });
  return { ...results, attacks: Object.fromEntries(padded) };
}

async function measured(browser: Browser, folder: string, results: Results, times: number): Promise<string> {
  const openings = [];
  for (let i = 0; i < times; i++) openings.push(await openOnce(browser, join(folder, 'report.html')));
  const attacks = new Set(Object.values(results.attacks).flatMap((of) => Object.keys(of)));
  const line = (what: string, of: readonly number[]): string => {
    const sorted = of.toSorted((a, b) => a - b);
    return `${what}: median ${sorted[Math.floor(sorted.length / 2)]} ms of ${sorted.length} (${sorted[0]} to ${sorted.at(-1)})`;
  };
  const { size } = statSync(join(folder, 'report.html'));
  return `${[
    `${attacks.size} attacks × ${Object.keys(results.verifiers).length} verifiers, ${results.findings.length} findings; load ${loadavg()[0]?.toFixed(1)}`,
    `report.html ${(size / 1e6).toFixed(2)} MB`,
    line(
      'drawn and ready for a click',
      openings.map(({ ready }) => ready),
    ),
    line(
      'all families opened',
      openings.map(({ opened }) => opened),
    ),
    line(
      'search answered',
      openings.map(({ searched }) => searched),
    ),
  ].join('\n')}\n`;
}

interface Opening {
  /** Milliseconds until the page is drawn and its script has run. */
  readonly ready: number;
  readonly opened: number;
  readonly searched: number;
}

/** In a context of its own: nothing of the page is in any cache. */
async function openOnce(browser: Browser, file: string): Promise<Opening> {
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 } });
  const page = await context.newPage();
  const drawn = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
  const timed = async (act: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await act();
    await page.evaluate(drawn);
    return Math.round(performance.now() - began);
  };
  const ready = await timed(() => page.goto(pathToFileURL(file).href));
  const opened = await timed(() => page.click('[data-open-all]'));
  const searched = await timed(async () => {
    await page.fill('#search', 'sequence');
    await page.locator('.finding[hidden]').first().waitFor({ state: 'attached' });
  });
  await context.close();
  return { ready, opened, searched };
}

/** The page's top as far as the matrix goes, as a reader in light colours has it. */
async function takePicture(browser: Browser): Promise<string> {
  const report = join(packageRoot(), 'reports', 'latest', 'report.html');
  if (!existsSync(report))
    throw new BenchError('report-bench', `${report} is not there: run "npm start" first`);
  const viewport = { width: 1040, height: 1200 };
  const page = await browser.newPage({ viewport, colorScheme: 'light' });
  await page.goto(pathToFileURL(report).href);
  const matrix = await page.locator('#matrix .frame').boundingBox();
  const height = Math.ceil((matrix?.y ?? 0) + (matrix?.height ?? viewport.height)) + 16;
  const file = join(packageRoot(), 'docs', 'report.png');
  await page.screenshot({ path: file, clip: { x: 0, y: 0, width: viewport.width, height } });
  return `${file}: ${statSync(file).size} bytes\n`;
}
