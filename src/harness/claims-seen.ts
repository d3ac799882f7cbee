/**
 * What of a verifier's claims was seen to work: valid scenarios are drawn that need nothing else, until each claim
 * was part of an accepted one.
 *
 * @module
 */
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
export function* fittingCases(claims: Claims, { seed, fixed, rounds, stop }: DrawOptions): Generator<Case> {
  const pool = new ScenarioPool(seed, deviceOf(claims, fixed));
  for (let round = 0; round < rounds && !stop(); round++) {
    for (const family of validCases) {
      const drawn = drawCase(family, round, seed, pool);
      if (!isInapplicable(drawn) && missingFor(claims, drawn).length === 0) yield drawn;
    }
  }
}

/** What cases for a verifier with these claims are drawn for. */
export function deviceOf(claims: Claims, fixed: FixedPlan | undefined): Device {
  const within = withinClaims([claims]);
  return { ...(fixed && { fixed }), ...(within && { within }) };
}

/** What a case needs and the claims lack, in words. */
export function missingFor(claims: Claims, one: Case): readonly string[] {
  return [...unclaimed(claims, one.needs), ...unclaimedExtras(claims, [one.control, one.attacked])];
}

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
      if (ruling.kind === 'crashed' || ruling.kind === 'hung' || ruling.kind === 'exhausted') deaths++;
      if (deaths === deathsAtMost) return;
    }
  }

  add(one: Case, ruling: Ruling): void {
    this.addAnswer(ruling.outcome);
    if (ruling.verdict === 'accepted') for (const key of keysOf(one)) this.#seen.add(key);
    if (ruling.verdict !== 'failed') return;
    for (const key of keysOf(one)) {
      const before = this.#refused.get(key);
      this.#refused.set(key, {
        note: before?.note ?? `${one.family}: ${ruling.note}`,
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
  if (kind === 'extra')
    return 'attacks alone use it, or no valid scenario with it needs only what is claimed';
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
