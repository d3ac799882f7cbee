/**
 * Two or more results.json side by side: what each verifier was found to be in one and not in another
 * (docs/schemas/compare).
 *
 * @module
 */
import type { Finding } from '../harness/finding.ts';
import { type Counts, emptyCounts } from '../harness/tally.ts';
import { type Verdict, verdicts } from '../harness/verdict.ts';
import { inWords, policySheet, type Results } from './results.ts';

export interface ResultsFile {
  readonly file: string;
  readonly results: Results;
}

export interface ResultsComparison {
  readonly kind: 'results';
  readonly version: string;
  readonly files: readonly (Pick<Results, 'version' | 'seed' | 'subject' | 'complete' | 'done'> & {
    readonly file: string;
  })[];
  readonly verifiers: readonly ComparedVerifier[];
  /** What keeps the files from being of the same cases. */
  readonly notes: readonly string[];
}

/** One verifier in all files; or, where every file has but one, that one whatever its name. */
export interface ComparedVerifier {
  /** Its name in each file; null: the file does not have it. */
  readonly names: readonly (string | null)[];
  /** Every verdict, with its count in each file. */
  readonly verdicts: readonly { readonly verdict: Verdict; readonly counts: readonly number[] }[];
  /** Attacks, and valid families, whose verdicts are not the same in all files. */
  readonly attacks: readonly { readonly attack: string; readonly counts: readonly Partial<Counts>[] }[];
  /** Where either answer is allowed, and it was not the same in all files. */
  readonly policy: readonly ComparedPolicy[];
  /** Findings that not every file has. */
  readonly findings: readonly ComparedFinding[];
  /** Findings that all have, seen with other evidence. */
  readonly changed: readonly Omit<ComparedFinding, 'replay'>[];
}

export interface ComparedPolicy {
  readonly attack: string;
  /** Empty: the row has one. */
  readonly dimension: string;
  /** In words, in each file. */
  readonly answers: readonly string[];
}

export interface ComparedFinding {
  readonly attack: string;
  readonly kind: string;
  /** Evidence in each file; empty: it is not there. */
  readonly notes: readonly (readonly string[])[];
  readonly replay: string;
}

export function compareResults(version: string, files: readonly ResultsFile[]): ResultsComparison {
  return {
    kind: 'results',
    version,
    files: files.map(({ file, results: { version, seed, subject, complete, done } }) => ({
      file,
      version,
      seed,
      subject,
      complete,
      done,
    })),
    verifiers: lanesOf(files).map((names) => compareVerifier(names, files)),
    notes: notesOf(files),
  };
}

export function isSameResult({ verifiers }: ResultsComparison): boolean {
  return verifiers.every(
    ({ names, attacks, policy, findings, changed }) =>
      !names.includes(null) && attacks.length + policy.length + findings.length + changed.length === 0,
  );
}

function lanesOf(files: readonly ResultsFile[]): readonly (readonly (string | null)[])[] {
  const named = files.map(({ results }) => Object.keys(results.verifiers));
  if (named.every((names) => names.length === 1)) return [named.map(([name]) => name as string)];
  return [...new Set(named.flat())].map((name) => named.map((names) => (names.includes(name) ? name : null)));
}

function compareVerifier(names: readonly (string | null)[], files: readonly ResultsFile[]): ComparedVerifier {
  const each = <T>(of: (results: Results, name: string) => T, none: T): readonly T[] =>
    files.map(({ results }, i) => {
      const name = names[i];
      return name == null ? none : of(results, name);
    });
  const tallies = each((results, name) => results.verifiers[name] ?? emptyCounts(), emptyCounts());
  const attacks = each((results, name) => results.attacks[name] ?? {}, {});
  const ids = [...new Set(attacks.flatMap((one) => Object.keys(one)))];
  const found = each((results, name) => results.findings.filter((one) => one.verifier === name), []);
  const compared = comparedFindings(found);
  const isEverywhere = ({ notes }: ComparedFinding): boolean => notes.every((one) => one.length > 0);
  return {
    names,
    verdicts: verdicts.map((verdict) => ({ verdict, counts: tallies.map((counts) => counts[verdict]) })),
    attacks: ids
      .map((attack) => ({ attack, counts: attacks.map((one) => nonZero(one[attack])) }))
      .filter(({ counts }) => differ(counts)),
    policy: comparedPolicy(names, files),
    findings: compared.filter((one) => !isEverywhere(one)),
    changed: compared
      .filter((one) => isEverywhere(one) && differ(one.notes))
      .map(({ replay: _, ...one }) => one),
  };
}

/** Rows that were asked in at least two of the files. */
function comparedPolicy(
  names: readonly (string | null)[],
  files: readonly ResultsFile[],
): readonly ComparedPolicy[] {
  const rows = new Map<string, { attack: string; dimension: string; answers: string[] }>();
  for (const [i, { results }] of files.entries())
    for (const { attack, dimension, answers } of policySheet(results)) {
      const key = JSON.stringify([attack, dimension]);
      const row = rows.get(key) ?? { attack, dimension, answers: files.map(() => '-') };
      rows.set(key, row);
      row.answers[i] = inWords(answers[names[i] ?? '']);
    }
  return [...rows.values()].filter(({ answers }) => differ(answers.filter((one) => one !== '-')));
}

/** One entry for each attack and kind, with the evidence of each file. */
function comparedFindings(found: readonly (readonly Finding[])[]): readonly ComparedFinding[] {
  const all = new Map<string, ComparedFinding>();
  for (const { attack, kind, replay } of found.flat()) {
    const key = `${attack} ${kind}`;
    if (all.has(key)) continue;
    const notes = found.map((findings) =>
      findings
        .filter((one) => one.attack === attack && one.kind === kind)
        .map((one) => one.note)
        .sort(),
    );
    all.set(key, { attack, kind, notes, replay });
  }
  return [...all.values()];
}

function notesOf(files: readonly ResultsFile[]): readonly string[] {
  const all = files.map(({ results }) => results);
  const notes = (['version', 'seed', 'subject', 'planned'] as const)
    .filter((field) => differ(all.map((results) => results[field])))
    .map((field) => `not of the same ${field}: ${all.map((results) => results[field]).join(', ')}`);
  const cut = files.filter(({ results }) => !results.complete).map(({ file }) => `${file} was cut short`);
  return [...notes, ...cut];
}

function nonZero(counts: Counts | undefined): Partial<Counts> {
  return Object.fromEntries(Object.entries(counts ?? {}).filter(([, count]) => count > 0));
}

function differ(values: readonly unknown[]): boolean {
  return new Set(values.map((value) => JSON.stringify(value))).size > 1;
}
