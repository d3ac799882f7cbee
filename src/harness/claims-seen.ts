/**
 * What of a verifier's claims was seen to work: valid scenarios are drawn that need nothing else, until each claim
 * was part of an accepted one; for what only attacks use, attacks.
 *
 * @module
 */
import { catalogue } from '../attacks/catalogue.ts';
import { validCases } from '../attacks/valid.ts';
import { extrasOf, levels, reaches } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import { extensionsOf } from '../device/recipient.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import { withinClaims } from '../scenarios/within.ts';
import type { Host } from '../verifiers/host.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';
import { unclaimed, unclaimedExtras } from './claims-fit.ts';
import { Course } from './forward.ts';
import { type Device, ScenarioPool } from './scenario-pool.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

export const claimKinds = [
  'event',
  'level',
  'structure',
  'algorithm',
  'digest',
  'command',
  'parameter',
  'extension',
  'extra',
  'report',
] as const;

export type ClaimKind = (typeof claimKinds)[number];

export interface ClaimSeen {
  readonly kind: ClaimKind;
  readonly value: string | number;
  /** `refused`: every valid manifest with it was; of a report: it stood in no answer. */
  readonly status: 'seen' | 'refused' | 'not-seen';
  /** Of the first refusal, or why it was not seen. */
  readonly note?: string;
}

/** Every claim with a key of its own, such as `command 21`. */
export type ClaimKey = `${ClaimKind} ${string | number}`;

export interface DrawOptions {
  readonly seed: number;
  /** A device of one's own. */
  readonly fixed?: FixedPlan;
  /** Draws of each valid family. */
  readonly rounds: number;
  /** Ends the draws early. */
  stop(): boolean;
}

/** Valid cases that need only what is claimed, family after family, round after round. */
export function* fittingCases(subject: Subject, { seed, fixed, rounds, stop }: DrawOptions): Generator<Case> {
  const pool = new ScenarioPool(seed, deviceOf(subject, fixed));
  for (let round = 0; round < rounds && !stop(); round++) {
    for (const family of validCases) {
      const drawn = drawCase(family, round, seed, pool);
      if (!isInapplicable(drawn) && missingFor(subject.claims, drawn).length === 0) yield drawn;
    }
  }
}

/** Attacks that need only what is claimed, and something that only attacks use. */
export function* fittingAttacks(
  subject: Subject,
  { seed, fixed, rounds, stop }: DrawOptions,
): Generator<Case> {
  const pool = new ScenarioPool(seed, deviceOf(subject, fixed));
  for (let round = 0; round < rounds && !stop(); round++) {
    for (const attack of catalogue) {
      if (stop()) return;
      const drawn = drawCase(attack, round, seed, pool);
      if (isInapplicable(drawn) || keysOfMore(drawn).length === 0) continue;
      if (missingFor(subject.claims, drawn).length === 0) yield drawn;
    }
  }
}

/** Who is examined. */
export type Subject = Pick<Host, 'claims' | 'untold'>;

/** What cases for a verifier with these claims are drawn for. */
export function deviceOf({ claims, untold = [] }: Subject, fixed: FixedPlan | undefined): Device {
  const within = withinClaims([{ ...claims, untold }]);
  return { ...(fixed && { fixed }), ...(within && { within }) };
}

/** What a case needs and the claims lack, in words. */
export function missingFor(claims: Claims, one: Case): readonly string[] {
  return [...unclaimed(claims, one.needs), ...unclaimedExtras(claims, [one.control, one.attacked])];
}

const dead: readonly Ruling['kind'][] = ['crashed', 'hung', 'exhausted'];
/** A claim that is part of this many refused manifests is not tried again. */
const tries = 3;
/** Deaths after which nothing more is delivered. */
const deathsAtMost = 3;
/** Cases in a row that show nothing new, after which no more are drawn. */
const patience = 400;

/** Collects what was seen, from any judged delivery. */
export class SeenClaims {
  readonly #claims: Claims;
  readonly #seen = new Set<ClaimKey>();
  /** Of rows that leave the answer open. */
  readonly #answered = new Set<ClaimKey>();
  readonly #refused = new Map<ClaimKey, { readonly note: string; readonly times: number }>();
  #answers = 0;

  constructor(claims: Claims) {
    this.#claims = claims;
  }

  /** Delivers those of the cases that show something new. */
  async seek(host: Host, cases: Iterable<Case>, course: Course = new Course()): Promise<void> {
    const controls = new ControlCache();
    let deaths = 0;
    let idle = 0;
    for (const one of cases) {
      if (!keysOf(one).some((key) => this.#isWanted(key))) {
        if (++idle === patience) return;
        continue;
      }
      idle = 0;
      const { ruling } = await tryCase(host, course.next(one), controls);
      this.add(one, ruling);
      if (dead.includes(ruling.kind)) deaths++;
      if (deaths === deathsAtMost) return;
    }
  }

  /** The same with attacks, for what no valid scenario has. */
  async seekByAttacks(host: Host, options: DrawOptions, course: Course): Promise<void> {
    const open = claimKinds
      .filter(isOfAttacks)
      .flatMap((kind) => claimedOf(this.#claims, kind).map((value): ClaimKey => `${kind} ${value}`));
    const isOpen = (): boolean => open.some((key) => !this.#seen.has(key) && !this.#refused.has(key));
    if (!isOpen()) return;
    const controls = new ControlCache();
    for (const one of fittingAttacks(host, { ...options, stop: () => options.stop() || !isOpen() })) {
      if (!keysOfMore(one).some((key) => this.#isWanted(key))) continue;
      const { ruling } = await tryCase(host, course.next(one), controls);
      this.addAnswer(ruling.outcome);
      const shown = {
        proven: this.#seen,
        unattributed: this.#seen,
        accepted: this.#seen,
        policy: this.#answered,
      };
      const found = shown[ruling.verdict as keyof typeof shown];
      for (const key of keysOfMore(one)) found?.add(key);
      if (ruling.verdict === 'weak' || ruling.verdict === 'failed')
        this.#refuse(keysOfMore(one), `${one.attack.id}: ${ruling.note}`);
      if (dead.includes(ruling.kind)) return;
    }
  }

  add(one: Case, ruling: Ruling): void {
    this.addAnswer(ruling.outcome);
    if (ruling.verdict === 'accepted') for (const key of keysOf(one)) this.#seen.add(key);
    if (ruling.verdict === 'failed') this.#refuse(keysOf(one), `${one.family}: ${ruling.note}`);
  }

  #refuse(keys: readonly ClaimKey[], note: string): void {
    for (const key of keys) {
      const before = this.#refused.get(key);
      this.#refused.set(key, {
        note: before?.note ?? note,
        times: (before?.times ?? 0) + 1,
      });
    }
  }

  /** What an answer reports, and how far an acceptance went. */
  addAnswer(outcome: Outcome | undefined): void {
    if (outcome?.kind !== 'accepted' && outcome?.kind !== 'rejected') return;
    this.#answers++;
    if (outcome.kind === 'accepted') {
      for (const level of levels) if (reaches(outcome.level, level)) this.#seen.add(`level ${level}`);
    } else {
      if (outcome.stage !== undefined) this.#seen.add('report stage');
      if (outcome.reason !== undefined) this.#seen.add('report reason');
    }
    if ((outcome.state?.full ?? outcome.state)?.sequenceNumber !== undefined)
      this.#seen.add('report sequence');
    if (outcome.state?.components ?? outcome.state?.full) this.#seen.add('report components');
    if (outcome.effects !== undefined) this.#seen.add('report effects');
    if (outcome.cost !== undefined) this.#seen.add('report cost');
  }

  list(): readonly ClaimSeen[] {
    return claimKinds.flatMap((kind) =>
      claimedOf(this.#claims, kind).map((value): ClaimSeen => {
        const key: ClaimKey = `${kind} ${value}`;
        if (this.#seen.has(key)) return { kind, value, status: 'seen' };
        const refused = this.#refused.get(key);
        if (refused !== undefined) return { kind, value, status: 'refused', note: refused.note };
        if (this.#answered.has(key)) return { kind, value, status: 'seen' };
        if (kind === 'report' && this.#answers > 0)
          return { kind, value, status: 'refused', note: 'it stood in no answer' };
        return { kind, value, status: 'not-seen', note: whyNot(kind) };
      }),
    );
  }

  #isWanted(key: ClaimKey): boolean {
    return !this.#seen.has(key) && (this.#refused.get(key)?.times ?? 0) < tries;
  }
}

function whyNot(kind: ClaimKind): string {
  if (kind === 'level') return 'no acceptance went so far';
  if (isOfAttacks(kind)) return 'no case with it that was tried needs only what is claimed';
  return 'no valid manifest that was drawn needs it and nothing unclaimed';
}

function claimedOf(claims: Claims, kind: ClaimKind): readonly (string | number)[] {
  const lists: Readonly<Record<ClaimKind, readonly (string | number)[]>> = {
    event: claims.events,
    level: claims.levels,
    structure: claims.structures,
    algorithm: claims.algorithms,
    digest: claims.digests,
    command: claims.commands,
    parameter: claims.parameters,
    extension: claims.extensions,
    extra: claims.extras ?? [],
    report: claims.reports,
  };
  return lists[kind];
}

/** What an acceptance of this case shows to work. */
function keysOf({ needs, control }: Case): readonly ClaimKey[] {
  const of = (kind: ClaimKind, values: readonly (string | number)[]): readonly ClaimKey[] =>
    values.map((value): ClaimKey => `${kind} ${value}`);
  return [
    ...of('event', needs.events),
    ...of('structure', needs.structures),
    ...of('algorithm', needs.algorithms),
    ...of('digest', needs.digests),
    ...of('command', needs.commands),
    ...of('parameter', needs.parameters),
    ...of('extension', [...(needs.extensions ?? []), ...extensionsOf(control.recipient)]),
    ...of('extra', [...new Set(control.steps.flatMap(({ delivery }) => extrasOf(delivery)))]),
  ];
}

/** What recipients and deliveries of an attack have beyond the base. */
function keysOfMore({ control, attacked }: Case): readonly ClaimKey[] {
  const steps = [control, attacked].flatMap((run) => run.steps);
  const recipients = [control, attacked].map(({ recipient }) => recipient);
  const keys = [
    ...recipients.flatMap(extensionsOf).map((one): ClaimKey => `extension ${one}`),
    ...steps.flatMap(({ delivery }) => extrasOf(delivery)).map((one): ClaimKey => `extra ${one}`),
  ];
  return [...new Set(keys)];
}

function isOfAttacks(kind: ClaimKind): boolean {
  return kind === 'extension' || kind === 'extra';
}
