/**
 * A run, or a shard of one, in this process.
 *
 * @module
 */
import { join } from 'node:path';
import { escapeText } from '../escape-text.ts';
import { type Progress, runCampaign } from '../harness/campaign.ts';
import { costlyPlaces, storeCostly } from '../harness/costly-cases.ts';
import { findingsOf } from '../harness/findings.ts';
import { orderDependent } from '../harness/order-check.ts';
import { describeCeiling } from '../harness/room.ts';
import { casesAt } from '../harness/sequence.ts';
import type { LogHeader } from '../report/log.ts';
import { makeResults, type Results } from '../report/results.ts';
import type { Host, HostStatus } from '../verifiers/host.ts';
import { configToName } from './config.ts';
import { optimizeLater } from './engine.ts';
import { openAll, openOne } from './open-verifiers.ts';
import type { RunOptions } from './run.ts';
import { openRunLog } from './run-log.ts';
import type { RunPlan } from './run-plan.ts';

/** Who looks on. */
export interface Watch {
  isInterrupted(): boolean;
  onProgress(progress: Progress): void;
  /** What is done once all cases are judged, in words. */
  onPhase?(phase: string): void;
}

/**
 * A shard sees only its own controls: it bears more dead ones in a row than a whole run, so that what a whole run
 * would still have delivered is nearly always there to be merged.
 */
const deadControlsOfShard = 10;

export const interruptedNote = 'interrupted: what was judged before is complete';

export async function runHere(options: RunOptions, plan: RunPlan, watch: Watch): Promise<Results> {
  optimizeLater();
  const { sequence } = plan;
  const { attacks, shard } = sequence;
  const hosts = await openAll(options.verifier ?? ['reference'], options);
  try {
    const end =
      options.time === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.time * 1000;
    const header = headerOf(options, plan, hosts);
    const deadControls = shard && deadControlsOfShard;
    const log = openRunLog(options.out, header, {
      resume: options.resume ?? false,
      attacks,
      ...(deadControls !== undefined && { deadControls }),
    });
    const campaign = await runCampaign({
      ...sequence,
      hosts,
      ...(log.before && { before: log.before }),
      ...(deadControls !== undefined && { deadControls }),
      stop: () => watch.isInterrupted() || performance.now() > end,
      onRecord: log.write,
      onProgress: watch.onProgress,
    });
    log.close();
    const interrupted = watch.isInterrupted();
    const reopen = (host: Host): Promise<Host> => openOne(host.spec, options);
    // Nothing that it was given can be given it again.
    const isOnce = sequence.fixed?.reset !== undefined;
    watch.onPhase?.('a sample in another order');
    const ordered = interrupted || isOnce ? [] : await orderDependent(campaign.samples, reopen);
    // What a whole run shows is seen when its shards are merged.
    const findings = await findingsOf(campaign, shard ? [] : attacks, {
      seed: options.seed,
      shrinkTries: interrupted || isOnce ? 0 : options.shrink,
      withoutSecrets: plan.withoutSecrets,
      onFailure: (number, of) => watch.onPhase?.(`shrinking finding ${number} of ${of}`),
      ...(header.config !== undefined && { config: header.config }),
      ...(sequence.scenario && { scenario: sequence.scenario }),
      ...(options.out !== undefined && { folder: join(options.out, 'findings') }),
    });
    // A device that only goes forward cannot be given one of its cases alone.
    const costly = isOnce ? new Map() : casesAt(sequence, costlyPlaces(campaign.costs));
    const costs = storeCostly(campaign.costs, costly, {
      ...placeOf(header),
      withoutSecrets: plan.withoutSecrets,
      ...(options.out !== undefined && { folder: costlyFolder(options.out) }),
    });
    const { version, seed, subject, notYet, notes } = header;
    return makeResults({
      version,
      seed,
      subject,
      campaign,
      findings: [...findings, ...ordered],
      costs,
      attacks,
      notYet,
      notes: [...notes, ...(interrupted ? [interruptedNote] : []), ...hosts.flatMap(troublesOf)],
      interrupted,
    });
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
  }
}

/** Where the cases lie that cost a verifier most. */
export function costlyFolder(out: string): string {
  return join(out, 'costly');
}

/** What a line that repeats a case must name. */
export function placeOf({ config, class: ceiling }: LogHeader): {
  readonly config?: string;
  readonly class?: string;
} {
  return { ...(config !== undefined && { config }), ...(ceiling !== undefined && { class: ceiling }) };
}

function headerOf(
  { memory, class: ceiling, config }: RunOptions,
  { header }: RunPlan,
  hosts: readonly Host[],
): LogHeader {
  const ceilings = hosts.flatMap((host) =>
    host.profile ? [describeCeiling(host, host.profile, memory)] : [],
  );
  const named = configToName(
    hosts.map(({ spec }) => spec),
    config,
  );
  return {
    ...header,
    notes: [...header.notes, ...ceilings],
    ...(named !== undefined && { config: named }),
    verifiers: hosts.map(({ spec }) => spec),
    ...(ceiling !== undefined && { class: ceiling }),
  };
}

/** What befell a verifier beside its outcomes. */
function troublesOf({ spec, profile, status }: Host): string[] {
  const { unexplained, givenUp, unknownFields, peakRssBytes }: Omit<HostStatus, 'restarts'> = status?.() ?? {
    unexplained: [],
    givenUp: false,
    unknownFields: 0,
  };
  const of = escapeText(spec);
  return [
    ...(profile !== undefined && peakRssBytes !== undefined
      ? [
          `${of}: at most ${Math.round(peakRssBytes / 1024)} KiB were resident in its process, its run-time system included: observed, and no ceiling`,
        ]
      : []),
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
