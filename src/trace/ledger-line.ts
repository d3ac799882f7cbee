/**
 * The shape of the clause ledger's tables.
 *
 * @module
 */
import type { Clause } from '../suit/clause.ts';

/** The keywords of BCP 14, `statement` for what the text says without one, and `CDDL` for appendix A. */
export const keywords = [
  'MUST',
  'MUST NOT',
  'REQUIRED',
  'SHALL',
  'SHALL NOT',
  'SHOULD',
  'SHOULD NOT',
  'RECOMMENDED',
  'NOT RECOMMENDED',
  'MAY',
  'OPTIONAL',
  'statement',
  'CDDL',
] as const;
export type Keyword = (typeof keywords)[number];

/** Whom a clause binds; `other`: neither recipient nor author. */
export type Binds = 'recipient' | 'author' | 'both' | 'other';

/**
 * One duty.
 *
 * `id` is `m8.4.2-1`: the document's letter, the section, and the place of the keyword among the section's keywords
 * in the order of the text; `-s1` where the text uses none; a letter follows where one keyword makes several duties.
 * Families, attacks and checks are listed with spaces between them; a check is a rule of the reference verifier, or
 * `step:` and the name of one of its steps, with hyphens for spaces.
 */
export type LedgerLine = readonly [
  id: string,
  keyword: Keyword,
  binds: Binds,
  duty: string,
  families: string,
  attacks: string,
  checks: string,
  /** Why it is no recipient's duty, or cannot be tested. */
  because?: string,
];

/** A line, read. */
export interface LedgerRow {
  readonly id: string;
  readonly clause: Clause;
  /** Place among the section's keywords; undefined: a statement. */
  readonly place: number | undefined;
  readonly keyword: Keyword;
  readonly binds: Binds;
  readonly duty: string;
  readonly families: readonly string[];
  readonly attacks: readonly string[];
  readonly checks: readonly string[];
  readonly because: string | undefined;
}
