/**
 * `gauntlet zoo`: would the bench notice? Every broken verifier under the same cases.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inLearnedOrder } from '../attacks/order.ts';
import { BenchError } from '../bench-error.ts';
import { casesOf } from '../harness/campaign.ts';
import { directHost } from '../harness/direct-host.ts';
import { type AnimalResult, runZoo } from '../harness/zoo-run.ts';
import { table } from '../report/terminal.ts';
import { expectedJson, makeZooReport, renderZoo, type ZooReport, zooRegressions } from '../report/zoo.ts';
import { zooCurve } from '../report/zoo-curve.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import type { Host } from '../verifiers/host.ts';
import { openVerifier } from '../verifiers/transports/open.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { type MissingAnimal, missingAnimals } from '../verifiers/zoo/not-yet.ts';
import { type Animal, runaways, wholeZoo } from '../verifiers/zoo/zoo.ts';
import { version } from '../version.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { makeFolder, readJson } from './files.ts';

export interface ZooCommandOptions {
  readonly list?: boolean;
  readonly animal?: readonly string[];
  readonly only?: readonly string[];
  readonly seed: number;
  readonly runs: number;
  readonly time?: number;
  readonly blind: number;
  readonly expect?: string;
  readonly write?: string;
  readonly out?: string;
  readonly shrink: number;
  readonly format: 'text' | 'json';
}

/** Exit status 3 where a sentinel survives: such a bench proves nothing. */
export async function runZooCommand(options: ZooCommandOptions): Promise<number> {
  const { seed, runs, out } = options;
  const attacks = inLearnedOrder(chosenAttacks(options));
  const animals = chosenAnimals(options.animal);
  if (options.list)
    return listAnimals(animals, options.animal === undefined ? missingAnimals : [], options.format);
  const expected = options.expect === undefined ? undefined : readExpected(options.expect);
  if (out !== undefined) makeFolder(out);
  const end = options.time === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.time * 1000;
  const results = await runZoo({
    animals,
    cases: casesOf({ stored: [], attacks, seed, runs }),
    seed,
    blindCases: options.blind,
    open: openAnimal,
    yardstick: await directHost('reference', (await createBuiltin('reference')) as Verifier),
    width: availableParallelism() + 1,
    stop: () => performance.now() > end,
    ...(out !== undefined && {
      findings: { seed, shrinkTries: options.shrink, folder: join(out, 'findings'), withoutSecrets: false },
    }),
    onAnimal: progress(options.format, animals.length),
  });
  const report = makeZooReport(results, { version: version(), seed, blind: options.blind > 0 });
  const regressions = expected === undefined ? [] : zooRegressions(report, expected);
  const json = `${JSON.stringify(report, null, 1)}\n`;
  if (out !== undefined) {
    writeFileSync(join(out, 'zoo.json'), json);
    writeFileSync(join(out, 'curve.svg'), zooCurve(report));
  }
  if (options.write !== undefined) writeFileSync(options.write, expectedJson(report));
  process.stdout.write(options.format === 'json' ? json : renderZoo(report, regressions));
  const sleeping = report.sentinels.filter((row) => !row.caught);
  if (sleeping.length > 0)
    throw new BenchError('sentinel-survives', `${sleeping.map((row) => row.id).join(', ')} was not caught`, {
      blame: 'bench',
    });
  return regressions.length + report.problems.length > 0 ? 1 : 0;
}

/** In this process, which is much the quickest; apart those that do not end by themselves. */
function openAnimal({ id, create }: Animal): Promise<Host> {
  const spec = `zoo:${id}`;
  return runaways.includes(id) ? openVerifier(spec) : directHost(spec, create());
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

function progress(format: ZooCommandOptions['format'], all: number): (result: AnimalResult) => void {
  let done = 0;
  return ({ animal, detection, ms }) => {
    done++;
    if (format === 'json') return;
    const how = detection.caught ? `caught by ${detection.by?.id}` : 'survives';
    const line = `${done}/${all} ${animal.id}: ${how}, ${detection.cases} cases, ${Math.round(ms)} ms`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}${done === all ? '\n' : ''}` : `${line}\n`);
  };
}
