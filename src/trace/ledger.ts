/**
 * The clause ledger: every duty of draft-ietf-suit-manifest-37, whom it binds, and what the bench covers it with.
 *
 * `keywordCounts` makes its completeness checkable: whoever has the draft can count (`gauntlet trace --draft FILE`).
 *
 * @module
 */
import type { Clause } from '../suit/clause.ts';
import { commandLines } from './ledger-commands.ts';
import { companionLines } from './ledger-companions.ts';
import { conformanceLines } from './ledger-conformance.ts';
import type { LedgerLine, LedgerRow } from './ledger-line.ts';
import { parameterLines } from './ledger-parameters.ts';
import { processingLines } from './ledger-processing.ts';
import { structureLines } from './ledger-structure.ts';

/** Keywords of BCP 14 in each section of the draft's prose, tables included; sections without any are left out. */
// biome-ignore format: a table
export const keywordCounts: Readonly<Record<string, number>> = {
  '4.2': 1, '5.3.1': 1, '5.3.2': 1,
  '6.1': 6, '6.2': 8, '6.3': 3, '6.3.1': 1, '6.4': 3, '6.5': 3, '6.6': 1, '6.7': 12,
  '7': 3, '7.5': 5,
  '8.1': 1, '8.3': 5, '8.4': 2, '8.4.1': 1, '8.4.2': 3, '8.4.4': 5, '8.4.5': 3, '8.4.6': 8, '8.4.7': 5,
  '8.4.8.2': 6, '8.4.8.4': 1, '8.4.8.5': 1, '8.4.8.8': 1, '8.4.8.12': 1, '8.4.8.14': 3, '8.4.8.15': 1, '8.4.8.16': 4,
  '8.4.9': 6, '8.4.9.1': 6, '8.4.9.2': 1, '8.4.9.3': 1,
  '8.4.10': 2, '8.4.10.2': 1, '8.4.10.4': 1, '8.4.10.5': 1, '8.4.10.7': 2, '8.4.11': 1,
  '8.5': 30, '8.6': 5, '9': 1, '10': 2, 'A': 2,
};

/** First letter of an id. */
const letters: Readonly<Record<string, Clause['doc']>> = {
  m: 'manifest',
  c: 'cose',
  a: 'cose-algorithms',
  b: 'cbor',
  d: 'RFC8610',
  q: 'information-model',
};

const idForm = /^([a-z])([0-9A-C][0-9.]*)-(s?)([0-9]+)[a-z]?$/;

export const ledger: readonly LedgerRow[] = [
  ...processingLines,
  ...structureLines,
  ...parameterLines,
  ...commandLines,
  ...conformanceLines,
  ...companionLines,
].map(parseLine);

/** Throws on an id of another form: a bug in the table. */
export function parseLine([
  id,
  keyword,
  binds,
  duty,
  families,
  attacks,
  checks,
  because,
]: LedgerLine): LedgerRow {
  const [, letter = '', section = '', statement, place] = idForm.exec(id) ?? [];
  const doc = letters[letter];
  if (doc === undefined) throw new RangeError(`the ledger's id ${id} is not of the form m8.4.2-1`);
  return {
    id,
    clause: { doc, section },
    place: statement === '' ? Number(place) : undefined,
    keyword,
    binds,
    duty,
    families: words(families),
    attacks: words(attacks),
    checks: words(checks),
    because,
  };
}

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}
