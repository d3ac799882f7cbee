/**
 * Results made of the logs of a run: of its shards, or of what a killed one left.
 *
 * @module
 */
import { closeSync, copyFileSync, existsSync, openSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import { type Case, isInapplicable } from '../harness/case.ts';
import type { CollatedFailure } from '../harness/collation.ts';
import type { Finding } from '../harness/finding.ts';
import { replayLine, storedFinding, wholeRunFindings } from '../harness/findings.ts';
import type { RecordLine } from '../harness/record.ts';
import { casesAt } from '../harness/sequence.ts';
import { type Collated, collate, type Log, type LogHeader } from '../report/log.ts';
import { makeResults, type Results } from '../report/results.ts';
import { shellWord } from '../shell-word.ts';
import { version } from '../version.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { makeFolder, readJson } from './files.ts';
import { interruptedNote } from './run-here.ts';
import { differences, logPath, openLogOf } from './run-log.ts';
import { planRun, type RunPlan } from './run-plan.ts';

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
    findings: [...findings, ...wholeRunFindings(campaign, attacks)],
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
  return existsSync(path) ? (readJson(path, 'results') as Results) : undefined;
}

/** Where findings go, and the device's ceiling that they were found under. */
interface Place {
  readonly folder?: string;
  readonly class?: string;
}

interface Sources {
  readonly out: string | undefined;
  readonly ended: ReadonlyMap<Log, Results | undefined>;
}

/** As the shard has them that saw each first; else drawn again and stored as they are. */
function findingsOfLogs(
  { collation, firstIn }: Collated,
  header: LogHeader,
  { out, ended }: Sources,
): readonly Finding[] {
  const failures = [...collation.failures.values()];
  const place = {
    ...(out !== undefined && { folder: join(out, 'findings') }),
    ...(header.class !== undefined && { class: header.class }),
  };
  const known = new Map(
    failures.flatMap((failure) => {
      const log = firstIn.get(failure.fingerprint);
      const results = log && ended.get(log);
      const found = results?.findings.find(({ fingerprint }) => fingerprint === failure.fingerprint);
      return log && found ? [[failure.fingerprint, movedTo(place, dirname(log.where), found, failure)]] : [];
    }),
  );
  const again = redrawn(
    failures.filter(({ fingerprint }) => !known.has(fingerprint)),
    header,
  );
  return failures.map(
    (failure) => known.get(failure.fingerprint) ?? storedOf(failure, again, place) ?? toldOf(failure, header),
  );
}

function movedTo(place: Place, from: string, found: Finding, { cases }: CollatedFailure): Finding {
  const { folder } = place;
  const files = [`${found.id}.json`, `${found.id}.suit`].filter((name) =>
    existsSync(join(from, 'findings', name)),
  );
  if (files.length === 0) return { ...found, cases };
  if (folder !== undefined && resolve(folder) !== resolve(from, 'findings')) {
    makeFolder(folder);
    for (const name of files) copyFileSync(join(from, 'findings', name), join(folder, name));
  }
  return { ...found, cases, replay: replayLine(found.id, found.verifier, place) };
}

interface Redrawn {
  readonly plan: RunPlan;
  readonly cases: ReadonlyMap<string, Case>;
}

/** The first case of each failure; undefined where this version, or what is here, no longer makes the same ones. */
function redrawn(failures: readonly CollatedFailure[], header: LogHeader): Redrawn | undefined {
  if (failures.length === 0 || header.version !== version()) return undefined;
  const plan = planAgain(header);
  if (plan === undefined) return undefined;
  const places = new Set(failures.flatMap(({ first }) => first.failure?.place ?? []));
  const drawn = casesAt(plan.sequence, places);
  const cases = failures.flatMap(({ fingerprint, first: { failure } }) => {
    const one = failure && drawn.get(failure.place);
    const isSame =
      one && !isInapplicable(one) && JSON.stringify(one.choice) === JSON.stringify(failure.choice);
    return isSame ? [[fingerprint, one] as const] : [];
  });
  return { plan, cases: new Map(cases) };
}

function planAgain(header: LogHeader): RunPlan | undefined {
  try {
    const plan = planRun({ ...header.choice, seed: header.seed });
    return JSON.stringify(plan.header.inputs) === JSON.stringify(header.inputs) ? plan : undefined;
  } catch (thrown) {
    // Envelope or key are not here: findings are told without their bytes.
    if (thrown instanceof BenchError) return undefined;
    throw thrown;
  }
}

function storedOf(
  { fingerprint, first, cases }: CollatedFailure,
  again: Redrawn | undefined,
  { folder, class: ceiling }: Place,
): Finding | undefined {
  const one = again?.cases.get(fingerprint);
  if (again === undefined || one === undefined) return undefined;
  const { verdict, kind, note, verifier, of, attack, failure } = first;
  const ruling = { verdict, ...(kind && { kind }), note };
  return storedFinding(
    {
      fingerprint,
      host: { spec: verifier, ...(ceiling !== undefined && { profile: { name: ceiling } }) },
      id: of === 'control' ? 'valid' : attack,
      case: one,
      ruling,
      ...(failure?.seen && { seen: failure.seen }),
      ofControl: of === 'control',
      cases,
    },
    { smallest: one, ruling, tries: 0 },
    { withoutSecrets: again.plan.withoutSecrets, ...(folder !== undefined && { folder }) },
  );
}

/** Without its bytes; the replay line makes them anew. */
function toldOf({ fingerprint, first, cases }: CollatedFailure, header: LogHeader): Finding {
  const { kind = 'accepted-invalid', attack, note, verifier, failure, of } = first;
  const { strength = 'must-accept', clause = 'valid delivery', choice = null, seen } = failure ?? {};
  return {
    id: fingerprint,
    fingerprint,
    verifier,
    kind,
    attack: of === 'control' ? 'valid' : attack,
    strength,
    clause,
    choice,
    note,
    ...(seen && { outcome: seen }),
    cases,
    shrunk: false,
    replay: runLine(first, header),
  };
}

/** The shortest run that has the case. */
function runLine(
  { of, attack, round, verifier }: RecordLine,
  { seed, choice, class: ceiling }: LogHeader,
): string {
  const { envelope, key, payload = [] } = choice;
  const given = [
    ...(envelope === undefined ? [] : ['--envelope', envelope]),
    ...(key === undefined ? [] : ['--key', key]),
    ...payload.flatMap((pair) => ['--payload', pair]),
  ];
  const chosen =
    of === 'control'
      ? []
      : attack.startsWith('pair.')
        ? ['--runs', '0', '--pairs', `${round + 1}`]
        : [...(of === 'valid' ? ['--valid'] : []), '--only', attack];
  const rounds = attack.startsWith('pair.') ? [] : ['--runs', `${round + 1}`];
  const words = [
    '--verifier',
    verifier,
    ...(ceiling === undefined ? [] : ['--class', ceiling]),
    ...given,
    ...chosen,
    ...rounds,
    '--seed',
    `${seed}`,
  ];
  return ['gauntlet', 'run', ...words].map(shellWord).join(' ');
}
