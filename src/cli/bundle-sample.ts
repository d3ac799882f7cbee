/**
 * A sample of a bundle's verdicts once more: cases drawn again from its seed and inputs, and its findings.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { isInapplicable } from '../harness/case.ts';
import { givenUp } from '../harness/dead-controls.ts';
import { caseFromFile } from '../harness/finding.ts';
import type { RecordLine } from '../harness/record.ts';
import { casesAt } from '../harness/sequence.ts';
import { ControlCache, tryCase } from '../harness/trial.ts';
import type { Log, LogHeader } from '../report/log.ts';
import type { Host } from '../verifiers/host.ts';
import type { CheckOptions } from './bundle-check.ts';
import type { Bundle } from './bundle-format.ts';
import type { BundledInput } from './bundle-inputs.ts';
import { readJson } from './files.ts';
import { openOne } from './open-verifiers.ts';
import { replay } from './replay.ts';
import { logPath, openLogOf } from './run-log.ts';
import { planRun } from './run-plan.ts';
import { readResults } from './trace.ts';

export interface Sampling {
  /** How many were run. */
  readonly cases: number;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** `folder`: the bundle unpacked. */
export async function rerunSample(folder: string, bundle: Bundle, options: CheckOptions): Promise<Sampling> {
  const results = join(folder, 'results');
  const log = existsSync(logPath(results)) ? openLogOf(results) : undefined;
  const onDevice = { ...options, ...(log?.header.class !== undefined && { class: log.header.class }) };
  const ofLog = log ? await casesAgain(log, { folder, inputs: bundle.inputs, options: onDevice }) : noLog;
  const ofFindings = await findingsAgain(results, onDevice);
  return {
    cases: ofLog.cases + ofFindings.cases,
    problems: [...ofLog.problems, ...ofFindings.problems],
    notes: [...new Set([...ofLog.notes, ...ofFindings.notes])],
  };
}

const noLog: Sampling = {
  cases: 0,
  problems: [],
  notes: ['it has no results.jsonl: no case can be drawn again'],
};

async function casesAgain(
  log: Log,
  of: { readonly folder: string; readonly inputs: Bundle['inputs']; readonly options: CheckOptions },
): Promise<Sampling> {
  const { options } = of;
  const choice = choiceHere(of.folder, log.header.choice, of.inputs);
  if (choice === undefined)
    return { cases: 0, problems: [], notes: ['its cases need a key or inputs that are not in it'] };
  const { sequence } = planRun({ ...choice, seed: log.header.seed });
  const every = Math.max(1, Math.floor(log.header.planned / options.sample));
  const lines = new Map<number, readonly RecordLine[]>();
  for (const one of log.cases) if (one.place % every === 0) lines.set(one.place, one.lines);
  const drawn = casesAt(sequence, new Set(lines.keys()));
  const problems: string[] = [];
  const notes: string[] = [];
  let cases = 0;
  for (const spec of log.header.verifiers) {
    const opened = await openHere(spec, options);
    if (typeof opened === 'string') {
      notes.push(opened);
      continue;
    }
    const controls = new ControlCache();
    try {
      for (const [place, records] of lines) {
        const one = drawn.get(place);
        const before = records.find((line) => line.verifier === spec && line.of !== 'control');
        if (one === undefined || isInapplicable(one) || before === undefined || before.note === givenUp.note)
          continue;
        cases++;
        const { verdict, kind } = (await tryCase(opened, one, controls)).ruling;
        if (before.attack === one.attack.id && verdict === before.verdict && kind === before.kind) continue;
        problems.push(
          `case ${place} (${one.attack.id}) on ${spec}: ${said({ verdict, kind })}, and the log says ${said(before)}`,
        );
      }
    } finally {
      await opened.close();
    }
  }
  return { cases, problems, notes };
}

/** Findings with a stored case of their own, evenly over all. */
async function findingsAgain(results: string, options: CheckOptions): Promise<Sampling> {
  const { findings } = readResults(join(results, 'results.json'));
  const stored = findings.flatMap((finding) => {
    const file = join(results, 'findings', `${finding.id}.json`);
    const isAlone = /^[0-9a-f]+$/.test(finding.id) && !finding.verifier.startsWith('answers:');
    return isAlone && existsSync(file) ? [{ finding, file }] : [];
  });
  const every = Math.max(1, Math.floor(stored.length / options.sample));
  const problems: string[] = [];
  const notes: string[] = [];
  let cases = 0;
  for (const { finding, file } of stored.filter((_, i) => i % every === 0)) {
    const { id, verifier, kind } = finding;
    const refusal = refusalOf(verifier, options);
    if (refusal !== undefined) {
      notes.push(refusal);
      continue;
    }
    try {
      const again = await replay(caseFromFile(readJson(file, 'stored case'), file), verifier, options);
      cases++;
      if (again.verdict === 'failed' && again.kind === kind) continue;
      problems.push(`finding ${id} on ${verifier}: ${said(again)}, and it was ${kind}`);
    } catch (thrown) {
      if (!(thrown instanceof BenchError)) throw thrown;
      notes.push(`finding ${id} was not run again: ${thrown.message}`);
    }
  }
  return { cases, problems, notes };
}

function said({ verdict, kind }: { readonly verdict: string; readonly kind?: string | undefined }): string {
  return kind === undefined ? verdict : `${verdict} (${kind})`;
}

/** The run's options with its inputs where they are now; undefined: they are not all here, or a key is wanted. */
function choiceHere(
  folder: string,
  choice: LogHeader['choice'],
  inputs: readonly BundledInput[],
): LogHeader['choice'] | undefined {
  if (choice.envelope !== undefined || choice.fixed !== undefined) return undefined;
  const corpus = choice.corpus?.map((path) => inputs.find((one) => one.path === path)?.in);
  if (corpus?.includes(undefined)) return undefined;
  const here = corpus?.flatMap((name) => (name === undefined ? [] : [join(folder, name)]));
  return { ...choice, ...(here && { corpus: here }) };
}

/** An archive is somebody else's: of what it names only this program's own verifiers are run without being asked for. */
function refusalOf(spec: string, { verifier = [], config }: CheckOptions): string | undefined {
  const isOwn = !/^(module|wasm|process|command):/.test(spec);
  if (isOwn || verifier.includes(spec) || config?.entries.some(({ name }) => name === spec)) return undefined;
  return `${spec} was not run again: it is a program of your machine that the archive names; to run it give it with -v`;
}

/** A sentence where it cannot be opened. */
async function openHere(spec: string, options: CheckOptions): Promise<Host | string> {
  const refusal = refusalOf(spec, options);
  if (refusal !== undefined) return refusal;
  try {
    return await openOne(spec, options);
  } catch (thrown) {
    if (!(thrown instanceof BenchError)) throw thrown;
    return `${spec} was not run again: ${thrown.message}`;
  }
}
