/**
 * From verifiers that accept the same bytes and read them differently to findings: shrunk, stored, with both readings.
 *
 * @module
 */
import { cite } from '../suit/clause.ts';
import type { Host } from '../verifiers/host.ts';
import type { Disagreement } from './campaign.ts';
import type { Case } from './case.ts';
import { disagreementsOn, readerOf } from './disagreements.ts';
import type { Finding } from './finding.ts';
import type { FindingOptions } from './findings.ts';
import { compareLine, storeCase } from './keep-case.ts';
import type { Difference } from './readings.ts';
import { shrinkWhile } from './shrink.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

/** A disagreement, and whether tries were made to find a smaller case of it. */
export interface ShrunkDisagreement extends Disagreement {
  readonly shrunk?: boolean;
}

/** On the smallest case that the two still read differently in the same things. */
export async function shrunkDisagreement(
  found: Disagreement,
  hosts: readonly Host[],
  { seed, shrinkTries, scenario }: Pick<FindingOptions, 'seed' | 'shrinkTries' | 'scenario'>,
): Promise<ShrunkDisagreement> {
  const of = [found.base, found.verifier];
  const both = of.flatMap((spec) => hosts.find((host) => host.spec === spec) ?? []);
  if (shrinkTries === 0 || both.length < 2) return found;
  let latest = found;
  const controls = new Map(both.map((host) => [host, new ControlCache()]));
  const still = async (one: Case): Promise<Ruling | undefined> => {
    const seen = await disagreementOn(one, controls, found);
    if (seen !== undefined) latest = { ...found, ...seen.record, case: one };
    return seen?.ruling;
  };
  // What it is at first hangs on the one verifier alone: the other's answer is not shrunk towards.
  const first = await still(found.case);
  if (first === undefined) return found;
  const options = { seed, maxTries: shrinkTries, ...(scenario && { scenario }) };
  const { smallest, tries } = await shrinkWhile(found.case, first, options, still);
  return { ...latest, case: smallest, ...(tries > 0 && { shrunk: true }) };
}

/** The case to both; undefined: they no longer part, or over something else. */
async function disagreementOn(
  one: Case,
  controls: ReadonlyMap<Host, ControlCache>,
  { fingerprint }: Disagreement,
) {
  const rulings = new Map<string, Ruling>();
  for (const [host, cache] of controls) rulings.set(host.spec, (await tryCase(host, one, cache)).ruling);
  const readers = [...controls.keys()].flatMap(
    (host) => readerOf(host, one, rulings.get(host.spec) as Ruling) ?? [],
  );
  const record = disagreementsOn(one, readers, rulings, () => false).find(
    (found) => found.fingerprint === fingerprint,
  );
  return record && { record, ruling: rulings.get(record.verifier) as Ruling };
}

/** Stores its case, and says how it is seen again. */
export function disagreementFinding(
  { fingerprint, verifier, base, case: found, differences, seen, cases, shrunk = false }: ShrunkDisagreement,
  options: Pick<FindingOptions, 'folder' | 'config' | 'withoutSecrets'>,
): Finding {
  const note = disagreementNote(base, verifier, differences);
  const kind = 'reads-differently';
  const { id: name, bytes } = storeCase(found, {
    ...options,
    ofControl: false,
    seen: { verifier, kind, note },
  });
  const { strength, clause } = found.expect;
  return {
    id: `${name}-${fingerprint.slice(0, 4)}`,
    fingerprint,
    verifier,
    kind,
    attack: found.attack.id,
    strength,
    clause: cite(clause),
    choice: found.choice,
    note,
    ...(seen && { outcome: seen }),
    readings: differences,
    cases,
    shrunk,
    ...(bytes && { bytes: bytes.length }),
    replay: compareLine(name, [base, verifier], options),
  };
}

/** Both readings in words: "component 0 is empty there, 3 bytes here". */
export function disagreementNote(base: string, verifier: string, differences: readonly Difference[]): string {
  const what = differences
    .slice(0, 3)
    .map((one) => `${one.what} is ${one.values[base]} there, ${one.values[verifier]} here`)
    .join('; ');
  return `accepted as by ${base}, and read differently: ${what}`;
}
