/**
 * What the self-test found: as JSON (docs/schemas/zoo), as text, and against what it found before.
 *
 * @module
 */
import { escapeText } from '../escape-text.ts';
import { isLearnedFrom } from '../harness/learn-order.ts';
import type { AnimalResult, Role } from '../harness/zoo-run.ts';
import { quantile } from '../quantile.ts';
import { table } from './terminal.ts';

export interface ZooReport {
  readonly version: string;
  readonly seed: number;
  /** Share of the animals caught, 0 to 1; absent, as all figures about animals: none was run. */
  readonly score?: number;
  /** The same for blind mutations; absent: they were not run. */
  readonly blindScore?: number;
  /** Of the animals that were caught: cases until then. */
  readonly casesToCatch?: { readonly median: number; readonly p90: number; readonly never: number };
  /** The same of the animals that the order of attacks was not learned from. */
  readonly heldOut?: { readonly score: number; readonly median: number; readonly p90: number };
  readonly animals: readonly ZooRow[];
  /** Verifiers that look at nothing: each must be caught in its first cases. */
  readonly sentinels: readonly ZooRow[];
  /** Verifiers that are right in another way: none may be caught. */
  readonly equivalents: readonly ZooRow[];
  readonly problems: readonly string[];
}

export interface ZooRow {
  readonly id: string;
  readonly handle: string;
  readonly caught: boolean;
  /** Attack that caught it, or the valid family whose delivery it answered wrongly. */
  readonly by: string | null;
  /** Cases delivered until then; not caught: all that were. */
  readonly cases: number;
  /** Is the order of attacks learned from it? */
  readonly learnedFrom: boolean;
  /** Where the first catch was by another attack than those its entry names: the first of these that caught it. */
  readonly named?: { readonly by: string | null; readonly cases: number };
  readonly blind?: { readonly caught: boolean; readonly cases: number };
  /** Milliseconds from the beginning until it was caught, or until the last case. */
  readonly ms: number;
  /** Its shrunk counterexample, replayed by this line. */
  readonly replay?: string;
}

/** What a run says of one animal, as JSON: the parts of a run may be in several threads. */
export interface ZooEntry {
  readonly role: Role;
  readonly row: ZooRow;
  readonly exposedBy: readonly string[];
  /** What the case that caught it showed; empty: nothing did. */
  readonly note: string;
}

export function zooEntry(result: AnimalResult): ZooEntry {
  const { animal, role, detection } = result;
  return {
    role,
    row: rowOf(result),
    exposedBy: animal.exposedBy,
    note: detection.by?.ruling.note ?? '',
  };
}

export function makeZooReport(
  entries: readonly ZooEntry[],
  { version, seed, blind }: { readonly version: string; readonly seed: number; readonly blind: boolean },
): ZooReport {
  const rows = (role: Role): readonly ZooRow[] =>
    entries.filter((one) => one.role === role).map(({ row }) => row);
  const animals = rows('animal');
  return {
    version,
    seed,
    ...(animals.length > 0 && figuresOf(animals)),
    ...(blind && animals.length > 0 && { blindScore: shareOf(animals, (row) => row.blind?.caught === true) }),
    animals,
    sentinels: rows('sentinel'),
    equivalents: rows('equivalent'),
    problems: zooProblems(entries),
  };
}

function figuresOf(animals: readonly ZooRow[]): Pick<ZooReport, 'score' | 'casesToCatch' | 'heldOut'> {
  const caught = casesToCatch(animals);
  const heldOut = animals.filter((row) => !row.learnedFrom);
  const heldOutCaught = casesToCatch(heldOut);
  return {
    score: shareOf(animals, (row) => row.caught),
    casesToCatch: {
      median: quantile(caught, 0.5),
      p90: quantile(caught, 0.9),
      never: survivorsOf(animals),
    },
    ...(heldOut.length > 0 && {
      heldOut: {
        score: shareOf(heldOut, (row) => row.caught),
        median: quantile(heldOutCaught, 0.5),
        p90: quantile(heldOutCaught, 0.9),
      },
    }),
  };
}

/** One entry for each verifier: an equivalent has one from every part of the run, with the part's share of cases. */
export function joinEntries(entries: readonly ZooEntry[]): readonly ZooEntry[] {
  const joined = new Map<string, ZooEntry>();
  for (const one of entries) {
    const known = joined.get(one.row.id);
    joined.set(one.row.id, known === undefined ? one : joinTwo(known, one));
  }
  return [...joined.values()];
}

/** The one that was caught, and of two the sooner; blind mutations are in one of them alone. */
function joinTwo(a: ZooEntry, b: ZooEntry): ZooEntry {
  const isSooner = a.row.caught === b.row.caught ? b.row.cases < a.row.cases : b.row.caught;
  const [entry, other] = isSooner ? [b, a] : [a, b];
  const blind = entry.row.blind ?? other.row.blind;
  return { ...entry, row: { ...entry.row, ...(blind && { blind }) } };
}

/** What is wrong with the bench, or with an animal's entry; empty: the zoo is as it should be. */
export function zooProblems(entries: readonly ZooEntry[]): readonly string[] {
  return entries.flatMap(({ role, row, exposedBy, note }) => {
    if (role === 'equivalent')
      return row.caught ? [`${row.id} is right and was caught by ${row.by}: ${note}`] : [];
    if (row.named === undefined || row.named.by !== null) return [];
    return [
      `${row.id} was caught by ${row.by}, and by none of the attacks it names: ${exposedBy.join(', ')}`,
    ];
  });
}

/** Of these rows (one at least), 0 to 1. */
function shareOf(rows: readonly ZooRow[], isCounted: (row: ZooRow) => boolean): number {
  return rows.filter(isCounted).length / rows.length;
}

function casesToCatch(rows: readonly ZooRow[]): readonly number[] {
  return rows.filter((row) => row.caught).map((row) => row.cases);
}

/** What got worse since the expected report; empty: nothing. */
export function zooRegressions(report: ZooReport, expected: ZooReport): readonly string[] {
  const now = new Map(report.animals.map((row) => [row.id, row]));
  const lost = expected.animals
    .filter((row) => row.caught && now.has(row.id) && !now.get(row.id)?.caught)
    .map((row) => `${row.id} is no longer caught; it was by ${row.by}`);
  const gone = expected.animals
    .filter((row) => !now.has(row.id))
    .map((row) => `${row.id} was in the zoo and was not run`);
  const { score = 0 } = report;
  const { score: wanted = 0 } = expected;
  const dropped = score < wanted ? [`the score fell from ${share(wanted)} to ${share(score)}`] : [];
  return [...lost, ...gone, ...dropped];
}

/** One animal a line, and nothing that a run may leave out: what --expect is compared with. */
export function expectedJson(report: ZooReport): string {
  const rows = (list: readonly ZooRow[]): string =>
    list.map(({ blind: _, replay: __, ms: ___, ...row }) => `\n  ${JSON.stringify(row)}`).join(',');
  const { blindScore: _, animals, sentinels, equivalents, ...rest } = report;
  const head = JSON.stringify(rest).slice(1, -1);
  return `{${head},\n "animals": [${rows(animals)}],\n "sentinels": [${rows(sentinels)}],\n "equivalents": [${rows(equivalents)}]}\n`;
}

export function renderZoo(report: ZooReport, regressions: readonly string[]): string {
  const rows = [...report.sentinels, ...report.animals, ...report.equivalents];
  const survivors = report.animals.filter((row) => !row.caught).map(({ id }) => id);
  const lines = [
    ...zooSummary(report),
    '',
    ...table([
      ['animal', 'caught by', 'cases', 'by an attack it names', 'blind'],
      ...rows.map((row) => [row.id, row.by ?? 'survives', String(row.cases), namedCell(row), blindCell(row)]),
    ]),
    ...titled('Not caught', survivors),
    ...titled('The bench is wrong here', report.problems),
    ...titled('Less than expected', regressions),
  ];
  return `${lines.map(escapeText).join('\n')}\n`;
}

/** A line each: the score, how soon, and the equivalents, as far as they were run. */
export function zooSummary(report: ZooReport): readonly string[] {
  const { animals, equivalents, seed, score, blindScore, casesToCatch, heldOut } = report;
  const lines: string[] = [];
  if (score !== undefined && casesToCatch !== undefined) {
    const { median, p90, never } = casesToCatch;
    const blind = blindScore === undefined ? '' : `; blind mutation ${share(blindScore)}`;
    lines.push(
      `${animals.length - never} of ${animals.length} animals caught (${share(score)})${blind}, seed ${seed}`,
      `cases until caught: median ${median}, 90th percentile ${p90}`,
    );
  }
  if (heldOut !== undefined)
    lines.push(
      `of those that the order of attacks was not learned from: ${share(heldOut.score)}, median ${heldOut.median}, 90th percentile ${heldOut.p90}`,
    );
  if (equivalents.length > 0)
    lines.push(
      `${survivorsOf(equivalents)} of ${equivalents.length} equivalents survive (they are right in another way), ${rangeOf(equivalents)} cases each, seed ${seed}`,
    );
  return lines;
}

function survivorsOf(rows: readonly ZooRow[]): number {
  return rows.filter((row) => !row.caught).length;
}

function rangeOf(rows: readonly ZooRow[]): string {
  const cases = rows.map((row) => row.cases);
  return [...new Set([Math.min(...cases), Math.max(...cases)])].join(' to ');
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, '', ...lines.map((line) => `- ${line}`)];
}

export function namedCell({ caught, named }: ZooRow): string {
  if (!caught) return '-';
  return named === undefined ? 'the same' : `${named.by ?? 'none'} (${named.cases})`;
}

export function blindCell({ blind }: ZooRow): string {
  if (blind === undefined) return '-';
  return blind.caught ? `after ${blind.cases}` : 'survives';
}

function rowOf({ animal, detection, named, blind, ms, finding }: AnimalResult): ZooRow {
  return {
    id: animal.id,
    handle: animal.handle,
    caught: detection.caught,
    by: detection.by?.id ?? null,
    cases: detection.cases,
    learnedFrom: isLearnedFrom(animal.id),
    ...(named && { named: { by: named.by?.id ?? null, cases: named.cases } }),
    ...(blind && { blind }),
    ms: Math.round(ms),
    ...(finding && { replay: finding.replay }),
  };
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
