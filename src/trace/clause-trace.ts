/**
 * The first view of a trace: clause → what covers it → verdicts; with all that is loose in the ledger.
 *
 * @module
 */
import type { Results } from '../report/results.ts';
import type { Clause } from '../suit/clause.ts';
import { keywordCounts, ledger } from './ledger.ts';
import type { Binds, Keyword, LedgerRow } from './ledger-line.ts';
import { type Cover, coverOf, currentWorld, type Status, statusOf, type World } from './world.ts';

export interface ClauseTrace {
  readonly view: 'clauses';
  readonly rows: readonly TracedRow[];
  /** What is loose, and what to do about it, one sentence each; empty: nothing is. */
  readonly orphans: readonly string[];
  readonly summary: ClauseSummary;
}

export interface TracedRow {
  readonly id: string;
  readonly clause: Clause;
  readonly keyword: Keyword;
  readonly binds: Binds;
  readonly duty: string;
  readonly status: Status;
  readonly families: readonly Cover[];
  readonly attacks: readonly Cover[];
  /** Rules and steps of the reference verifier. */
  readonly checks: readonly string[];
  readonly because?: string;
}

export interface ClauseSummary {
  readonly rows: number;
  /** Of all rows. */
  readonly statuses: Readonly<Record<Status, number>>;
  /** Of the rows that bind a recipient. */
  readonly recipient: Readonly<Record<Status, number>>;
  /** Of the rows that bind only the author, or others. */
  readonly others: Readonly<Record<Status, number>>;
}

export interface ClauseTraceInput {
  readonly rows?: readonly LedgerRow[];
  readonly counts?: Readonly<Record<string, number>>;
  readonly world?: World;
  readonly results?: Results;
}

export function traceClauses(input: ClauseTraceInput = {}): ClauseTrace {
  const { rows = ledger, counts = keywordCounts, world = currentWorld(), results } = input;
  const notYet = new Map(world.attacks.map((attack) => [attack.id, attack.notYet]));
  const traced = rows.map((row): TracedRow => {
    const families = row.families.map((id) => coverOf(id, false, results));
    const attacks = row.attacks.map((id) => coverOf(id, notYet.get(id) ?? true, results));
    const { id, clause, keyword, binds, duty, checks, because } = row;
    const status = statusOf([...families, ...attacks], because);
    const shared = { id, clause, keyword, binds, duty, status, families, attacks, checks };
    return because === undefined ? shared : { ...shared, because };
  });
  return {
    view: 'clauses',
    rows: traced,
    orphans: [
      ...uncoveredRows(traced),
      ...danglingNames(rows, world),
      ...unnamedRules(rows, world),
      ...misnumbered(rows, counts),
    ],
    summary: summarize(traced),
  };
}

export function summarize(rows: readonly TracedRow[]): ClauseSummary {
  const bindsRecipient = ({ binds }: TracedRow): boolean => binds === 'recipient' || binds === 'both';
  return {
    rows: rows.length,
    statuses: countStatuses(rows),
    recipient: countStatuses(rows.filter(bindsRecipient)),
    others: countStatuses(rows.filter((row) => !bindsRecipient(row))),
  };
}

export function countStatuses(rows: readonly { readonly status: Status }[]): Record<Status, number> {
  const counts = { covered: 0, planned: 0, 'not-testable': 0, uncovered: 0 };
  for (const { status } of rows) counts[status]++;
  return counts;
}

function uncoveredRows(rows: readonly TracedRow[]): string[] {
  return rows
    .filter(({ status }) => status === 'uncovered')
    .map(
      ({ id }) =>
        `${id}: no valid family and no attack covers it; name one in src/trace/ledger-*.ts, or say why it cannot be tested`,
    );
}

function danglingNames(rows: readonly LedgerRow[], world: World): string[] {
  const known = {
    families: new Set(world.families),
    attacks: new Set(world.attacks.map(({ id }) => id)),
    checks: new Set([...world.rules, ...world.steps]),
  };
  return rows.flatMap((row) =>
    (['families', 'attacks', 'checks'] as const).flatMap((kind) =>
      row[kind]
        .filter((name) => !known[kind].has(name))
        .map(
          (name) =>
            `${row.id}: there is no ${what[kind]} ${name}; it was renamed or removed, so correct the row in src/trace/ledger-*.ts`,
        ),
    ),
  );
}

const what = { families: 'valid family', attacks: 'attack', checks: 'rule or step' } as const;

function unnamedRules(rows: readonly LedgerRow[], world: World): string[] {
  const rules = new Set(rows.flatMap(({ checks }) => checks));
  const families = new Set(rows.flatMap((row) => row.families));
  const advice = 'name it in the row of its clause in src/trace/ledger-*.ts, or add the row';
  return [
    ...world.rules
      .filter((rule) => !rules.has(rule))
      .map((rule) => `rule ${rule} of the reference verifier implements no clause of the ledger: ${advice}`),
    ...world.families
      .filter((family) => !families.has(family))
      .map((family) => `valid family ${family} covers no clause of the ledger: ${advice}`),
  ];
}

/** Each keyword of each section has a row: the places are 1, 2, …, as many as were counted. */
function misnumbered(rows: readonly LedgerRow[], counts: Readonly<Record<string, number>>): string[] {
  const ids = rows.map(({ id }) => id);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `${id}: stands twice in the ledger`);
  const base = rows.filter(({ clause }) => clause.doc === 'manifest');
  const sections = new Set([...Object.keys(counts), ...base.map(({ clause }) => clause.section)]);
  const missing = [...sections].flatMap((section) => {
    const places = new Set(base.filter(({ clause }) => clause.section === section).map(({ place }) => place));
    places.delete(undefined);
    const wanted = Array.from({ length: counts[section] ?? 0 }, (_, i) => i + 1);
    const lacking = wanted.filter((place) => !places.has(place));
    const surplus = [...places].filter((place) => !wanted.includes(place as number));
    return [
      ...lacking.map((place) => `m${section}-${place}: the ledger has no row for this keyword of the draft`),
      ...surplus.map((place) => `m${section}-${place}: the draft has no such keyword in this section`),
    ];
  });
  return [...twice, ...missing];
}
