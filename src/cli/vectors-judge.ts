/**
 * `gauntlet vectors judge`: the answers of a verifier that ran elsewhere, judged as those of a run.
 *
 * @module
 */
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { runCampaign } from '../harness/campaign.ts';
import { findingsOf } from '../harness/findings.ts';
import { type RecordedAnswer, recordedHost } from '../harness/recorded-host.ts';
import { jsonSchema } from '../json-schema.ts';
import { makeResults } from '../report/results.ts';
import { shellWord } from '../shell-word.ts';
import { validateClaims } from '../verifiers/transports/validate-claims.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { version } from '../version.ts';
import { readJson } from './files.ts';
import { locked } from './locked.ts';
import { conclude } from './run.ts';
import { loadVectors, readIndex, type SuiteIndex } from './vectors-suite.ts';

export interface JudgeOptions {
  readonly out?: string;
  readonly baseline?: string;
  /** Cases without an answer are no error. */
  readonly partial?: boolean;
  readonly format: 'text' | 'json';
}

/** docs/schemas/answers, its claims validated. */
interface Answers {
  readonly claims: Claims;
  readonly answers: Readonly<Record<string, readonly RecordedAnswer[]>>;
}

/** Exit status as of a run; 1 also where an answer was wanted that is not there. */
export async function runJudge(folder: string, file: string, options: JudgeOptions): Promise<number> {
  return locked(options.out, () => judged(folder, file, options));
}

async function judged(folder: string, file: string, options: JudgeOptions): Promise<number> {
  const index = readIndex(folder);
  const { claims, answers } = readAnswers(file, index);
  const loaded = loadVectors(folder, index).map(({ vector, case: one }) => {
    const own = Object.hasOwn(answers, vector.id) ? answers[vector.id] : undefined;
    return { id: vector.id, case: one, ...(own && { answers: own }) };
  });
  const host = recordedHost(`answers:${claims.name}`, claims, loaded);
  const attacks = [...new Set(loaded.map((one) => one.case.attack))];
  const { seed } = index;
  const campaign = await runCampaign({
    attacks,
    stored: loaded.map((one) => one.case),
    seed,
    runs: 0,
    hosts: [host],
    // Nothing is gained by sparing what has answered already.
    deadControls: Number.POSITIVE_INFINITY,
  });
  const { out } = options;
  const findings = await findingsOf(campaign, attacks, {
    seed,
    shrinkTries: 0,
    withoutSecrets: false,
    ...(out !== undefined && { folder: join(out, 'findings') }),
  });
  const missing = host.missing();
  const unknown = Object.keys(answers).filter((id) => !loaded.some((one) => one.id === id));
  const replay = `gauntlet vectors judge ${shellWord(folder)} ${shellWord(file)}`;
  const results = makeResults({
    version: version(),
    seed,
    subject: `${folder}, exported by version ${index.version}`,
    campaign,
    findings: findings.map((one) => ({ ...one, replay })),
    attacks,
    notYet: 0,
    notes: [
      ...counted(missing, 'cases lack an answer'),
      ...counted(unknown, 'answers are to cases that the suite does not have'),
    ],
  });
  const status = conclude(results, options);
  return missing.length > 0 && !options.partial ? 1 : status;
}

function counted(ids: readonly string[], what: string): readonly string[] {
  return ids.length === 0 ? [] : [`${ids.length} ${what}, the first: ${(ids[0] as string).slice(0, 200)}`];
}

/** Throws BenchError `answers-unreadable` or `answers-other-suite`. */
function readAnswers(file: string, { suite }: SuiteIndex): Answers {
  const json = readJson(file, 'answers file');
  const wrong = jsonSchema('answers').check(json);
  if (wrong !== undefined) throw new BenchError('answers-unreadable', `the answers file ${file}: ${wrong}`);
  const given = json as { readonly suite: string; readonly claims: unknown } & Pick<Answers, 'answers'>;
  if (given.suite !== suite)
    throw new BenchError(
      'answers-other-suite',
      `the answers file ${file} is for the suite ${given.suite.slice(0, 12)}…, and this one is ${suite.slice(0, 12)}…`,
    );
  const claims = validateClaims(given.claims);
  if (claims.kind === 'wrong')
    throw new BenchError('answers-unreadable', `the answers file ${file}: claims: ${claims.error}`);
  return { claims: claims.value, answers: given.answers };
}
