/**
 * `gauntlet compare`: verifiers on the same bytes, or result files, side by side.
 *
 * @module
 */
import { replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import { runCampaign } from '../harness/campaign.ts';
import type { Case } from '../harness/case.ts';
import { asCase } from '../harness/corpus.ts';
import { caseFromFile } from '../harness/finding.ts';
import { type Parting, partingsOf } from '../harness/parting.ts';
import type { CaseRecord } from '../harness/record.ts';
import { jsonSchema } from '../json-schema.ts';
import { compareResults, isSameResult } from '../report/compare-results.ts';
import { compareVerifiers, isSame } from '../report/compare-verifiers.ts';
import { resultsComparisonMarkdown, verifierComparisonMarkdown } from '../report/comparison-markdown.ts';
import { renderResultsComparison, renderVerifierComparison } from '../report/render-comparison.ts';
import type { Results } from '../report/results.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { shellWord } from '../shell-word.ts';
import type { Host, MemoryLimit } from '../verifiers/host.ts';
import { version } from '../version.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { claimedWithin } from './claimed-within.ts';
import { type Config, configToName } from './config.ts';
import { readBytes, readJson } from './files.ts';
import { fixedRecipient } from './fixed-recipient.ts';
import { openAll } from './open-verifiers.ts';
import { demandEnvelopes } from './packages.ts';
import { progressBar } from './progress.ts';
import { givenScenario } from './run-plan.ts';

export interface CompareOptions {
  readonly verifier?: readonly string[];
  readonly config?: Config;
  readonly only?: readonly string[];
  readonly seed?: number;
  readonly runs?: number;
  readonly round?: number;
  readonly key?: string;
  readonly payload?: readonly string[];
  readonly deadline: number;
  readonly memory: MemoryLimit;
  readonly format: 'text' | 'json' | 'markdown';
}

/** Exit status 1: they part, or nothing could be compared. */
export async function runCompare(files: readonly string[], options: CompareOptions): Promise<number> {
  return options.verifier === undefined
    ? compareFiles(files, options)
    : await compareOnBytes(options.verifier, files, options);
}

function compareFiles(files: readonly string[], options: CompareOptions): number {
  const { only, seed, runs, round, key, payload } = options;
  if ([only, seed, runs, round, key, payload].some((given) => given !== undefined))
    throw new BenchError(
      'usage',
      'result files are compared as they are; the other options go with --verifier',
    );
  if (files.length < 2)
    throw new BenchError('usage', 'give two verifiers with -v, or two results.json, to compare');
  const read = files.map((file) => ({ file, results: readResults(file) }));
  const comparison = compareResults(version(), read);
  print(options.format, comparison, renderResultsComparison, resultsComparisonMarkdown);
  return isSameResult(comparison) ? 0 : 1;
}

function readResults(file: string): Results {
  const json = readJson(file, 'results file');
  const wrong = jsonSchema('results').check(json);
  if (wrong !== undefined) throw new BenchError('results-unreadable', `${file} is no results.json: ${wrong}`);
  return json as Results;
}

/** What the verifiers are given: a stored case, an envelope, or generated scenarios; and the words that name it. */
interface Subject {
  readonly words: readonly string[];
  readonly stored: readonly Case[];
  readonly scenario?: Scenario;
}

async function compareOnBytes(
  specs: readonly string[],
  files: readonly string[],
  options: CompareOptions,
): Promise<number> {
  const verifiers = [...new Set(specs)];
  if (verifiers.length < 2) throw new BenchError('usage', 'give two different verifiers with -v to compare');
  demandEnvelopes('compare', verifiers);
  const attacks = chosenAttacks(options);
  const subjects = subjectsOf(files, options);
  const fixed = fixedRecipient(verifiers, options.config);
  const within = await claimedWithin(verifiers, options);
  const hosts = await openAll(verifiers, options);
  const { seed = 1, round } = options;
  try {
    const found = [];
    let cases = 0;
    const notes = new Set<string>();
    for (const subject of subjects) {
      const records: CaseRecord[] = [];
      const isStored = subject.stored.length > 0;
      const bar = progressBar({ format: options.format === 'text' ? 'text' : 'json' });
      const { done, stopped } = await runCampaign({
        hosts,
        attacks: isStored ? [] : attacks,
        stored: subject.stored,
        seed,
        runs: round === undefined ? (options.runs ?? 10) : round + 1,
        ...(round !== undefined && { firstRound: round }),
        ...(subject.scenario && { scenario: subject.scenario }),
        ...(fixed && { fixed }),
        ...(within && { within }),
        onRecord: (record) => records.push(record),
        onProgress: bar.show,
      });
      bar.end();
      cases += done;
      for (const { spec } of stopped) notes.add(`${spec} was stopped after three dead controls in a row`);
      const replay = (parting: Parting): string =>
        replayLine(verifiers, subject, seed, { ...parting, config: options.config });
      found.push({ ...partingsOf(records, hosts), replay });
    }
    const comparison = compareVerifiers({ version: version(), verifiers, cases, found, notes: [...notes] });
    print(options.format, comparison, renderVerifierComparison, verifierComparisonMarkdown);
    return isSame(comparison) ? 0 : 1;
  } finally {
    await Promise.all(hosts.map((host: Host) => host.close()));
  }
}

function subjectsOf(files: readonly string[], options: CompareOptions): readonly Subject[] {
  const { key, payload } = options;
  const subjects = files.map((file): Subject => {
    // A JSON object is a stored case; no envelope begins so.
    const isJson = /^\s*\{/.test(new TextDecoder().decode(readBytes(file, 'file').subarray(0, 100)));
    if (isJson) return { words: [file], stored: [storedCase(file)] };
    if (key === undefined)
      throw new BenchError('usage', `${file} is no stored case; an envelope needs --key, the author’s key`);
    const scenario = givenScenario({ envelope: file, key, ...(payload && { payload }) });
    const words = [file, '--key', key, ...(payload ?? []).flatMap((pair) => ['--payload', pair])];
    return { words, stored: [], ...(scenario && { scenario }) };
  });
  if ((key !== undefined || payload !== undefined) && !subjects.some(({ scenario }) => scenario))
    throw new BenchError('usage', '--key and --payload go with an envelope');
  return files.length === 0 ? [{ words: [], stored: [] }] : subjects;
}

function storedCase(file: string): Case {
  const stored = caseFromFile(readJson(file, 'stored case'), file);
  if (stored.attack === 'valid' || stored.attack === 'given')
    throw new BenchError('usage', `${file} is a valid delivery, of no attack: use "gauntlet replay" on it`);
  return asCase(stored, replayable, file);
}

/** The one line that repeats the case: draws depend on nothing but seed, attack and round. */
function replayLine(
  verifiers: readonly string[],
  { words, stored }: Subject,
  seed: number,
  { attack, round, config }: Parting & { readonly config: Config | undefined },
): string {
  const drawn = stored.length > 0 ? [] : ['--seed', `${seed}`, '--only', attack, '--round', `${round}`];
  const named = configToName(verifiers, config);
  const place = named === undefined ? [] : ['--config', named];
  const all = [
    'gauntlet',
    'compare',
    ...verifiers.flatMap((spec) => ['-v', spec]),
    ...place,
    ...words,
    ...drawn,
  ];
  return all.map(shellWord).join(' ');
}

function print<T>(
  format: CompareOptions['format'],
  comparison: T,
  text: (comparison: T) => string,
  markdown: (comparison: T) => string,
): void {
  const json = (value: T): string => `${JSON.stringify(value, null, 1)}\n`;
  process.stdout.write({ text, markdown, json }[format](comparison));
}
