/**
 * Results made of the logs of a run: of its shards, or of what a killed one left.
 *
 * @module
 */
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import type { Finding } from '../harness/finding.ts';
import { wholeRunFindings } from '../harness/findings.ts';
import type { RecordLine } from '../harness/record.ts';
import { type Collated, collate, type Log, type LogHeader } from '../report/log.ts';
import { makeResults, type Results } from '../report/results.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { makeFolder, readJson } from './files.ts';
import { costsOfLogs, findingsOfLogs } from './logged-findings.ts';
import { interruptedNote } from './run-here.ts';
import { differences, logPath, openLogOf } from './run-log.ts';

/**
 * Of the shards in these folders, in any order, or of one run that was killed. With `out` findings and a results.jsonl
 * are written there. Throws BenchError `shards-differ`, `shards-overlap` or `shard-stopped`.
 */
export function loggedResults(folders: readonly string[], out: string | undefined): Results {
  const logs = folders.map(openLogOf);
  const header = wholeHeader(logs);
  const collated = collateInto(logs, header, out);
  const ended = logs.map(resultsBeside);
  const findings = findingsOfLogs(collated, header, {
    out,
    ended: new Map(logs.map((l, i) => [l, ended[i]])),
  });
  const missing = missingShards(logs);
  // What a whole run shows is not to be seen in a part of it.
  const attacks = missing.length > 0 ? [] : chosenAttacks(header.choice);
  const { collation, deadControls } = collated;
  const campaign = {
    planned: header.planned,
    done: collation.done,
    neverApplicable: collation.neverApplicable(),
    tallies: new Map([...collation.tallies].map(([spec, tally]) => [{ spec }, tally])),
    stopped: header.verifiers.filter((spec) => deadControls.isStopped(spec)).map((spec) => ({ spec })),
  };
  const interrupted = ended.some((one) => one?.interrupted);
  const killed = ended.includes(undefined);
  const notes = [
    ...header.notes,
    ...missing,
    ...(interrupted ? [interruptedNote] : []),
    ...troubles(ended, header),
    ...(killed
      ? [
          `made of results.jsonl: the run came to ${campaign.done} of ${campaign.planned} cases; findings are not shrunk`,
        ]
      : []),
  ];
  return makeResults({
    ...header,
    campaign,
    findings: [...findings, ...wholeRunFindings(campaign, attacks), ...orderFindings(ended)],
    costs: costsOfLogs(collated, header, out),
    attacks,
    notes,
    interrupted,
  });
}

function wholeHeader(logs: readonly Log[]): LogHeader {
  const [first, ...others] = logs;
  if (first === undefined) throw new BenchError('usage', 'give the folders of the shards to merge');
  const { shard, ...header } = first.header;
  for (const { header: other, where } of others) {
    const { shard: own, ...rest } = other;
    const differing = differences(header, rest);
    if (differing.length > 0 || own?.of !== shard?.of)
      throw new BenchError(
        'shards-differ',
        `${where} and ${first.where} are not shards of one run: ${[...differing, ...(own?.of === shard?.of ? [] : ['--shard'])].join(', ')} differ`,
      );
  }
  return header;
}

function missingShards(logs: readonly Log[]): readonly string[] {
  const of = logs[0]?.header.shard?.of ?? 0;
  const there = new Set(logs.map(({ header }) => header.shard?.index));
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !there.has(index));
  return missing.length > 0 ? [`shards that are missing of ${of}: ${missing.join(', ')}`] : [];
}

/** Of each verifier the first shard's that has one: each checks a sample of its own cases. */
function orderFindings(ended: readonly (Results | undefined)[]): readonly Finding[] {
  const found = ended.flatMap((one) => one?.findings ?? []).filter(({ kind }) => kind === 'order-dependent');
  return [...new Map(found.toReversed().map((one) => [one.verifier, one])).values()].toReversed();
}

/** What befell verifiers in the processes, each told once. */
function troubles(ended: readonly (Results | undefined)[], { notes }: LogHeader): readonly string[] {
  const told = ended.flatMap((one) => one?.notes ?? []);
  return [...new Set(told)].filter((note) => note !== interruptedNote && !notes.includes(note));
}

/** Where the merged log is not one that is being read. */
function collateInto(logs: readonly Log[], header: LogHeader, out: string | undefined): Collated {
  const path = out === undefined ? undefined : logPath(out);
  if (out === undefined || path === undefined || logs.some(({ where }) => resolve(where) === resolve(path)))
    return collate(logs, replayable);
  makeFolder(out);
  const file = openSync(path, 'w');
  try {
    const write = (line: LogHeader | RecordLine): void => void writeSync(file, `${JSON.stringify(line)}\n`);
    write(header);
    return collate(logs, replayable, { onLine: write });
  } finally {
    closeSync(file);
  }
}

/** What a run that was not killed wrote beside its log. */
function resultsBeside({ where }: Log): Results | undefined {
  const path = join(dirname(where), 'results.json');
  return existsSync(path) ? (readJson(path, 'results file') as Results) : undefined;
}
