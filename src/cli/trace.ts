/**
 * `gauntlet trace`: clause → what covers it → verdicts, or threat → requirement → attack → verdict.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { jsonSchema } from '../json-schema.ts';
import type { Results } from '../report/results.ts';
import { documents } from '../suit/clause.ts';
import { type ClauseTrace, summarize, traceClauses } from '../trace/clause-trace.ts';
import { draftKeywords, unrecorded } from '../trace/draft-keywords.ts';
import { renderTrace } from '../trace/render-trace.ts';
import { traceThreats } from '../trace/threat-trace.ts';
import { readBytes, readJson } from './files.ts';

export interface TraceOptions {
  readonly results?: string;
  readonly doc?: string;
  readonly draft?: string;
  readonly threats?: boolean;
  readonly format: 'markdown' | 'json';
}

/** Orphans make it 1. */
export function runTrace(options: TraceOptions): number {
  if (options.threats && (options.doc ?? options.draft) !== undefined)
    throw new BenchError('usage', '--doc and --draft go with clauses, not with --threats');
  const results = options.results === undefined ? undefined : readResults(options.results);
  const given = results && { results };
  const trace = options.threats ? traceThreats({ ...given }) : clauses(options, { ...given });
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(trace, null, 1)}\n` : renderTrace(trace),
  );
  return trace.orphans.length > 0 ? 1 : 0;
}

function clauses({ doc, draft }: TraceOptions, given: { readonly results?: Results }): ClauseTrace {
  const all = traceClauses(given);
  const text = draft === undefined ? undefined : new TextDecoder().decode(readBytes(draft, 'draft'));
  if (text !== undefined && draftKeywords(text).size === 0)
    throw new BenchError(
      'usage',
      `--draft ${draft}: no BCP 14 keyword after a line "--- middle"; wanted the draft’s Markdown source`,
    );
  const orphans = text === undefined ? all.orphans : [...all.orphans, ...unrecorded(text)];
  if (doc === undefined) return { ...all, orphans };
  const rows = all.rows.filter(({ clause }) => clause.doc === doc);
  if (rows.length === 0) {
    const known = [...new Set(all.rows.map(({ clause }) => clause.doc))];
    const names = known.map((name) => `${name} (${documents[name]})`).join(', ');
    throw new BenchError('usage', `--doc ${doc}: the ledger has no clause of this document; it has ${names}`);
  }
  return { ...all, rows, orphans, summary: summarize(rows) };
}

/** Throws BenchError `results-unreadable`. */
export function readResults(file: string): Results {
  const json = readJson(file, 'results file');
  const wrong = jsonSchema('results').check(json);
  if (wrong !== undefined) throw new BenchError('results-unreadable', `the results file ${file}: ${wrong}`);
  return json as Results;
}
