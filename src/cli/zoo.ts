/**
 * `gauntlet zoo`: would the bench notice? Every broken verifier under the same cases.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BenchError } from '../bench-error.ts';
import { table } from '../report/terminal.ts';
import {
  expectedJson,
  joinEntries,
  makeZooReport,
  renderZoo,
  type ZooEntry,
  type ZooReport,
  zooRegressions,
} from '../report/zoo.ts';
import { zooCurve } from '../report/zoo-curve.ts';
import { zooPage } from '../report/zoo-page.ts';
import { equivalents } from '../verifiers/zoo/equivalents.ts';
import { type MissingAnimal, missingAnimals } from '../verifiers/zoo/not-yet.ts';
import { type Animal, wholeZoo } from '../verifiers/zoo/zoo.ts';
import { version } from '../version.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { makeFolder, mustBeWritable, readJson, writeFile } from './files.ts';
import { clockText, openPanel, Pace } from './panel.ts';
import { type Caught, runZooPart, type ZooPart } from './zoo-part.ts';
import type { ZooMessage } from './zoo-worker.ts';

export interface ZooCommandOptions {
  readonly list?: boolean;
  readonly animal?: readonly string[];
  readonly equivalents?: boolean;
  readonly only?: readonly string[];
  readonly seed: number;
  readonly runs: number;
  readonly cases?: number;
  readonly time?: number;
  readonly blind: number;
  readonly stored: boolean;
  readonly expect?: string;
  readonly write?: string;
  readonly out?: string;
  readonly shrink: number;
  readonly format: 'text' | 'json';
}

/** Exit status 3 where a sentinel survives: such a bench proves nothing. */
export async function runZooCommand(options: ZooCommandOptions): Promise<number> {
  const { seed, out, blind } = options;
  const animals = options.equivalents ? equivalents : chosenAnimals(options.animal);
  if (options.list) return listAnimals(animals, animals === wholeZoo ? missingAnimals : [], options.format);
  chosenAttacks(options);
  const expected = options.expect === undefined ? undefined : readExpected(options.expect);
  if (out !== undefined) makeFolder(out);
  if (options.write !== undefined) mustBeWritable(options.write);
  const bar = zooBar(options.format, animals.length);
  const entries = await runParts(partsOf(animals, options), bar.show).finally(bar.end);
  const places = new Map(animals.map(({ id }, i) => [id, i]));
  const report = makeZooReport(
    entries.toSorted((a, b) => (places.get(a.row.id) ?? 0) - (places.get(b.row.id) ?? 0)),
    { version: version(), seed, blind: blind > 0 },
  );
  const regressions = expected === undefined ? [] : zooRegressions(report, expected);
  const json = `${JSON.stringify(report, null, 1)}\n`;
  if (out !== undefined) {
    writeFile(join(out, 'zoo.json'), json);
    writeFile(join(out, 'zoo.html'), zooPage(report, regressions));
    if (report.animals.length > 0) writeFile(join(out, 'curve.svg'), zooCurve(report));
  }
  if (options.write !== undefined) writeFile(options.write, expectedJson(report));
  process.stdout.write(options.format === 'json' ? json : renderZoo(report, regressions));
  const sleeping = report.sentinels.filter((row) => !row.caught);
  if (sleeping.length > 0)
    throw new BenchError('sentinel-survives', `${sleeping.map((row) => row.id).join(', ')} was not caught`, {
      blame: 'bench',
    });
  return regressions.length + report.problems.length > 0 ? 1 : 0;
}

/** Fewer are not worth the start of a thread. */
const animalsEach = 4;

/** One part for each core: the animals are dealt out; equivalents see all cases, so each part has a share of these. */
function partsOf(animals: readonly Animal[], options: ZooCommandOptions): readonly ZooPart[] {
  const { only, seed, runs, cases, time, blind, stored, shrink, out } = options;
  const isRight = (one: Animal): boolean => equivalents.includes(one);
  const right = animals.filter(isRight);
  const dealt = animals.filter((one) => !isRight(one));
  const wanted = right.length > 0 ? Number.POSITIVE_INFINITY : Math.floor(dealt.length / animalsEach);
  const count = Math.max(1, Math.min(availableParallelism(), wanted));
  return Array.from({ length: count }, (_, part) => ({
    animals: [...right, ...dealt.filter((_, i) => i % count === part)].map(({ id }) => id),
    share: { index: part, of: count },
    ...(only && { only }),
    seed,
    runs,
    ...(cases !== undefined && { cases }),
    ...(time !== undefined && { ms: time * 1000 }),
    blind,
    stored,
    shrink,
    ...(out !== undefined && { out }),
  }));
}

async function runParts(
  parts: readonly ZooPart[],
  onCaught: (caught: Caught) => void,
): Promise<readonly ZooEntry[]> {
  const [first, ...others] = parts as readonly [ZooPart, ...ZooPart[]];
  const threads = others.map((part) => inThread(part, onCaught));
  const own = others.length === 0 ? runZooPart(first, onCaught) : inThread(first, onCaught);
  return joinEntries((await Promise.all([own, ...threads])).flat());
}

function inThread(part: ZooPart, onCaught: (caught: Caught) => void): Promise<readonly ZooEntry[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./zoo-worker.js', import.meta.url), { workerData: part });
    worker.on('message', (message: ZooMessage) => {
      if (message.kind === 'caught') onCaught(message);
      else resolve(message.entries);
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      reject(
        new BenchError('zoo-thread', `a thread of the zoo ended with status ${code}`, { blame: 'bench' }),
      ),
    );
  });
}

function chosenAnimals(ids: readonly string[] | undefined): readonly Animal[] {
  if (ids === undefined) return wholeZoo;
  return ids.map((id) => {
    const found = wholeZoo.find((animal) => animal.id === id || animal.handle === id.toUpperCase());
    if (found === undefined)
      throw new BenchError(
        'animal-unknown',
        `--animal ${id}: there is none of this name; "gauntlet zoo --list" has them`,
      );
    return found;
  });
}

function listAnimals(
  animals: readonly Animal[],
  missing: readonly MissingAnimal[],
  format: ZooCommandOptions['format'],
): number {
  const rows = [
    ...animals.map(({ id, handle, defect, exposedBy }) => ({ id, handle, defect, exposedBy })),
    ...missing.map(({ handle, defect, why }) => ({ id: null, handle, defect, notYet: why })),
  ];
  const cells = rows.map((row) => [
    row.handle,
    row.id ?? 'not yet',
    row.defect,
    'notYet' in row ? row.notYet : row.exposedBy.join(' '),
  ]);
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(rows, null, 1)}\n` : `${table(cells).join('\n')}\n`,
  );
  return 0;
}

function readExpected(file: string): ZooReport {
  const json = readJson(file, 'expected zoo report') as Partial<ZooReport> | null;
  if (typeof json?.score !== 'number' || !Array.isArray(json.animals))
    throw new BenchError('zoo-expected', `${file} is no report of "gauntlet zoo"; write one with --write`);
  return json as ZooReport;
}

interface ZooBar {
  show(caught: Caught): void;
  end(): void;
}

function zooBar(format: ZooCommandOptions['format'], all: number): ZooBar {
  if (format === 'json') return { show: () => {}, end: () => {} };
  const panel = openPanel();
  const pace = new Pace();
  let done = 0;
  return {
    show({ id, by, cases }) {
      done++;
      const time = clockText(pace.spent());
      panel.draw(() => [
        `${done} of ${all} caught in ${time}; the last: ${id} by ${by} after ${cases} cases`,
      ]);
    },
    end: panel.end,
  };
}
