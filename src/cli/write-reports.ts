/**
 * The files of `--out`: results in every format, for people and for machines.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { caseFromFile, type StoredCase } from '../harness/finding.ts';
import { storedName } from '../harness/keep-case.ts';
import type { BenchReport } from '../measure/bench-report.ts';
import type { BaselineComparison } from '../report/baseline.ts';
import { renderHtml } from '../report/html.ts';
import type { ShownDuty } from '../report/html-findings.ts';
import { renderJunit } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import type { Results } from '../report/results.ts';
import { renderSarif } from '../report/sarif.ts';
import { cite } from '../suit/clause.ts';
import { ledger } from '../trace/ledger.ts';
import { traceThreats } from '../trace/threat-trace.ts';
import { makeFolder, readJson, writeFile } from './files.ts';
import { costlyFolder } from './run-here.ts';

export function writeReports(
  out: string | undefined,
  results: Results,
  {
    comparison,
    bench,
  }: { readonly comparison?: BaselineComparison | undefined; readonly bench?: BenchReport | undefined },
): void {
  if (out === undefined) return;
  makeFolder(out);
  // First, so that it is there whatever becomes of the rest.
  writeFile(join(out, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
  const cases = storedCases(out, results);
  const known = comparison && { baseline: comparison };
  const folder = folderFromHere(out);
  const files: Readonly<Record<string, string>> = {
    'junit.xml': renderJunit(results, comparison),
    'summary.md': renderMarkdown(results, comparison),
    'results.sarif': renderSarif(results, {
      ...known,
      ...(folder !== undefined && { folder }),
      stored: new Set(cases.keys()),
    }),
    'report.html': renderHtml({
      ...known,
      results,
      cases,
      duties: dutiesByAttack(),
      ...(bench && { bench }),
      threats: traceThreats().threats,
    }),
  };
  for (const [name, text] of Object.entries(files)) writeFile(join(out, name), text);
}

/** What `findings/` has of this run's findings, and `costly/` of its costliest deliveries, by id. */
function storedCases(out: string, { findings, costs = {} }: Results): ReadonlyMap<string, StoredCase> {
  const costly = Object.values(costs).flatMap(({ costliest }) => costliest.flatMap(({ id }) => id ?? []));
  const files = [
    ...costly.map((id) => [id, join(costlyFolder(out), `${id}.json`)] as const),
    ...findings.flatMap(({ id }) => {
      const name = storedName(id);
      return name === undefined ? [] : [[id, join(out, 'findings', `${name}.json`)] as const];
    }),
  ];
  const cases = new Map<string, StoredCase>();
  for (const [id, file] of files) {
    if (!existsSync(file)) continue;
    try {
      cases.set(id, caseFromFile(readJson(file, 'stored case'), file));
    } catch (thrown) {
      // The finding is still told, without its evidence: one unreadable file takes no report away.
      if (!(thrown instanceof BenchError)) throw thrown;
    }
  }
  return cases;
}

/** Code scanning wants paths from the repository's root, where it runs. */
function folderFromHere(out: string): string | undefined {
  const path = relative(process.cwd(), out);
  return path.startsWith('..') || path.startsWith(sep) ? undefined : path.split(sep).join('/');
}

function dutiesByAttack(): ReadonlyMap<string, readonly ShownDuty[]> {
  const duties = new Map<string, ShownDuty[]>();
  for (const { attacks, clause, keyword, duty } of ledger)
    for (const attack of attacks) {
      const of = duties.get(attack) ?? [];
      duties.set(attack, of);
      of.push({ clause: cite(clause), keyword, duty });
    }
  return duties;
}
