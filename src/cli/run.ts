/**
 * `gauntlet run`: the main job.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyAttack } from '../attacks/attack.ts';
import { families } from '../attacks/attack.ts';
import { listCatalogue } from '../attacks/catalogue.ts';
import { inLearnedOrder } from '../attacks/order.ts';
import { composed, replayable } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import { isPrivate } from '../cose/key.ts';
import { readKeyFile } from '../cose/key-files.ts';
import { escapeText } from '../escape-text.ts';
import { type CaseRecord, type Progress, plannedCases, runCampaign } from '../harness/campaign.ts';
import type { Case } from '../harness/case.ts';
import type { Composed } from '../harness/composed-cases.ts';
import { casesToReplay } from '../harness/corpus.ts';
import { findingsOf } from '../harness/findings.ts';
import { orderDependent } from '../harness/order-check.ts';
import { describeCeiling } from '../harness/room.ts';
import { compare, readBaseline } from '../report/baseline.ts';
import { type LogHeader, type LogLine, logFormat, logLine } from '../report/log.ts';
import { makeResults, type Results } from '../report/results.ts';
import { renderResults } from '../report/terminal.ts';
import { validFamilyIds } from '../scenarios/families.ts';
import { familyRows } from '../scenarios/family-rows.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import { scenarioFromEnvelope } from '../scenarios/given.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Host } from '../verifiers/host.ts';
import { openVerifier } from '../verifiers/transports/open.ts';
import { version } from '../version.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import type { Config } from './config.ts';
import { ownCases } from './corpus.ts';
import { readProfile } from './device-class.ts';
import { makeFolder, readBytes } from './files.ts';
import { fixedRecipient } from './fixed-recipient.ts';
import { writeReports } from './write-reports.ts';

export interface RunOptions {
  readonly verifier?: readonly string[];
  /** Of the file named, or found; its defaults are filled in already. */
  readonly config?: Config;
  readonly seed: number;
  readonly runs: number;
  /** Default: one a round, where the whole catalogue is run on generated scenarios. */
  readonly histories?: number;
  readonly pairs?: number;
  readonly time?: number;
  readonly only?: readonly string[];
  readonly valid?: boolean;
  readonly envelope?: string;
  readonly key?: string;
  readonly payload?: readonly string[];
  readonly baseline?: string;
  readonly corpus?: readonly string[];
  /** Also the cases that come with the bench. */
  readonly stored: boolean;
  readonly out?: string;
  readonly deadline: number;
  readonly memory: number;
  /** 0, 1, 2, or a file with a profile. */
  readonly class?: string;
  readonly shrink: number;
  readonly format: 'text' | 'json';
}

export async function runRun(options: RunOptions): Promise<number> {
  const attacks = inLearnedOrder(chosenAttacks(options));
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  const specs = options.verifier ?? ['reference'];
  const fixed = fixedRecipient(specs, options.config);
  const more = composedOf(fixed ? { ...options, histories: options.histories ?? 0 } : options);
  if (fixed && options.envelope !== undefined)
    throw new BenchError(
      'usage',
      'a verifier with a recipient of its own takes no --envelope: its device is the config’s',
    );
  if (fixed && (more.histories > 0 || more.pairs > 0))
    throw new BenchError(
      'usage',
      '--histories and --pairs need devices of all kinds, and the config’s is one',
    );
  const scenario = givenScenario(options);
  const stored =
    scenario || fixed
      ? []
      : casesToReplay(
          [...ownCases(options), ...(options.corpus ?? [])],
          (attack) => attacks.includes(attack) || wantsAll(options, attack),
        );
  const hosts = await openAll(specs, options);
  try {
    const results = await campaign(options, attacks, more, hosts, scenario, stored, fixed);
    const comparison = baseline && compare(results, baseline, { ids: knownIds(), today: today() });
    writeReports(options.out, results, comparison);
    process.stdout.write(
      options.format === 'json'
        ? `${JSON.stringify(results, null, 1)}\n`
        : renderResults(results, comparison),
    );
    const unexpected = comparison ? comparison.problems.length : results.findings.length;
    return exitStatus({ unexpected, interrupted: results.interrupted ?? false });
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
  }
}

/** An interrupted run that found nothing has not shown that there is nothing. */
export function exitStatus(of: { readonly unexpected: number; readonly interrupted: boolean }): 0 | 1 | 3 {
  if (of.unexpected > 0) return 1;
  return of.interrupted ? 3 : 0;
}

async function campaign(
  options: RunOptions,
  attacks: readonly AnyAttack[],
  more: Required<Composed>,
  hosts: readonly Host[],
  scenario: Scenario | undefined,
  stored: readonly Case[],
  fixed: FixedPlan | undefined,
): Promise<Results> {
  const notYet = listCatalogue().filter((row) => row.notYet).length;
  const subject = options.envelope ?? subjectOf(options.runs > 0 ? attacks : [], more);
  const planned = plannedCases({ stored, attacks, runs: options.runs, ...more });
  if (planned === 0)
    throw new BenchError(
      'usage',
      'there is nothing to run: no stored cases, and --runs, --histories and --pairs are 0',
    );
  const log = recordLog(options.out, {
    format: logFormat,
    version: version(),
    seed: options.seed,
    subject,
    planned,
    verifiers: hosts.map(({ spec }) => spec),
    notYet,
  });
  const bar = progressBar(options.format);
  const end = options.time === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.time * 1000;
  let interrupted = false;
  const onInterrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const result = await runCampaign({
    hosts,
    attacks,
    stored,
    seed: options.seed,
    runs: options.runs,
    ...more,
    ...(scenario && { scenario }),
    ...(fixed && { fixed }),
    stop: () => interrupted || performance.now() > end,
    onRecord: log.write,
    onProgress: bar.show,
  });
  bar.end();
  log.close();
  const secret =
    fixed?.algorithm === 5 ||
    (scenario?.recipient.anchors.some((anchor) => anchor.key.kty === 'Symmetric') ?? false);
  const reopen = (host: Host): Promise<Host> => openOne(host.spec, options);
  const ordered = interrupted ? [] : await orderDependent(result.samples, reopen);
  const found = await findingsOf(result, attacks, {
    seed: options.seed,
    shrinkTries: interrupted ? 0 : options.shrink,
    withoutSecrets: secret,
    ...(scenario && { scenario }),
    ...(options.out !== undefined && { folder: join(options.out, 'findings') }),
  });
  process.removeListener('SIGINT', onInterrupt);
  process.removeListener('SIGTERM', onInterrupt);
  return makeResults({
    version: version(),
    seed: options.seed,
    subject,
    campaign: result,
    findings: [...found, ...ordered],
    attacks,
    notYet,
    notes: [
      ...notesFor(scenario, notYet, interrupted),
      ...hosts.flatMap(troublesOf),
      ...hosts.flatMap((host) => (host.profile ? [describeCeiling(host, host.profile, options.memory)] : [])),
    ],
    interrupted,
  });
}

/** Throws BenchError `usage`: a history needs several releases of an author, and an envelope is one. */
function composedOf({ histories, pairs, only, valid, envelope, runs }: RunOptions): Required<Composed> {
  if (envelope === undefined) {
    const isWhole = only === undefined && !valid;
    return { histories: histories ?? (isWhole ? runs : 0), pairs: pairs ?? 0 };
  }
  if (histories)
    throw new BenchError(
      'usage',
      '--histories need several releases of one author, with other images each: they are generated, and --envelope is one; --pairs are made of it',
    );
  return { histories: 0, pairs: pairs ?? 0 };
}

function subjectOf(attacks: readonly AnyAttack[], { histories, pairs }: Required<Composed>): string {
  const valid = attacks.filter((attack) => attack.family === 'valid').length;
  const hostile = attacks.length - valid;
  const parts = [
    ...(hostile > 0 || valid + histories + pairs === 0 ? [`${hostile} attacks on generated scenarios`] : []),
    ...(valid > 0 ? [`${valid} valid families`] : []),
    ...(histories > 0 ? [`${histories} histories`] : []),
    ...(pairs > 0 ? [`${pairs} pairs`] : []),
  ];
  return parts.join(' and ');
}

/** What befell a verifier beside its outcomes. */
function troublesOf({ spec, status }: Host): string[] {
  const { unexplained, givenUp, unknownFields } = status?.() ?? {
    unexplained: [],
    givenUp: false,
    unknownFields: 0,
  };
  const of = escapeText(spec);
  return [
    ...(unexplained.length > 0
      ? [
          `${of}: ${unexplained.length} deaths that no delivery repeated, the first: ${escapeText(unexplained[0] ?? '')}`,
        ]
      : []),
    ...(givenUp ? [`${of} was given up after too many deaths: later deliveries were not made`] : []),
    ...(unknownFields > 0
      ? [`${of}: ${unknownFields} fields that the protocol does not know were ignored`]
      : []),
  ];
}

function notesFor(scenario: Scenario | undefined, notYet: number, interrupted: boolean): string[] {
  const notes = [`${notYet} attacks of the working list are not built yet: gauntlet catalogue lists them`];
  if (interrupted) notes.push('interrupted: what was judged before is complete');
  if (scenario === undefined) return notes;
  if (scenario.signers.length === 0)
    notes.push('the key has no private part: the author’s attacks could not be made, only outsiders’ were');
  const assumed = scenario.images.filter((image) => image.bytes === undefined).length;
  if (assumed > 0)
    notes.push(
      `${assumed} payloads are assumed from their digests: payload attacks prove nothing; give --payload URI=FILE`,
    );
  const reached = scenario.deliveries.map((one) => `${one.delivery.event} up to ${one.level}`).join(', ');
  notes.push(`judged deliveries: ${reached}`);
  return notes;
}

export function givenScenario(
  options: Pick<RunOptions, 'envelope' | 'key' | 'payload'>,
): Scenario | undefined {
  if (options.envelope === undefined) {
    if (options.key !== undefined || options.payload !== undefined)
      throw new BenchError('usage', '--key and --payload go with --envelope');
    return undefined;
  }
  if (options.key === undefined) throw new BenchError('usage', '--envelope needs --key, the author’s key');
  const payloads = (options.payload ?? []).map((pair) => {
    const at = pair.lastIndexOf('=');
    if (at < 1) throw new BenchError('usage', `--payload ${pair}: wanted URI=FILE`);
    return { uri: pair.slice(0, at), bytes: readBytes(pair.slice(at + 1), 'payload') };
  });
  const key = readKeyFile(options.key);
  const scenario = scenarioFromEnvelope(readBytes(options.envelope, 'envelope'), { key, payloads });
  return isPrivate(key) ? scenario : { ...scenario, signers: [] };
}

/** Where nothing is chosen, stored histories and pairs are replayed too. */
function wantsAll({ only, valid }: RunOptions, attack: AnyAttack): boolean {
  return only === undefined && !valid && composed.includes(attack);
}

export async function openAll(specs: readonly string[], options: HostChoices): Promise<readonly Host[]> {
  const opened: Host[] = [];
  try {
    for (const spec of new Set(specs)) opened.push(await openOne(spec, options));
    return opened;
  } catch (thrown) {
    await Promise.all(opened.map((host) => host.close()));
    throw thrown;
  }
}

export type HostChoices = Pick<RunOptions, 'deadline' | 'memory' | 'config' | 'class'>;

export async function openOne(
  spec: string,
  { deadline, memory, config, class: device }: HostChoices,
): Promise<Host> {
  const profile = device === undefined ? undefined : readProfile(device);
  const choices = { deadlineMs: deadline, memoryMiB: memory, ...(profile && { profile }) };
  return openVerifier(spec, { ...choices, ...(config && { entries: config.entries }) });
}

/** In UTC. The only clock that a verdict of the run hangs on. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

export function knownIds(): ReadonlySet<string> {
  return new Set([
    ...replayable.map((attack) => attack.id),
    ...families,
    ...familyRows.map((family) => family.id),
    'valid',
    ...validFamilyIds,
    'valid.corpus',
    'given',
  ]);
}

/** Each verdict is written as it falls: a killed run loses at most what is in flight. */
function recordLog(
  out: string | undefined,
  header: LogHeader,
): { write(record: CaseRecord): void; close(): void } {
  if (out === undefined) return { write: () => {}, close: () => {} };
  makeFolder(out);
  const file = openSync(join(out, 'results.jsonl'), 'w');
  const write = (line: LogHeader | LogLine): void => {
    writeSync(file, `${JSON.stringify(line)}\n`);
  };
  write(header);
  return { write: (record) => write(logLine(record)), close: () => closeSync(file) };
}

/** A line that is redrawn on a terminal, a line now and then in a log, nothing beside JSON. */
export function progressBar(format: string): { show(progress: Progress): void; end(): void } {
  if (format === 'json') return { show: () => {}, end: () => {} };
  const { stderr } = process;
  let logged = 0;
  return {
    show({ done, planned, failures }) {
      const share = done / Math.max(1, planned);
      const line = `${done}/${planned} cases, ${failures} kinds of failure`;
      if (stderr.isTTY) {
        const filled = Math.floor(share * 30);
        stderr.write(`\r[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${line}`);
      } else if (share - logged >= 0.25 || (done === planned && logged < 1)) {
        logged = share;
        stderr.write(`${line}\n`);
      }
    },
    end() {
      if (stderr.isTTY) stderr.write('\n');
    },
  };
}
