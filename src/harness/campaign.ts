/**
 * A campaign: the same sequence of cases to every verifier, judged and counted as the answers come.
 *
 * Corpus first, then round after round of all attacks in the catalogue's order. A time budget cuts the
 * sequence short; it never changes it.
 *
 * @module
 */
import type { AnyAttack, Expectation } from '../attacks/attack.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import type { Run, Scenario } from '../scenarios/scenario.ts';
import { cite } from '../suit/clause.ts';
import type { Host } from '../verifiers/host.ts';
import { type Case, drawCase, drawCaseOn, type Inapplicable, isInapplicable } from './case.ts';
import { type Composed, composedCases } from './composed-cases.ts';
import { fingerprintOf, readingFingerprint } from './finding.ts';
import { isSampleable, type Sampled, sampleSize } from './order-check.ts';
import { type Difference, parted, type Reader, readingOf } from './readings.ts';
import { ScenarioPool } from './scenario-pool.ts';
import { count, emptyTally, type Tally, varyingDimension } from './tally.ts';
import { type CaseRuling, ControlCache, isUnchanged, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

export interface CampaignOptions extends Composed {
  readonly hosts: readonly Host[];
  readonly attacks: readonly AnyAttack[];
  /** Past cases, replayed before anything is generated. */
  readonly stored: readonly Case[];
  readonly seed: number;
  /** Rounds: cases per attack. */
  readonly runs: number;
  /** The rounds before this one are left out; default 0. */
  readonly firstRound?: number;
  /** A user's own device, which the scenarios are generated for. */
  readonly fixed?: FixedPlan;
  /** A user's own envelope, in place of generated scenarios. */
  readonly scenario?: Scenario;
  /** Asked between batches; true ends the sequence here. */
  readonly stop?: () => boolean;
  readonly onRecord?: (record: CaseRecord) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/** One line of results.jsonl. */
export interface CaseRecord {
  readonly n: number;
  /** The case's place in the sequence; of a control, the place of the first case that it is the twin of. */
  readonly case: number;
  readonly of: 'control' | 'attacked';
  /** The attack's id; of a control, the valid family's. */
  readonly attack: string;
  /** The attack's family; `valid` for a control. */
  readonly family: AnyAttack['family'] | 'valid';
  readonly round: number;
  readonly verifier: string;
  /** Policy rows: the declared dimension. */
  readonly dimension: string;
  readonly ruling: Ruling;
  /** What it says came of a delivery that it accepted. */
  readonly reader?: Reader;
  /** Where it failed: what makes a finding of it. */
  readonly failure?: FailureRecord;
}

export interface FailureRecord {
  readonly fingerprint: string;
  readonly strength: string;
  readonly clause: string;
  readonly choice: unknown;
}

export interface Progress {
  readonly done: number;
  readonly planned: number;
  readonly failures: number;
}

/** The first case that showed a defect, and how many did. */
export interface Failure {
  readonly fingerprint: string;
  readonly host: Host;
  /** The attack's id, or `valid` where the control itself failed, in whatever family. */
  readonly id: string;
  readonly case: Case;
  readonly ruling: Ruling;
  readonly ofControl: boolean;
  cases: number;
}

/** The first case in which two verifiers read the same bytes differently, and how many there were. */
export interface Disagreement {
  readonly fingerprint: string;
  readonly host: Host;
  /** Spec of the verifier that it differs from. */
  readonly base: string;
  readonly case: Case;
  readonly ruling: Ruling;
  readonly differences: readonly Difference[];
  cases: number;
}

export interface CampaignResult {
  /** Cases planned for each verifier, and those reached before the time ran out. */
  readonly planned: number;
  readonly done: number;
  readonly rounds: number;
  readonly tallies: ReadonlyMap<Host, Tally>;
  readonly failures: readonly Failure[];
  readonly disagreements: readonly Disagreement[];
  /** Attacks that had no meaning in any round. */
  readonly neverApplicable: readonly string[];
  /** Verifiers given up after three dead controls in a row. */
  readonly stopped: ReadonlySet<Host>;
  /** Decided cases, evenly over the run, to be repeated in another order. */
  readonly samples: ReadonlyMap<Host, readonly Sampled[]>;
}

const batchSize = 32;
const deadControlsToStop = 3;

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const state = new CampaignState(options);
  const sequence = casesOf(options);
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

class CampaignState {
  private readonly options: CampaignOptions;
  private readonly tallies: Map<Host, Tally>;
  private readonly failures = new Map<string, Failure>();
  private readonly disagreements = new Map<string, Disagreement>();
  private readonly applicable = new Set<string>();
  private readonly seen = new Set<string>();
  /** Dead controls in a row; absent: no control has been answered yet. */
  private readonly deadControls = new Map<Host, number>();
  private readonly turns = new Map<Host, Promise<void>>();
  private readonly stopped = new Set<Host>();
  private readonly samples = new Map<Host, Sampled[]>();
  private readonly controls: Map<Host, ControlCache>;
  private readonly planned: number;
  private readonly twins = new WeakMap<Run, number>();
  private begun = 0;
  private done = 0;
  private records = 0;
  private rounds = 0;

  constructor(options: CampaignOptions) {
    this.options = options;
    this.tallies = new Map(options.hosts.map((host) => [host, emptyTally()]));
    this.controls = new Map(options.hosts.map((host) => [host, new ControlCache()]));
    this.planned = plannedCases(options);
  }

  /** Delivers a batch to all verifiers; records are made in the sequence's order, whoever answers first. */
  async start(batch: readonly (Case | Inapplicable)[], previous: Promise<void>): Promise<void> {
    const first = this.begun;
    this.begun += batch.length;
    const rulings = batch.map((one) =>
      this.options.hosts.map((host) => (isInapplicable(one) ? undefined : this.rule(host, one))),
    );
    await previous;
    for (const [i, one] of batch.entries()) {
      this.seen.add(one.attack.id);
      this.rounds = Math.max(this.rounds, one.round + 1);
      if (!isInapplicable(one)) {
        this.applicable.add(one.attack.id);
        if (!this.twins.has(one.control)) this.twins.set(one.control, first + i);
      }
      const readers = new Map<Reader, { readonly host: Host; readonly ruling: Ruling }>();
      for (const [h, host] of this.options.hosts.entries()) {
        const found = await rulings[i]?.[h];
        if (found === undefined || isInapplicable(one)) {
          const note = 'no scenario was drawn on which it has a meaning';
          this.record(host, one.attack, one.round, { verdict: 'inapplicable', note }, first + i);
          continue;
        }
        this.sample(host, one, found.ruling, first + i);
        if (found.control !== undefined) this.recordControl(host, one, found.control);
        const failure = this.failureOf(host, one, found.ruling, one.expect);
        const reader = readerOf(host, one, found.ruling);
        if (reader) readers.set(reader, { host, ruling: found.ruling });
        this.record(host, one.attack, one.round, found.ruling, first + i, {
          dimension: policyDimension(one),
          ...failure,
          ...(reader && { reader }),
        });
        if (failure.failure) this.addFailure(host, failure.failure, one, found.ruling, false);
      }
      if (!isInapplicable(one)) this.compareReadings(one, readers);
      this.done++;
    }
    const { done, planned } = this;
    this.options.onProgress?.({ done, planned, failures: this.failures.size });
  }

  result(): CampaignResult {
    return {
      planned: this.planned,
      done: this.done,
      rounds: this.rounds,
      tallies: this.tallies,
      failures: [...this.failures.values()],
      disagreements: [...this.disagreements.values()],
      neverApplicable: [...this.seen].filter((id) => !this.applicable.has(id)),
      stopped: this.stopped,
      samples: this.samples,
    };
  }

  private sample(host: Host, one: Case, ruling: Ruling, place: number): void {
    const every = Math.max(1, Math.floor(this.planned / sampleSize));
    if (place % every !== 0 || !isSampleable(host, one, ruling)) return;
    const sampled = this.samples.get(host) ?? [];
    this.samples.set(host, sampled);
    if (sampled.length < sampleSize) sampled.push({ case: one, ruling });
  }

  /**
   * One case at a time until a host has shown that it lives, and again after a dead control: so that three dead
   * controls in a row stop it there, and not a batch later.
   */
  private async rule(host: Host, one: Case): Promise<CaseRuling> {
    const turn = this.turns.get(host);
    let next: () => void = () => {};
    this.turns.set(
      host,
      new Promise((resolve) => {
        next = resolve;
      }),
    );
    await turn;
    if (this.deadControls.get(host) === 0) next();
    try {
      if (this.stopped.has(host))
        return { ruling: { verdict: 'inconclusive', note: 'stopped after three dead controls in a row' } };
      const found = await tryCase(host, one, this.controls.get(host) as ControlCache);
      const control = found.control ?? (isUnchanged(one) ? found.ruling : undefined);
      if (control !== undefined) this.countDeath(host, control);
      return found;
    } finally {
      next();
    }
  }

  private countDeath(host: Host, control: Ruling): void {
    const dead = control.kind === 'crashed' || control.kind === 'hung' || control.kind === 'exhausted';
    const inARow = dead ? (this.deadControls.get(host) ?? 0) + 1 : 0;
    this.deadControls.set(host, inARow);
    if (inARow >= deadControlsToStop) this.stopped.add(host);
  }

  private recordControl(host: Host, one: Case, ruling: Ruling): void {
    const place = this.twins.get(one.control) as number;
    const failure = this.failureOf(host, one, ruling);
    this.record(host, { id: one.family, family: 'valid' }, one.round, ruling, place, failure);
    if (failure.failure) this.addFailure(host, failure.failure, one, ruling, true);
  }

  private record(
    host: Host,
    attack: { readonly id: string; readonly family: AnyAttack['family'] | 'valid' },
    round: number,
    ruling: Ruling,
    place: number,
    more: Partial<Pick<CaseRecord, 'dimension' | 'failure' | 'reader'>> = {},
  ): void {
    const { dimension = '', failure, reader } = more;
    const { spec } = host;
    const { id } = attack;
    const family = ruling.family ?? attack.family;
    count(this.tallies.get(host) as Tally, { id, family }, ruling.verdict, ruling.outcome, dimension);
    this.options.onRecord?.({
      n: this.records++,
      case: place,
      of: family === 'valid' ? 'control' : 'attacked',
      attack: id,
      family,
      round,
      verifier: spec,
      dimension,
      ruling,
      ...(failure && { failure }),
      ...(reader && { reader }),
    });
  }

  /** Of a control where nothing is expected of the case. */
  private failureOf(
    host: Host,
    { attack, choice }: Case,
    ruling: Ruling,
    expect?: Expectation,
  ): { readonly failure?: FailureRecord } {
    if (ruling.verdict !== 'failed') return {};
    const fingerprint = fingerprintOf(host.spec, expect ? attack.id : 'valid', ruling, expect);
    const clause = expect ? cite(expect.clause) : 'valid delivery';
    return { failure: { fingerprint, strength: expect?.strength ?? 'must-accept', clause, choice } };
  }

  /** Those that accepted the case, against the reading that most of them share. */
  private compareReadings(
    one: Case,
    readers: ReadonlyMap<Reader, { readonly host: Host; readonly ruling: Ruling }>,
  ): void {
    for (const { base, other, differences } of parted([...readers.keys()])) {
      const { host, ruling } = readers.get(other) as { readonly host: Host; readonly ruling: Ruling };
      const what = differences.map((difference) => difference.what.replace(/\d+/, '#'));
      const fingerprint = readingFingerprint([host.spec, base.verifier, one.attack.id, ...new Set(what)]);
      const known = this.disagreements.get(fingerprint);
      if (known !== undefined) known.cases++;
      else
        this.disagreements.set(fingerprint, {
          fingerprint,
          host,
          base: base.verifier,
          case: one,
          ruling,
          differences,
          cases: 1,
        });
    }
  }

  private addFailure(
    host: Host,
    { fingerprint }: FailureRecord,
    one: Case,
    ruling: Ruling,
    ofControl: boolean,
  ): void {
    const known = this.failures.get(fingerprint);
    const id = ofControl ? 'valid' : one.attack.id;
    if (known === undefined)
      this.failures.set(fingerprint, { fingerprint, host, id, case: one, ruling, ofControl, cases: 1 });
    else known.cases++;
  }
}

/** Inconclusive is what came of another delivery than the judged one. */
function readerOf({ spec, claims }: Host, one: Case, { outcome, verdict }: Ruling): Reader | undefined {
  if (outcome?.kind !== 'accepted' || verdict === 'inconclusive') return undefined;
  const reading = readingOf(one, outcome, claims);
  return reading && { verifier: spec, level: outcome.level, reading };
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

/** The sequence of cases, drawn as it is read. */
export function* casesOf(
  options: Pick<
    CampaignOptions,
    'stored' | 'scenario' | 'fixed' | 'seed' | 'runs' | 'firstRound' | 'attacks' | keyof Composed
  >,
): Generator<Case | Inapplicable> {
  yield* options.stored;
  const { scenario, seed, firstRound = 0, runs } = options;
  const pool = new ScenarioPool(seed, options.fixed);
  for (let round = firstRound; round < runs; round++) {
    for (const attack of options.attacks)
      yield scenario ? drawCaseOn(scenario, attack, round, seed) : drawCase(attack, round, seed, pool);
    yield* composedCases(options, seed, { round: round - firstRound, of: runs - firstRound }, scenario);
  }
  if (runs <= firstRound) yield* composedCases(options, seed, { round: 0, of: 1 }, scenario);
}

/** For each verifier. */
export function plannedCases({
  stored,
  attacks,
  runs,
  firstRound = 0,
  histories = 0,
  pairs = 0,
}: Pick<CampaignOptions, 'stored' | 'attacks' | 'runs' | 'firstRound' | keyof Composed>): number {
  return stored.length + attacks.length * Math.max(0, runs - firstRound) + histories + pairs;
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
