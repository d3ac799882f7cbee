/**
 * The baseline: findings that are known, each with its reason. What is new, changed, vanished, expired or unknown
 * fails, and so does a proof that is lost.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import type { Finding } from '../harness/finding.ts';
import { changedPolicy, isKnownPolicy, type KnownPolicy, policyOf } from './policy-baseline.ts';
import type { Results } from './results.ts';

export interface Known {
  readonly verifier: string;
  /** An attack's id, `valid` for refused controls, or a family for `nothing-proven`. */
  readonly attack: string;
  readonly kind: string;
  /** Why this is accepted for now. */
  readonly reason: string;
  /** Last day that it is, for example 2027-01-31; absent: for good. */
  readonly expires?: string;
  /** What the verifier answers there; another answer is a problem. Absent: any. */
  readonly answers?: readonly string[];
}

export interface Baseline {
  readonly format: 'suit-gauntlet/baseline/1';
  readonly known: readonly Known[];
  /** Attacks that each verifier was seen to resist with proof; one of them without proof is a problem. */
  readonly proven?: Readonly<Record<string, readonly string[]>>;
  /** What each verifier answers to the policy rows; another answer is a problem. */
  readonly policy?: KnownPolicy;
  /** Ids that there were; what later attacks find is told, and does not gate until the baseline is written anew. */
  readonly catalogue?: readonly string[];
}

export interface BaselineComparison {
  /** Reason by the finding's fingerprint. */
  readonly known: ReadonlyMap<string, string>;
  /** One sentence each; empty: nothing unexpected. */
  readonly problems: readonly string[];
  /** Findings of attacks that are newer than the baseline, one sentence each. */
  readonly newer?: readonly string[];
}

/** What stands in a file, checked. Throws BenchError `baseline-unreadable`, naming file and entry. */
export function baselineFrom(value: unknown, file: string): Baseline {
  const wrong = (why: string): BenchError =>
    new BenchError('baseline-unreadable', `the baseline ${file} ${why}`);
  const json = value as Partial<Baseline> | null;
  if (json?.format !== 'suit-gauntlet/baseline/1') throw wrong('has not the format suit-gauntlet/baseline/1');
  if (!Array.isArray(json.known)) throw wrong('has no list "known"');
  for (const [i, entry] of json.known.entries())
    for (const field of ['verifier', 'attack', 'kind', 'reason'] as const)
      if (typeof entry?.[field] !== 'string' || entry[field].trim() === '')
        throw wrong(`entry ${i} needs a "${field}"`);
  for (const [i, { expires }] of (json as Baseline).known.entries())
    if (expires !== undefined && !isDay(expires))
      throw wrong(`entry ${i} expires on ${JSON.stringify(expires)}; wanted a day as 2027-01-31`);
  for (const [i, { answers }] of (json as Baseline).known.entries())
    if (answers !== undefined && !isTexts(answers))
      throw wrong(`entry ${i} has "answers" that are no list of texts`);
  const { proven, catalogue } = json as { readonly proven?: unknown; readonly catalogue?: unknown };
  if (catalogue !== undefined && !isTexts(catalogue))
    throw wrong('has a "catalogue" that is no list of texts');
  if (proven !== undefined && !isTable(proven))
    throw wrong('has a "proven" that is no list of attacks by verifier');
  const { policy } = json as { readonly policy?: unknown };
  if (policy !== undefined && !isKnownPolicy(policy))
    throw wrong('has a "policy" that is not accepts or refuses by verifier, attack and dimension');
  return json as Baseline;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isTable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isTexts)
  );
}

export interface CompareOptions {
  /** Every attack and family id that exists. */
  readonly ids: ReadonlySet<string>;
  /** As 2027-01-31; absent: no entry has expired. */
  readonly today?: string;
}

/** Entries about verifiers that were not run are left alone. */
export function compare(results: Results, baseline: Baseline, options: CompareOptions): BaselineComparison {
  const { ids, today } = options;
  const known = new Map<string, string>();
  const problems: string[] = [];
  const newer: string[] = [];
  const older = baseline.catalogue && new Set(baseline.catalogue);
  for (const finding of results.findings) {
    const entry = baseline.known.find((one) => isAbout(one, finding));
    const said = `${finding.verifier} ${finding.kind} ${finding.attack}`;
    const answer = answerOf(finding);
    if (entry) known.set(finding.fingerprint, entry.reason);
    if (entry?.answers && answer !== undefined && !entry.answers.includes(answer))
      problems.push(`changed: ${said} is now ${answer}, listed is ${entry.answers.join(', ')}`);
    if (entry) continue;
    if (older && ids.has(finding.attack) && !older.has(finding.attack)) newer.push(said);
    else problems.push(`new: ${said}`);
  }
  problems.push(...baseline.known.flatMap((entry) => staleness(entry, results, options)));
  problems.push(...lostCoverage(results, baseline), ...changedPolicy(results, baseline.policy));
  for (const { verifier, attack, expires } of baseline.known)
    if (expires !== undefined && today !== undefined && today > expires)
      problems.push(`expired: ${verifier} ${attack} was accepted until ${expires}`);
  return { known, problems, ...(newer.length > 0 && { newer }) };
}

function staleness(entry: Known, results: Results, { ids }: CompareOptions): string[] {
  const { verifier, attack, kind } = entry;
  if (!ids.has(attack)) return [`unknown id ${attack} (${verifier} ${kind})`];
  const wasRun = results.verifiers[verifier] !== undefined && exercised(results, entry);
  if (!wasRun || results.findings.some((finding) => isAbout(entry, finding))) return [];
  return [`vanished: ${verifier} ${kind} ${attack} is listed but was not seen`];
}

/** A run that was cut short cannot tell; attacks that it left out are not missed. */
function lostCoverage(results: Results, { proven = {} }: Baseline): string[] {
  if (!results.complete) return [];
  return Object.entries(proven).flatMap(([verifier, ids]) => {
    const counts = results.attacks[verifier] ?? {};
    const lost = ids.filter((id) => counts[id]?.proven === 0);
    return lost.map((id) => `lost coverage: ${verifier} was proven to resist ${id}, and is no longer`);
  });
}

export interface BaselineOptions {
  /** For the findings that are not listed yet. */
  readonly reason: string;
  readonly before?: Baseline;
  /** Also the verifiers' answers and the attacks that are proven; a baseline that has them keeps having them. */
  readonly coverage?: boolean;
  /** Also this catalogue; a baseline that has one gets it anew. */
  readonly catalogue?: { readonly ids: readonly string[]; readonly adopt: boolean };
}

export function baselineOf(results: Results, options: BaselineOptions): Baseline {
  const { reason, before, catalogue } = options;
  const coverage = options.coverage || before?.proven !== undefined;
  const distinct = new Map<string, Known>();
  for (const finding of results.findings) {
    const { verifier, attack, kind } = finding;
    const key = JSON.stringify([verifier, attack, kind]);
    const answers = new Set(distinct.get(key)?.answers);
    const answer = answerOf(finding);
    const old = before?.known.find((one) => isAbout(one, finding));
    if ((coverage || old?.answers) && answer !== undefined) answers.add(answer);
    distinct.set(key, {
      ...{ verifier, attack, kind },
      reason: old?.reason ?? reason,
      ...(old?.expires !== undefined && { expires: old.expires }),
      ...(answers.size > 0 && { answers: [...answers].sort() }),
    });
  }
  return {
    format: 'suit-gauntlet/baseline/1',
    known: [...distinct.values()],
    ...(coverage && { proven: provenBy(results), policy: policyOf(results) }),
    ...(catalogue && (catalogue.adopt || before?.catalogue) && { catalogue: [...catalogue.ids].sort() }),
  };
}

function provenBy({ attacks }: Results): Record<string, readonly string[]> {
  const entries = Object.entries(attacks).map(([verifier, counts]): [string, readonly string[]] => {
    const ids = Object.keys(counts).filter((id) => (counts[id]?.proven ?? 0) > 0);
    return [verifier, ids.sort()];
  });
  return Object.fromEntries(entries);
}

/** "accepted", "crashed", or of a refusal its reason and stage; absent: the finding is about a whole run. */
function answerOf({ outcome }: Finding): string | undefined {
  if (outcome?.kind !== 'rejected') return outcome?.kind;
  const { reason, stage } = outcome;
  return `rejected: ${reason ?? 'no reason'} at ${stage ?? 'no stage'}`;
}

function isDay(text: unknown): boolean {
  return (
    typeof text === 'string' &&
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
  );
}

function isAbout(entry: Known, finding: Results['findings'][number]): boolean {
  return (
    entry.verifier === finding.verifier && entry.attack === finding.attack && entry.kind === finding.kind
  );
}

/** Did this run come to the attack at all? One that was cut short or narrowed may not have. */
function exercised(results: Results, entry: Known): boolean {
  if (entry.kind === 'nothing-proven' || entry.attack === 'valid')
    return results.families[entry.verifier]?.[entry.attack as 'valid'] !== undefined;
  return results.attacks[entry.verifier]?.[entry.attack] !== undefined;
}
