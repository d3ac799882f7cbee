/**
 * One job of a fuzzing run: breeds the cases of a batch, delivers them to its own verifiers and has them judged.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import { replayable } from '../attacks/replayable.ts';
import { keepKey } from '../scenarios/keyring.ts';
import type { Host } from '../verifiers/host.ts';
import { openVerifier } from '../verifiers/transports/open.ts';
import { behaviourOf, differenceOf } from './behaviour.ts';
import { breed, type Parent, ScenarioCache } from './breed.ts';
import { policyDimension } from './campaign.ts';
import { type Case, drawCase, type Inapplicable, isInapplicable } from './case.ts';
import { asCase, casesToReplay } from './corpus.ts';
import { caseFromFile, caseToFile, type Finding, fingerprintOf } from './finding.ts';
import { type FindingOptions, storedFinding, triesFor } from './findings.ts';
import { batchSize, type CountedRecord, differenceKey, type FuzzSetup, type Origin } from './fuzz-lines.ts';
import type {
  BatchOrder,
  CaseReport,
  FoundFailure,
  FuzzJob,
  JobOptions,
  News,
  ShrinkOrder,
} from './fuzz-orders.ts';
import { FuzzTurns, turnAt } from './fuzz-turns.ts';
import { logged } from './logged-outcome.ts';
import { ScenarioPool } from './scenario-pool.ts';
import { planned } from './shrink.ts';
import { shrinkBred } from './shrink-bred.ts';
import { type CaseRuling, ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

/** Throws BenchError where a verifier or a corpus cannot be had. `open`: how a verifier is had; default: by its spec. */
export async function openJob(
  options: JobOptions,
  open: (spec: string) => Promise<Host> = opener(options),
): Promise<FuzzJob> {
  const { setup, key } = options;
  if (key !== undefined) keepKey(key);
  const attacks = attacksOf(setup);
  const stored = storedCases(setup, attacks);
  const hosts: Host[] = [];
  try {
    for (const spec of setup.verifiers) hosts.push(await open(spec));
  } catch (thrown) {
    await Promise.all(hosts.map((host) => host.close()));
    throw thrown;
  }
  return new Job(options, hosts, attacks, stored);
}

function opener({ setup, entries = [], profile }: JobOptions): (spec: string) => Promise<Host> {
  const choices = { deadlineMs: setup.deadline, memoryMiB: setup.memoryMiB, entries };
  return (spec) => openVerifier(spec, { ...choices, ...(profile && { profile }) });
}

function attacksOf({ attacks }: FuzzSetup): readonly AnyAttack[] {
  const known = new Map(replayable.map((attack) => [attack.id, attack]));
  return attacks.map((id) => known.get(id) as AnyAttack);
}

/** Throws BenchError naming folder or file. */
export function storedCases(
  { corpora, composes, fixed }: FuzzSetup,
  attacks: readonly AnyAttack[],
): readonly Case[] {
  // They are of other devices.
  if (fixed !== undefined) return [];
  return casesToReplay(corpora, (attack) => attacks.includes(attack) || (composes && !isListed(attack)));
}

/** Has it a turn of its own where the whole catalogue is run? */
function isListed({ id }: AnyAttack): boolean {
  return !/^(pair|history|blind)\./.test(id);
}

/** COSE id: a verifier's key is then the author's, and a secret. */
const hmac256 = 5;

class Job implements FuzzJob {
  private readonly options: JobOptions;
  private readonly hosts: readonly Host[];
  private readonly attacks: readonly AnyAttack[];
  private readonly stored: readonly Case[];
  private readonly parents: Parent[] = [];
  private readonly known = new Set<string>();
  private readonly stopped = new Set<string>();
  private readonly pool: ScenarioPool;
  private readonly turns: FuzzTurns;
  private isClosed = false;

  constructor(
    options: JobOptions,
    hosts: readonly Host[],
    attacks: readonly AnyAttack[],
    stored: readonly Case[],
  ) {
    this.options = options;
    this.hosts = hosts;
    this.attacks = attacks;
    this.stored = stored;
    this.turns = new FuzzTurns(attacks, options.setup.seed);
    this.pool = new ScenarioPool(options.setup.seed, options.setup);
  }

  tell({ parents, behaviours, differences, fingerprints, stopped }: News): void {
    this.parents.push(...parents);
    for (const [verifier, texts] of Object.entries(behaviours))
      for (const text of texts) this.known.add(behaviourKey(verifier, text));
    for (const key of [...differences, ...fingerprints]) this.known.add(key);
    for (const spec of stopped) this.stopped.add(spec);
  }

  async *batch({ number, corpus, end }: BatchOrder): AsyncGenerator<CaseReport> {
    const scenarios = new ScenarioCache();
    const controls = this.hosts.map(() => new ControlCache());
    const parents = this.parents.slice(0, corpus);
    const first = number * batchSize;
    const cases = Array.from({ length: Math.max(0, Math.min(batchSize, end - first)) }, (_, i) =>
      this.caseAt(first + i, parents, scenarios),
    );
    const answers = cases.map(({ case: one }) =>
      this.hosts.map((host, h) => this.answer(host, one, controls[h] as ControlCache)),
    );
    for (const [i, { origin, case: one }] of cases.entries()) {
      const rulings = await Promise.all(answers[i] ?? []);
      // Whatever was under way when the verifiers were closed looks like a crash.
      if (this.isClosed) return;
      yield this.report(first + i, origin, one, rulings);
    }
  }

  async shrink({ finding, file }: ShrinkOrder): Promise<Finding> {
    const host = this.hosts.find(({ spec }) => spec === finding.verifier);
    const attack = replayable.find(({ id }) => id === finding.attack);
    if (host === undefined || attack === undefined) return finding;
    const one = asCase(caseFromFile(file, finding.id), [attack], finding.id);
    const { ruling } = await tryCase(host, one, new ControlCache());
    // A verifier that no longer answers so has nothing to shrink towards.
    if (ruling.verdict !== 'failed' || ruling.kind !== finding.kind) return finding;
    const failure = { fingerprint: finding.fingerprint, host, id: attack.id, case: one, ruling };
    const most = triesFor({ ruling, ofControl: false }, this.options.setup.shrinkTries);
    const shrunk = await shrinkBred(host, one, ruling, most);
    if (this.isClosed) return finding;
    return storedFinding({ ...failure, ofControl: false, cases: finding.cases }, shrunk, this.storage);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.hosts.map((host) => host.close()));
  }

  private get storage(): Pick<FindingOptions, 'folder' | 'config' | 'withoutSecrets'> {
    const { folder, config, setup } = this.options;
    return {
      withoutSecrets: setup.fixed?.algorithm === hmac256,
      ...(folder !== undefined && { folder }),
      ...(config !== undefined && { config }),
    };
  }

  /** The stored cases, then each attack once, then what is bred and the further rounds of all attacks by turns. */
  private caseAt(
    n: number,
    parents: readonly Parent[],
    scenarios: ScenarioCache,
  ): { readonly origin: Origin; readonly case: Case | Inapplicable } {
    const stored = this.stored[n];
    if (stored !== undefined) return { origin: 'stored', case: { ...stored, round: n } };
    const { setup } = this.options;
    const turn = turnAt(n - this.stored.length, this.attacks.length);
    if (turn !== undefined) {
      const { attack, round, choiceRound } = this.turns.at(turn);
      const one = drawCase(attack, round, setup.seed, this.pool, choiceRound);
      return { origin: 'turn', case: { ...one, round: n } };
    }
    const { way, case: one } = breed(n, parents, { ...setup, attacks: this.attacks }, scenarios);
    return { origin: way, case: one };
  }

  private async answer(host: Host, one: Case | Inapplicable, controls: ControlCache): Promise<CaseRuling> {
    if (isInapplicable(one))
      return { ruling: { verdict: 'inapplicable', note: 'no scenario was drawn on which it has a meaning' } };
    if (this.stopped.has(host.spec))
      return { ruling: { verdict: 'inconclusive', note: 'stopped after three dead controls in a row' } };
    return tryCase(host, one, controls);
  }

  private report(
    n: number,
    origin: Origin,
    one: Case | Inapplicable,
    rulings: readonly CaseRuling[],
  ): CaseReport {
    const records: CountedRecord[] = [];
    const behaviours: Record<string, string> = {};
    const findings: FoundFailure[] = [];
    const dead: string[] = [];
    const alive: string[] = [];
    let isNew = false;
    for (const [h, host] of this.hosts.entries()) {
      const found = rulings[h] as CaseRuling;
      const { ruling, control } = found;
      const { attack } = one;
      if (isInapplicable(one)) {
        records.push(this.recordOf(host, attack, ruling));
        continue;
      }
      if (control !== undefined) {
        (isDead(control) ? dead : alive).push(host.spec);
        const fingerprint = this.failure(host, one, control, true, findings);
        records.push({
          ...this.recordOf(host, { id: one.family, family: 'valid' }, control),
          ...fingerprint,
        });
      }
      const fingerprint = this.failure(host, one, ruling, false, findings);
      records.push({ ...this.recordOf(host, attack, ruling, policyDimension(one)), ...fingerprint });
      if (ruling.verdict === 'skipped') continue;
      const behaviour = behaviourOf(found);
      behaviours[host.spec] = behaviour;
      isNew = this.isNew(behaviourKey(host.spec, behaviour)) || isNew;
    }
    const difference = isInapplicable(one) ? undefined : differenceOf(this.hosts, rulings, one);
    if (difference !== undefined) isNew = this.isNew(differenceKey(difference)) || isNew;
    return {
      n,
      origin,
      attack: one.attack.id,
      records,
      behaviours,
      ...(difference && { difference }),
      dead,
      alive,
      findings,
      ...(isNew && !isInapplicable(one) && { file: caseToFile(breedable(one, origin), this.storage) }),
    };
  }

  private recordOf(
    { spec }: Host,
    attack: { readonly id: string; readonly family: CountedRecord['family'] },
    { verdict, outcome, family }: Ruling,
    dimension = '',
  ): CountedRecord {
    return {
      verifier: spec,
      attack: attack.id,
      family: family ?? attack.family,
      verdict,
      dimension,
      ...(outcome && { outcome: logged(outcome) }),
    };
  }

  /** Stores a failure of a kind that this job had not heard of. */
  private failure(
    host: Host,
    one: Case,
    ruling: Ruling,
    ofControl: boolean,
    findings: FoundFailure[],
  ): { readonly fingerprint?: string } {
    if (ruling.verdict !== 'failed') return {};
    const id = ofControl ? 'valid' : one.attack.id;
    const fingerprint = fingerprintOf(host.spec, id, ruling, ofControl ? undefined : one.expect);
    if (this.isNew(fingerprint)) {
      const failure = { fingerprint, host, id, case: one, ruling, ofControl, cases: 1 };
      const finding = storedFinding(failure, { smallest: one, ruling, tries: 0 }, this.storage);
      // A stored case without its key shows nothing any more.
      const isSettled = ofControl || one.plan === undefined || this.storage.withoutSecrets;
      findings.push({ finding, isSettled });
    }
    return { fingerprint };
  }

  private isNew(key: string): boolean {
    if (this.known.has(key)) return false;
    this.known.add(key);
    return true;
  }
}

/** A plan that an older version stored may make another scenario, or none: then nothing is bred from it. */
function breedable(one: Case, origin: Origin): Case {
  const { plan, ...rest } = one;
  return origin !== 'stored' || (plan && planned(one, plan)) ? one : rest;
}

function isDead({ kind }: Ruling): boolean {
  return kind === 'crashed' || kind === 'hung' || kind === 'exhausted';
}

function behaviourKey(verifier: string, behaviour: string): string {
  return `${verifier}\n${behaviour}`;
}
