/**
 * From the failures of a campaign to findings: each shrunk within a budget, stored, and given its replay line.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { AnyAttack } from '../attacks/attack.ts';
import type { DeviceProfile } from '../device/classes.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { shellWord } from '../shell-word.ts';
import { cite } from '../suit/clause.ts';
import type { CampaignResult, Failure } from './campaign.ts';
import { disagreementFinding, shrunkDisagreement } from './disagreement-findings.ts';
import { type Finding, seenOutcome } from './finding.ts';
import { replayLine, storeCase } from './keep-case.ts';
import { type Shrunk, shrink } from './shrink.ts';
import { isBeyond, isInconsistent, mostLacking, type Tally, varyingDimension } from './tally.ts';

export interface FindingOptions {
  readonly seed: number;
  /** Tries per finding. */
  readonly shrinkTries: number;
  /** The user's own envelope: only the choices of its cases are shrunk. */
  readonly scenario?: Scenario;
  /** Folder that stored cases go to; absent: nothing is written. */
  readonly folder?: string;
  /** The config file that verifiers are named in, as a replay line has to name it. */
  readonly config?: string;
  /** Leave symmetric keys out of stored cases: they are the user's own. */
  readonly withoutSecrets: boolean;
  /** Told before each failure is shrunk: which one, from 1, of how many. */
  readonly onFailure?: (number: number, of: number) => void;
}

export async function findingsOf(
  campaign: CampaignResult,
  attacks: readonly AnyAttack[],
  options: FindingOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [i, failure] of campaign.failures.entries()) {
    options.onFailure?.(i + 1, campaign.failures.length);
    findings.push(await findingOf(failure, options));
  }
  const hosts = [...campaign.tallies.keys()];
  for (const one of campaign.disagreements)
    findings.push(disagreementFinding(await shrunkDisagreement(one, hosts, options), options));
  return [...findings, ...wholeRunFindings(campaign, attacks)];
}

/** What no single case shows. */
export function wholeRunFindings(
  campaign: Counted & { readonly stopped: Iterable<{ readonly spec: string }> },
  attacks: readonly AnyAttack[],
): readonly Finding[] {
  return [
    ...inconsistent(campaign),
    ...vacuous(campaign, attacks),
    ...nothingAccepted(campaign, attacks),
    ...stopped(campaign.stopped),
  ];
}

/** Shrinks the failure, stores it, and says how it is seen again. */
export async function findingOf(failure: Failure, options: FindingOptions): Promise<Finding> {
  const { host, case: found, ruling } = failure;
  const shrunk = await shrink(host, found, ruling, {
    seed: options.seed,
    maxTries: triesFor(failure, options.shrinkTries),
    ...(options.scenario && { scenario: options.scenario }),
  });
  return storedFinding(failure, shrunk, options);
}

/** Fewer where each costs a verifier's life; none for a valid delivery, which has no choice. */
export function triesFor({ ruling, ofControl }: Pick<Failure, 'ruling' | 'ofControl'>, most: number): number {
  const isDead = ruling.kind === 'hung' || ruling.kind === 'crashed' || ruling.kind === 'exhausted';
  if (ofControl) return 0;
  return isDead ? Math.min(8, most) : most;
}

/** The verifier that a finding is of, and the device that it stood for. */
interface Found {
  readonly spec: string;
  readonly profile?: Pick<DeviceProfile, 'name' | 'file'>;
}

/** Stores what the failure was shrunk to, and says how it is seen again. */
export function storedFinding(
  failure: Omit<Failure, 'host'> & { readonly host: Found },
  { smallest, ruling: shown, tries }: Shrunk,
  options: Pick<FindingOptions, 'folder' | 'config' | 'withoutSecrets'>,
): Finding {
  const { host, ruling, seen } = failure;
  const { note } = shown;
  const outcome = (shown === ruling ? seen : undefined) ?? (shown.outcome && seenOutcome(shown.outcome));
  const kind = ruling.kind ?? 'accepted-invalid';
  const { id: name, bytes } = storeCase(smallest, {
    ...options,
    ofControl: failure.ofControl,
    seen: { verifier: host.spec, kind, note },
  });
  return {
    id: name,
    fingerprint: failure.fingerprint,
    verifier: host.spec,
    kind,
    attack: failure.id,
    strength: failure.ofControl ? 'must-accept' : smallest.expect.strength,
    clause: failure.ofControl ? 'valid delivery' : cite(smallest.expect.clause),
    choice: smallest.choice,
    note,
    ...(outcome && { outcome }),
    cases: failure.cases,
    shrunk: tries > 0,
    ...(bytes && { bytes: bytes.length }),
    replay: replayLine(name, host.spec, { ...options, ...classOf(host) }),
  };
}

function classOf({ profile }: Found): { readonly class?: string } {
  return profile === undefined ? {} : { class: profile.file ?? profile.name };
}

/** What a campaign counted, by verifier. */
export interface Counted {
  readonly tallies: ReadonlyMap<{ readonly spec: string }, Tally>;
}

/** Policy rows to which one verifier gave both answers within one dimension. */
export function inconsistent(campaign: Counted): Finding[] {
  return [...campaign.tallies].flatMap(([host, { policy }]) =>
    Object.entries(policy).flatMap(([attack, sheet]) =>
      Object.entries(sheet).flatMap(([dimension, answers]): Finding[] => {
        if (dimension === varyingDimension || !isInconsistent(answers)) return [];
        const refused = Object.entries(answers.refused).map(([reason, n]) => `${n} refused (${reason})`);
        const where = dimension === '' ? '' : ` within "${dimension}"`;
        const note = `both answers${where}: ${answers.accepted} accepted, ${refused.join(', ')}`;
        const one = plainFinding(host.spec, 'policy-inconsistent', attack, note);
        const digest = createHash('sha256').update(dimension).digest('hex').slice(0, 8);
        const id = dimension === '' ? one.id : `${one.id}-${digest}`;
        return [
          { ...one, id, fingerprint: id, strength: 'policy', choice: dimension === '' ? null : dimension },
        ];
      }),
    ),
  );
}

/**
 * A family with must-reject rows that was run, and that showed not one rejection. A family that asks for extensions alone
 * may be beyond a verifier, unless it proved nothing anywhere.
 */
export function vacuous(campaign: Counted, attacks: readonly AnyAttack[]): Finding[] {
  const demanding = attacks.filter((attack) => attack.expects.some((one) => one.strength === 'must-reject'));
  return [...campaign.tallies].flatMap(([host, tally]) => {
    const hasProven = demanding.some(({ id }) => (tally.attacks[id]?.proven ?? 0) > 0);
    return [...new Set(demanding.map((attack) => attack.family))].flatMap((family): Finding[] => {
      const own = demanding.filter(
        ({ id, family: its }) =>
          its === family && tally.attacks[id] !== undefined && !(hasProven && isBeyond(tally, id)),
      );
      const sum = (
        verdict: 'proven' | 'unattributed' | 'skipped' | 'inconclusive' | 'failed' | 'masked',
      ): number => own.reduce((all, attack) => all + (tally.attacks[attack.id]?.[verdict] ?? 0), 0);
      const ids = own.map(({ id }) => id);
      const ran = sum('skipped') + sum('inconclusive') + sum('failed') + sum('masked');
      if (ran === 0 || sum('proven') + sum('unattributed') > 0) return [];
      const note = `no rejection was seen in family ${family}: ${sum('skipped')} skipped, ${sum('inconclusive')} inconclusive, ${sum('failed')} failed, ${sum('masked')} masked${mostLacking(tally, ids)}`;
      return [plainFinding(host.spec, 'nothing-proven', family, note)];
    });
  });
}

/** Valid scenarios were the cases, and not one of them was accepted. */
function nothingAccepted(campaign: Counted, attacks: readonly AnyAttack[]): Finding[] {
  const valid = attacks.filter((attack) => attack.family === 'valid');
  return [...campaign.tallies].flatMap(([host, tally]): Finding[] => {
    const own = valid.flatMap((attack) => tally.attacks[attack.id] ?? []);
    if (own.length === 0 || own.some((counts) => counts.accepted > 0)) return [];
    const skipped = own.reduce((all, counts) => all + counts.skipped, 0);
    return [
      plainFinding(
        host.spec,
        'nothing-proven',
        'valid',
        `no valid scenario was accepted: ${skipped} skipped${mostLacking(tally, Object.keys(tally.attacks))}`,
      ),
    ];
  });
}

function stopped(verifiers: Iterable<{ readonly spec: string }>): Finding[] {
  return [...verifiers].map(({ spec }) => stoppedFinding(spec));
}

export function stoppedFinding(verifier: string): Finding {
  const note = 'three valid deliveries in a row ended in a crash or a hang; it was not run further';
  return plainFinding(verifier, 'stopped', 'valid', note);
}

/** A finding that no single case shows. */
export function plainFinding(verifier: string, kind: Finding['kind'], attack: string, note: string): Finding {
  const id = `${kind}-${attack}`;
  return {
    id: `${id}-${verifier}`,
    fingerprint: `${id}-${verifier}`,
    verifier,
    kind,
    attack,
    strength: 'must-reject',
    clause: 'none',
    choice: null,
    note,
    cases: 1,
    shrunk: false,
    replay: `gauntlet run --verifier ${shellWord(verifier)}${kind === 'stopped' ? '' : ` --only ${attack}`}`,
  };
}
