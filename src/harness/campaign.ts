/**
 * A campaign: the same sequence of cases to every verifier, judged and counted as the answers come.
 *
 * Corpus first, then round after round of all attacks in the catalogue's order. A time budget cuts the
 * sequence short; it never changes it.
 *
 * @module
 */
import type { Expectation } from '../attacks/attack.ts';
import { controlOf, type Run } from '../scenarios/scenario.ts';
import { cite } from '../suit/clause.ts';
import type { Host } from '../verifiers/host.ts';
import { type Case, type Inapplicable, isInapplicable } from './case.ts';
import { Collation } from './collation.ts';
import type { CostSheet } from './costs.ts';
import { DeadControls } from './dead-controls.ts';
import { type DisagreementRecord, disagreementsOn, readerOf } from './disagreements.ts';
import { EvenSample } from './even-sample.ts';
import { fingerprintOf, type SeenOutcome, seenOutcome } from './finding.ts';
import { isSampleable, type Sampled, sampleSize } from './order-check.ts';
import type { Reader } from './readings.ts';
import { type CaseRecord, type FailureRecord, recordLine } from './record.ts';
import { casesAt, plannedCases, poolOf, type SequenceOptions, type Slot, slotsOf } from './sequence.ts';
import { type Tally, varyingDimension } from './tally.ts';
import type { CaseRuling } from './trial.ts';
import { Turns } from './turns.ts';
import type { Ruling } from './verdict.ts';

export interface CampaignOptions extends SequenceOptions {
  readonly hosts: readonly Host[];
  /** What an earlier process judged of the same sequence: this one goes on where it stopped. */
  readonly before?: Judged;
  /** Dead controls in a row after which a verifier is given up; default 3. */
  readonly deadControls?: number;
  /** Asked between batches; true ends the sequence here. */
  readonly stop?: () => boolean;
  readonly onRecord?: (record: CaseRecord) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/** What records of whole cases add up to. */
export interface Judged {
  readonly collation: Collation;
  readonly deadControls: DeadControls;
  readonly records: number;
  /** Place of the first case that was not judged. */
  readonly next: number;
  /** Controls that have a record, as `controlKey` names them. */
  readonly controls: ReadonlySet<string>;
}

export function controlKey(verifier: string, place: number): string {
  return `${place} ${verifier}`;
}

export interface Progress {
  readonly done: number;
  readonly planned: number;
  /** In the run's order. */
  readonly verifiers: readonly VerifierProgress[];
}

export interface VerifierProgress {
  readonly spec: string;
  /** Fingerprints of what was found so far. */
  readonly found: readonly string[];
  /** Given up: it will not be run further. */
  readonly isStopped: boolean;
}

/** The first case that showed a defect, and how many did. */
export interface Failure {
  readonly fingerprint: string;
  readonly host: Host;
  /** The attack's id, or `valid` where the control itself failed, in whatever family. */
  readonly id: string;
  readonly case: Case;
  readonly ruling: Ruling;
  /** The ruling's outcome, as far as a report tells it. */
  readonly seen?: SeenOutcome;
  readonly ofControl: boolean;
  readonly cases: number;
}

/** The first case in which two verifiers read the same bytes differently, and how many there were. */
export interface Disagreement extends DisagreementRecord {
  readonly case: Case;
  readonly cases: number;
}

export interface CampaignResult {
  /** Cases planned for each verifier, and those reached before the time ran out. */
  readonly planned: number;
  readonly done: number;
  readonly tallies: ReadonlyMap<Host, Tally>;
  readonly failures: readonly Failure[];
  readonly disagreements: readonly Disagreement[];
  /** Attacks that had no meaning in any round. */
  readonly neverApplicable: readonly string[];
  /** Verifiers given up after three dead controls in a row. */
  readonly stopped: ReadonlySet<Host>;
  /** By verifier that counts it: what deliveries cost. */
  readonly costs: Readonly<Record<string, CostSheet>>;
  /** Decided cases, evenly over what this process ran, to be repeated in another order. */
  readonly samples: ReadonlyMap<Host, readonly Sampled[]>;
}

const batchSize = 32;

/** A case of the sequence at its place. */
interface Placed {
  readonly place: number;
  readonly one: Case | Inapplicable;
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const state = new CampaignState(options);
  const sequence = remaining(options, (placed) => state.place(placed));
  let pending: Promise<void> = Promise.resolve();
  for (;;) {
    const batch = take(sequence, batchSize);
    if (batch.length === 0) break;
    // The next batch is drawn while the verifiers work on this one.
    const previous = pending;
    pending = state.start(batch, previous);
    await previous;
    if (options.stop?.()) break;
  }
  await pending;
  return state.result();
}

/**
 * The cases that are not judged yet. Those before them that may share a control with them are drawn again and given to
 * `again`.
 */
function* remaining(options: CampaignOptions, again: (placed: Placed) => void): Generator<Placed> {
  const pool = poolOf(options);
  const next = options.before?.next ?? 0;
  const drawn = ({ place, draw }: Slot): Placed => ({ place, one: draw(pool) });
  let judged: Slot[] = [];
  for (const slot of slotsOf(options)) {
    // On a user's own envelope cases of all rounds share the control.
    if (options.scenario === undefined && judged[0]?.part !== slot.part) judged = [];
    if (slot.place < next) {
      judged.push(slot);
      continue;
    }
    for (const one of judged) again(drawn(one));
    judged = [];
    yield drawn(slot);
  }
}

class CampaignState {
  private readonly options: CampaignOptions;
  private readonly collation: Collation;
  private readonly deadControls: DeadControls;
  private readonly live = new Map<string, Pick<Failure, 'case' | 'ruling'>>();
  private readonly samples = new Map<Host, EvenSample<Sampled>>();
  private readonly apart = new Map<string, Case>();
  private readonly turns: ReadonlyMap<Host, Turns>;
  private readonly planned: number;
  private readonly twins = new WeakMap<Run, number>();
  private records: number;

  constructor(options: CampaignOptions) {
    const { hosts, before } = options;
    this.options = options;
    this.collation = before?.collation ?? new Collation(hosts.map(({ spec }) => spec));
    this.deadControls = before?.deadControls ?? new DeadControls(options.deadControls);
    this.records = before?.records ?? 0;
    const isRecorded = (host: Host, one: Case): boolean =>
      before?.controls.has(controlKey(host.spec, this.twins.get(one.control) as number)) ?? false;
    this.turns = new Map(
      hosts.map((host) => [
        host,
        new Turns(host, this.deadControls, {
          isRecorded: (one) => isRecorded(host, one),
          oneByOne: options.fixed?.reset !== undefined,
        }),
      ]),
    );
    this.planned = plannedCases(options);
  }

  /** Remembers whose control comes first here. */
  place({ place, one }: Placed): void {
    if (!isInapplicable(one) && !this.twins.has(one.control))
      this.twins.set(one.control, this.firstWith(one.control) ?? place);
  }

  /** Cases of a user's own envelope share its control across shards. */
  private firstWith(control: Run): number | undefined {
    const { shard, scenario } = this.options;
    if (shard === undefined || scenario === undefined) return undefined;
    if (!(['update', 'boot'] as const).some((event) => controlOf(scenario, event) === control))
      return undefined;
    const { shard: _part, ...whole } = this.options;
    const pool = poolOf(whole);
    for (const { place, draw } of slotsOf(whole)) {
      const one = draw(pool);
      if (!isInapplicable(one) && one.control === control) return place;
    }
    return undefined;
  }

  /** Delivers a batch to all verifiers; records are made in the sequence's order, whoever answers first. */
  async start(batch: readonly Placed[], previous: Promise<void>): Promise<void> {
    for (const placed of batch) this.place(placed);
    const rulings = batch.map(({ one }) =>
      this.options.hosts.map((host) => (isInapplicable(one) ? undefined : this.turns.get(host)?.rule(one))),
    );
    await previous;
    for (const [i, { place, one }] of batch.entries())
      this.recordCase(one, place, await Promise.all(rulings[i] ?? []));
    this.options.onProgress?.(this.progress());
  }

  private progress(): Progress {
    const { planned, collation } = this;
    const found = [
      ...[...collation.failures.values()].map(({ fingerprint, first }) => ({
        fingerprint,
        of: first.verifier,
      })),
      ...[...collation.disagreements.values()].map(({ fingerprint, verifier }) => ({
        fingerprint,
        of: verifier,
      })),
    ];
    const verifiers = this.options.hosts.map(({ spec }) => ({
      spec,
      found: found.filter(({ of }) => of === spec).map(({ fingerprint }) => fingerprint),
      isStopped: this.deadControls.isStopped(spec),
    }));
    return { done: collation.done, planned, verifiers };
  }

  /** `found`: in the order of the hosts. */
  private recordCase(
    one: Case | Inapplicable,
    place: number,
    found: readonly (CaseRuling | undefined)[],
  ): void {
    const { hosts } = this.options;
    if (isInapplicable(one)) {
      const note = 'no scenario was drawn on which it has a meaning';
      for (const host of hosts) this.record(host, one, place, { verdict: 'inapplicable', note });
      return;
    }
    const rulings = new Map(hosts.map(({ spec }, h) => [spec, found[h]?.ruling as Ruling]));
    const readers = new Map(hosts.map((host) => [host, this.readerOf(host, one, rulings)]));
    const { disagreements: known } = this.collation;
    const all = [...readers.values()].filter((reader) => reader !== undefined);
    const disagreements = disagreementsOn(one, all, rulings, (fingerprint) => known.has(fingerprint));
    for (const { fingerprint } of disagreements)
      if (!known.has(fingerprint)) this.apart.set(fingerprint, one);
    for (const [h, host] of hosts.entries()) {
      const control = found[h]?.control;
      if (control !== undefined) this.recordControl(host, one, place, control);
      const ruling = rulings.get(host.spec) as Ruling;
      this.sample(host, one, ruling, place);
      const reader = readers.get(host);
      this.record(host, one, place, ruling, {
        dimension: policyDimension(one),
        ...this.failureOf(host, one, place, ruling, one.expect),
        ...(reader && { reader }),
        ...(h === hosts.length - 1 && disagreements.length > 0 && { disagreements }),
      });
    }
  }

  private sample(host: Host, one: Case, ruling: Ruling, place: number): void {
    if (!isSampleable(host, one, ruling)) return;
    const sample = this.samples.get(host) ?? new EvenSample<Sampled>(sampleSize);
    this.samples.set(host, sample);
    sample.add(place, { case: one, ruling });
  }

  /** Of one verifier alone there is nothing to compare. */
  private readerOf(host: Host, one: Case, rulings: ReadonlyMap<string, Ruling>): Reader | undefined {
    return this.options.hosts.length > 1 ? readerOf(host, one, rulings.get(host.spec) as Ruling) : undefined;
  }

  result(): CampaignResult {
    const { hosts } = this.options;
    return {
      planned: this.planned,
      done: this.collation.done,
      tallies: new Map(hosts.map((host) => [host, this.collation.tallies.get(host.spec) as Tally])),
      failures: this.failures(),
      disagreements: this.disagreements(),
      neverApplicable: this.collation.neverApplicable(),
      costs: this.collation.costs.sheets(),
      samples: new Map([...this.samples].map(([host, sample]) => [host, sample.taken()])),
      stopped: new Set(hosts.filter(({ spec }) => this.deadControls.isStopped(spec))),
    };
  }

  /** Those that an earlier process found are drawn again. */
  private failures(): readonly Failure[] {
    const found = [...this.collation.failures.values()];
    const earlier = found.filter(({ fingerprint }) => !this.live.has(fingerprint));
    const places = new Set(earlier.flatMap(({ first }) => first.failure?.place ?? []));
    const again = casesAt(this.options, places);
    return found.flatMap(({ fingerprint, first, cases }): Failure[] => {
      const host = this.options.hosts.find(({ spec }) => spec === first.verifier);
      const { place = 0, family, seen } = first.failure ?? {};
      const drawn = again.get(place);
      const redrawn = drawn && !isInapplicable(drawn) ? { case: drawn } : undefined;
      const { verdict, kind, note } = first;
      const ruling = { verdict, ...(kind && { kind }), note, ...(family && { family }) };
      const one = this.live.get(fingerprint) ?? (redrawn && { ...redrawn, ruling });
      if (host === undefined || one === undefined) return [];
      const ofControl = first.of === 'control';
      const id = ofControl ? 'valid' : first.attack;
      return [{ fingerprint, host, id, ...one, ...(seen && { seen }), ofControl, cases }];
    });
  }

  private disagreements(): readonly Disagreement[] {
    const found = [...this.collation.disagreements.values()];
    const earlier = found.filter(({ fingerprint }) => !this.apart.has(fingerprint));
    const again = casesAt(this.options, new Set(earlier.map(({ first }) => first.case)));
    return found.flatMap(({ first, ...one }): Disagreement[] => {
      const drawn = this.apart.get(one.fingerprint) ?? again.get(first.case);
      return drawn && !isInapplicable(drawn) ? [{ ...one, case: drawn }] : [];
    });
  }

  private recordControl(host: Host, one: Case, place: number, ruling: Ruling): void {
    const failure = this.failureOf(host, one, place, ruling);
    this.record(host, one, place, ruling, { ...failure, ofControl: true });
  }

  private record(
    host: Host,
    one: Case | Inapplicable,
    place: number,
    ruling: Ruling,
    more: Partial<Pick<CaseRecord, 'dimension' | 'failure' | 'reader' | 'disagreements'>> & {
      readonly ofControl?: true;
    } = {},
  ): void {
    const { dimension = '', failure, reader, disagreements } = more;
    const ofControl = more.ofControl && !isInapplicable(one) ? one : undefined;
    const { id, family } = one.attack;
    const record: CaseRecord = {
      n: this.records++,
      case: ofControl ? (this.twins.get(ofControl.control) as number) : place,
      of: ofControl ? 'control' : family === 'valid' ? 'valid' : 'attacked',
      attack: ofControl ? ofControl.family : id,
      family: ofControl ? 'valid' : (ruling.family ?? family),
      round: one.round,
      verifier: host.spec,
      dimension,
      ruling,
      ...(failure && { failure }),
      ...(reader && { reader }),
      ...(disagreements && { disagreements }),
    };
    this.collation.add(recordLine(record));
    if (failure && !isInapplicable(one) && this.collation.failures.get(failure.fingerprint)?.cases === 1)
      this.live.set(failure.fingerprint, { case: one, ruling });
    this.options.onRecord?.(record);
  }

  /** Of a control where nothing is expected of the case. */
  private failureOf(
    host: Host,
    { attack, choice }: Case,
    place: number,
    ruling: Ruling,
    expect?: Expectation,
  ): { readonly failure?: FailureRecord } {
    if (ruling.verdict !== 'failed') return {};
    const fingerprint = fingerprintOf(host.spec, expect ? attack.id : 'valid', ruling, expect);
    const isFirst = !this.collation.failures.has(fingerprint);
    return {
      failure: {
        fingerprint,
        strength: expect?.strength ?? 'must-accept',
        clause: expect ? cite(expect.clause) : 'valid delivery',
        choice,
        place,
        ...(ruling.family && { family: ruling.family }),
        ...(isFirst && ruling.outcome && { seen: seenOutcome(ruling.outcome) }),
      },
    };
  }
}

/** Which of a policy row's expectations, as far as they differ, and what else it declares. */
export function policyDimension({ attack, expect, dimension }: Case): string {
  if (expect.strength !== 'policy') return '';
  if (expect.varies) return varyingDimension;
  const rows = attack.expects.filter((one) => one.strength === 'policy').map(namesOf);
  const differing = namesOf(expect).filter((name, i) => rows.some((row) => row[i] !== name));
  return [...differing, dimension].filter((one) => one !== undefined).join(', ');
}

function namesOf({ clause, reasons, level }: Expectation): readonly (string | undefined)[] {
  return [cite(clause), reasons?.[0], level];
}

function take<T>(from: Generator<T>, most: number): T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = from.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}
