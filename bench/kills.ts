/**
 * `npm run bench -- kills [--kills N] [--seed N]`: kills a run with SIGKILL at random moments, and takes it up again.
 * After each kill all that was judged must be in what `gauntlet report` makes of it, and a run that was taken up must
 * end with the very files of one that was never killed.
 *
 * Moments are drawn from the seed: by lines that the log has by then, or by milliseconds. Runs in one process and runs
 * with two take turns, and each is killed up to five times.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { filesWithoutName } from '../src/cli/fixtures/command.ts';
import { Dice } from '../src/harness/dice.ts';
import type { RecordLine } from '../src/harness/record.ts';
import { packageRoot } from '../src/package-root.ts';

const gauntlet = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
const verifiers = ['reference', 'zoo:never-checks-sequence'] as const;
const run = [
  'run',
  ...verifiers.flatMap((spec) => ['-v', spec]),
  ...['--only', 'E', '--runs', '4', '--histories', '4', '--pairs', '2', '--shrink', '4', '--no-stored'],
];

interface Moment {
  readonly unit: 'lines' | 'ms';
  readonly at: number;
}

/** What a run that was never killed leaves. */
interface Whole {
  readonly files: Readonly<Record<string, string>>;
  readonly lines: ReadonlySet<string>;
  readonly ms: number;
}

interface Tally {
  kills: number;
  readonly of: Record<'lines' | 'ms' | 'one process' | 'two processes', number>;
  /** Ended before the moment came. */
  late: number;
  completed: number;
  /** Cases that had been judged when it was killed, over all kills. */
  judged: number;
  readonly problems: string[];
}

export async function benchKills(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: { kills: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
  });
  const [most, seed] = [Number(values.kills), Number(values.seed)];
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-kills-'));
  const tally: Tally = {
    ...{ kills: 0, late: 0, completed: 0, judged: 0, problems: [] },
    of: { lines: 0, ms: 0, 'one process': 0, 'two processes': 0 },
  };
  try {
    const whole = wholeRun(join(folder, 'whole'));
    const dice = new Dice(seed);
    for (let chain = 0; tally.kills < most; chain++)
      await killChain(join(folder, `${chain}`), { jobs: 1 + (chain % 2), whole, dice, tally, most });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return report(tally, seed);
}

function wholeRun(out: string): Whole {
  const began = performance.now();
  spawnSync(process.execPath, [gauntlet, ...run, '--out', out], { stdio: 'ignore' });
  const ms = performance.now() - began;
  return { files: filesWithoutName(out), lines: new Set(recordsIn(out).map(said)), ms };
}

interface Chain {
  readonly jobs: number;
  readonly whole: Whole;
  readonly dice: Dice;
  readonly tally: Tally;
  readonly most: number;
}

/** One run: killed up to five times, then taken up to its end. */
async function killChain(out: string, { jobs, whole, dice, tally, most }: Chain): Promise<void> {
  const how = ['--jobs', `${jobs}`, '--resume', '--out', out];
  for (let kill = 0; kill < 5 && tally.kills < most; kill++) {
    const before = recordsIn(out).length;
    const moment = drawMoment(dice, before, whole);
    const child = spawn(process.execPath, [gauntlet, ...run, ...how], { stdio: 'ignore' });
    if (!(await killAt(child, moment, out))) {
      tally.late++;
      break;
    }
    tally.kills++;
    tally.of[moment.unit]++;
    tally.of[jobs === 1 ? 'one process' : 'two processes']++;
    // The jobs of a killed run end by themselves.
    if (jobs > 1) await setTimeout(700);
    const name = `kill ${tally.kills} (${moment.unit} ${moment.at}, ${jobs} processes)`;
    checkKilled(out, { name, before, whole, tally });
  }
  const { status } = spawnSync(process.execPath, [gauntlet, ...run, ...how], { stdio: 'ignore' });
  const files = existsSync(out) ? filesWithoutName(out) : {};
  const differing = [...new Set([...Object.keys(files), ...Object.keys(whole.files)])].filter(
    (file) => files[file] !== whole.files[file],
  );
  if (status !== 1 || differing.length > 0)
    tally.problems.push(
      `taken up after kill ${tally.kills}: status ${status}, other files: ${differing.join(', ')}`,
    );
  else tally.completed++;
}

function drawMoment(dice: Dice, before: number, { lines, ms }: Whole): Moment {
  return dice.below(2) === 0
    ? { unit: 'lines', at: before + dice.below(Math.max(1, lines.size - before)) }
    : { unit: 'ms', at: dice.below(Math.ceil(ms)) };
}

/** False: it had ended. */
async function killAt(child: ChildProcess, { unit, at }: Moment, out: string): Promise<boolean> {
  const ended = once(child, 'exit');
  if (unit === 'ms') await Promise.race([setTimeout(at), ended]);
  else while (child.exitCode === null && linesIn(out) < at) await setTimeout(1);
  child.kill('SIGKILL');
  const [, signal] = (await ended) as [number | null, string | null];
  return signal === 'SIGKILL';
}

interface Killed {
  readonly name: string;
  /** Records that an earlier kill had left. */
  readonly before: number;
  readonly whole: Whole;
  readonly tally: Tally;
}

function checkKilled(out: string, { name, before, whole, tally }: Killed): void {
  const records = recordsIn(out);
  const strange = records.filter((one) => !whole.lines.has(said(one)));
  if (strange.length > 0)
    tally.problems.push(`${name}: ${strange.length} records that the whole run has not`);
  // Whole cases stay; of the one that was under way the records of some verifiers are judged anew.
  if (records.length < before - verifiers.length * 2)
    tally.problems.push(`${name}: ${before} records before it, ${records.length} after`);
  const judged = records.filter((one) => one.of !== 'control' && one.verifier === verifiers.at(-1)).length;
  tally.judged += judged;
  if (records.length === 0) return;
  const copy = `${out}-told`;
  cpSync(out, copy, { recursive: true });
  const { stdout, stderr } = spawnSync(process.execPath, [gauntlet, 'report', copy, '--format', 'json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const done = stdout === '' ? `nothing: ${stderr}` : (JSON.parse(stdout) as { done: number }).done;
  if (done !== judged)
    tally.problems.push(`${name}: ${judged} cases were judged, and the report has ${done}`);
  rmSync(copy, { recursive: true });
}

/** The logs of a run, or of its jobs. */
function logsOf(out: string): readonly string[] {
  const jobs = join(out, 'jobs');
  const folders = existsSync(jobs) ? readdirSync(jobs).map((name) => join(jobs, name)) : [out];
  return folders.map((folder) => join(folder, 'results.jsonl')).filter((file) => existsSync(file));
}

/** Without what broke off. */
function wholeLines(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split('\n').slice(1, -1);
}

function linesIn(out: string): number {
  return logsOf(out).reduce((sum, file) => sum + wholeLines(file).length, 0);
}

function recordsIn(out: string): readonly RecordLine[] {
  return logsOf(out).flatMap((file) => wholeLines(file).map((line) => JSON.parse(line) as RecordLine));
}

/** As every process writes it: numbers, and what the first of a kind tells, depend on who comes first. */
function said({ n: _n, failure, disagreements, ...line }: RecordLine): string {
  const { seen: _seen, ...failed } = failure ?? {};
  const parted = disagreements?.map(({ seen: _first, ...one }) => one);
  return JSON.stringify([line, failed, parted]);
}

function report({ kills, of, late, completed, judged, problems }: Tally, seed: number): string {
  const counts = Object.entries(of).map(([name, count]) => `${name} ${count}`);
  return `${[
    `${kills} kills, seed ${seed}: by ${counts.slice(0, 2).join(', by ')}; of ${counts.slice(2).join(', of ')}`,
    `${judged} judged cases in all when it was killed, each of them in the report; ${late} runs ended before their moment`,
    `${completed} runs were taken up to the files of the run that was never killed`,
    ...(problems.length > 0
      ? [`${problems.length} problems:`, ...problems.map((one) => `- ${one}`)]
      : ['no problem']),
  ].join('\n')}\n`;
}
