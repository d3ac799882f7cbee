/**
 * The keywords of BCP 14 in the Markdown source of a draft, section by section, to hold the ledger against.
 *
 * @module
 */
import { ledger } from './ledger.ts';

const keyword =
  /\b(?:MUST NOT|MUST|REQUIRED|SHALL NOT|SHALL|SHOULD NOT|SHOULD|NOT RECOMMENDED|RECOMMENDED|MAY|OPTIONAL)\b/g;

/** By section number as printed; appendices by letter. Front matter is passed over, and headings are. */
export function draftKeywords(markdown: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let numbers: number[] = [];
  let [inBody, inAppendix, inBlock] = [false, false, false];
  for (const line of markdown.split('\n')) {
    if (line.startsWith('~~~')) inBlock = !inBlock;
    else if (line.startsWith('--- middle')) inBody = true;
    else if (line.startsWith('--- back')) [inAppendix, numbers] = [true, []];
    if (!inBody) continue;
    const depth = inBlock ? 0 : (/^(#+)\s/.exec(line)?.[1]?.length ?? 0);
    if (depth > 0) {
      numbers = Array.from({ length: depth }, (_, i) => (numbers[i] ?? 0) + (i === depth - 1 ? 1 : 0));
      continue;
    }
    const section = numbers
      .map((n, i) => (i === 0 && inAppendix ? String.fromCharCode(64 + n) : n))
      .join('.');
    const here = line.match(keyword) ?? [];
    if (here.length > 0) found.set(section, [...(found.get(section) ?? []), ...here]);
  }
  return found;
}

/** Where draft and ledger part, one sentence each: another number of keywords in a section, or another keyword. */
export function unrecorded(markdown: string): readonly string[] {
  const inDraft = draftKeywords(markdown);
  const rows = ledger.filter(({ clause, place }) => clause.doc === 'manifest' && place !== undefined);
  const places = [...inDraft].flatMap(([section, words]) =>
    words.flatMap((word, i) => {
      const row = rows.find(({ clause, place }) => clause.section === section && place === i + 1);
      if (row?.keyword === word) return [];
      return [`m${section}-${i + 1}: the draft has ${word} here, the ledger ${row?.keyword ?? 'nothing'}`];
    }),
  );
  const surplus = rows.filter(
    ({ clause, place }) => (place ?? 0) > (inDraft.get(clause.section)?.length ?? 0),
  );
  return [...places, ...surplus.map(({ id }) => `${id}: the draft has no such keyword`)];
}
