/**
 * Findings made of the logs of a run.
 *
 * @module
 */
import { copyFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import { type Case, type Inapplicable, isInapplicable } from '../harness/case.ts';
import type { CollatedDisagreement, CollatedFailure } from '../harness/collation.ts';
import { costlyPlaces, storeCostly } from '../harness/costly-cases.ts';
import { disagreementFinding, disagreementNote } from '../harness/disagreement-findings.ts';
import type { Finding } from '../harness/finding.ts';
import { storedFinding } from '../harness/findings.ts';
import { compareLine, type ReplayPlace as Place, replayLine, storedName } from '../harness/keep-case.ts';
import type { RecordLine } from '../harness/record.ts';
import { casesAt } from '../harness/sequence.ts';
import type { Collated, Log, LogHeader } from '../report/log.ts';
import type { Results } from '../report/results.ts';
import { shellWord } from '../shell-word.ts';
import { cite } from '../suit/clause.ts';
import { version } from '../version.ts';
import { makeFolder } from './files.ts';
import { costlyFolder, placeOf } from './run-here.ts';
import { planRun, type RunPlan } from './run-plan.ts';

export interface Sources {
  readonly out: string | undefined;
  readonly ended: ReadonlyMap<Log, Results | undefined>;
}

/** As the shard has them that saw each first; else drawn again and stored as they are. */
export function findingsOfLogs(
  { collation, firstIn }: Collated,
  header: LogHeader,
  { out, ended }: Sources,
): readonly Finding[] {
  const place = { ...(out !== undefined && { folder: join(out, 'findings') }), ...placeOf(header) };
  const known = <T extends Counted>(one: T): Finding | undefined => {
    const log = firstIn.get(one.fingerprint);
    const results = log && ended.get(log);
    const found = results?.findings.find(({ fingerprint }) => fingerprint === one.fingerprint);
    return log && found && movedTo(place, dirname(log.where), found, one);
  };
  const failures = [...collation.failures.values()].map((one) => ({ one, found: known(one) }));
  const disagreements = [...collation.disagreements.values()].map((one) => ({ one, found: known(one) }));
  const missing = [
    ...failures.flatMap(({ one, found }) => (found ? [] : (one.first.failure?.place ?? []))),
    ...disagreements.flatMap(({ one, found }) => (found ? [] : one.first.case)),
  ];
  const again = redrawn(new Set(missing), header);
  return [
    ...failures.map(({ one, found }) => found ?? storedOf(one, again, place) ?? toldOf(one, header)),
    ...disagreements.map(
      ({ one, found }) => found ?? disagreementOf(one, again, place) ?? toldDisagreement(one, header),
    ),
  ];
}

interface Counted {
  readonly fingerprint: string;
  readonly cases: number;
}

function movedTo(place: Place, from: string, found: Finding, { cases }: Counted): Finding {
  const { folder } = place;
  const isPair = found.kind === 'reads-differently';
  const name = storedName(found.id) ?? found.id;
  const files = [`${name}.json`, `${name}.suit`].filter((file) => existsSync(join(from, 'findings', file)));
  if (files.length === 0) return { ...found, cases };
  if (folder !== undefined && resolve(folder) !== resolve(from, 'findings')) {
    makeFolder(folder);
    for (const file of files) copyFileSync(join(from, 'findings', file), join(folder, file));
  }
  if (!isPair) return { ...found, cases, replay: replayLine(name, found.verifier, place) };
  const base = Object.keys(found.readings?.[0]?.values ?? {}).filter((spec) => spec !== found.verifier);
  return { ...found, cases, replay: compareLine(name, [...base, found.verifier], place) };
}

/** With those stored in `out` that can be drawn again. */
export function costsOfLogs(
  { collation }: Collated,
  header: LogHeader,
  out: string | undefined,
): NonNullable<Results['costs']> {
  const sheets = collation.costs.sheets();
  const again = header.choice.fixed?.reset === undefined ? redrawn(costlyPlaces(sheets), header) : undefined;
  if (again === undefined) return sheets;
  return storeCostly(sheets, again.cases, {
    ...placeOf(header),
    withoutSecrets: again.plan.withoutSecrets,
    ...(out !== undefined && { folder: costlyFolder(out) }),
  });
}

interface Redrawn {
  readonly plan: RunPlan;
  readonly cases: ReadonlyMap<number, Case | Inapplicable>;
}

/** undefined where nothing is to be drawn, or this version, or what is here, may no longer make the same cases. */
function redrawn(places: ReadonlySet<number>, header: LogHeader): Redrawn | undefined {
  if (places.size === 0 || header.version !== version()) return undefined;
  const plan = planAgain(header);
  return plan && { plan, cases: casesAt(plan.sequence, places) };
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
  { class: ceiling, ...place }: Place,
): Finding | undefined {
  const { verdict, kind, note, verifier, of, attack, failure } = first;
  const one = failure && again?.cases.get(failure.place);
  if (again === undefined || one === undefined || isInapplicable(one)) return undefined;
  if (JSON.stringify(one.choice) !== JSON.stringify(failure?.choice)) return undefined;
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
    { withoutSecrets: again.plan.withoutSecrets, ...place },
  );
}

function disagreementOf(
  { first, ...one }: CollatedDisagreement,
  again: Redrawn | undefined,
  { folder, config }: Place,
): Finding | undefined {
  const found = again?.cases.get(first.case);
  if (again === undefined || found === undefined || isInapplicable(found)) return undefined;
  const { withoutSecrets } = again.plan;
  return disagreementFinding(
    { ...one, case: found },
    { withoutSecrets, ...(folder !== undefined && { folder }), ...(config !== undefined && { config }) },
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

/** Without its bytes, which cannot be made here any more: both readings stand in the log. */
function toldDisagreement(
  { fingerprint, verifier, base, differences, seen, first, cases }: CollatedDisagreement,
  header: LogHeader,
): Finding {
  const { strength, clause } = replayable.find(({ id }) => id === first.attack)?.expects[0] ?? {};
  return {
    id: fingerprint,
    fingerprint,
    verifier,
    kind: 'reads-differently',
    attack: first.attack,
    strength: strength ?? 'must-accept',
    clause: clause ? cite(clause) : 'valid delivery',
    choice: null,
    note: disagreementNote(base, verifier, differences),
    ...(seen && { outcome: seen }),
    readings: differences,
    cases,
    shrunk: false,
    replay: runLine(first, header, [base, verifier]),
  };
}

/** The shortest run that has the case. */
function runLine(
  { of, attack, round, verifier }: RecordLine,
  { seed, choice, class: ceiling, config }: LogHeader,
  verifiers: readonly string[] = [verifier],
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
    ...verifiers.flatMap((spec) => ['--verifier', spec]),
    ...(ceiling === undefined ? [] : ['--class', ceiling]),
    ...(config === undefined ? [] : ['--config', config]),
    ...given,
    ...chosen,
    ...rounds,
    '--seed',
    `${seed}`,
  ];
  return ['gauntlet', 'run', ...words].map(shellWord).join(' ');
}
