/**
 * Disagreements of a campaign: cases that several verifiers accept and read differently.
 *
 * @module
 */
import type { Host } from '../verifiers/host.ts';
import type { Case } from './case.ts';
import { readingFingerprint, type SeenOutcome, seenOutcome } from './finding.ts';
import { type Difference, parted, type Reader, readingOf } from './readings.ts';
import type { Ruling } from './verdict.ts';

/** One verifier's reading against the one that most of them share. */
export interface DisagreementRecord {
  readonly fingerprint: string;
  readonly verifier: string;
  /** Spec of the verifier that it differs from. */
  readonly base: string;
  readonly differences: readonly Difference[];
  /** Of the first with this fingerprint: what it answered. */
  readonly seen?: SeenOutcome;
}

/** What a verifier read. Inconclusive is what came of another delivery than the judged one. */
export function readerOf(
  { spec, claims }: Host,
  one: Case,
  { outcome, verdict }: Ruling,
): Reader | undefined {
  if (outcome?.kind !== 'accepted' || verdict === 'inconclusive') return undefined;
  const reading = readingOf(one, outcome, claims);
  return reading && { verifier: spec, level: outcome.level, reading };
}

/** Of those that accepted the case; `rulings` by verifier. */
export function disagreementsOn(
  { attack }: Case,
  readers: readonly Reader[],
  rulings: ReadonlyMap<string, Ruling>,
  isKnown: (fingerprint: string) => boolean,
): readonly DisagreementRecord[] {
  return parted(readers).map(({ base, other, differences }) => {
    const { verifier } = other;
    const what = differences.map((difference) => difference.what.replace(/\d+/, '#'));
    const fingerprint = readingFingerprint([verifier, base.verifier, attack.id, ...new Set(what)]);
    const outcome = rulings.get(verifier)?.outcome;
    const seen = isKnown(fingerprint) ? undefined : outcome && seenOutcome(outcome);
    return { fingerprint, verifier, base: base.verifier, differences, ...(seen && { seen }) };
  });
}
