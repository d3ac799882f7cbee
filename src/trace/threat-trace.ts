/**
 * The second view of a trace: threat → requirement → attack → verdict, after RFC 9124.
 *
 * @module
 */
import {
  mitigations,
  type Requirement,
  requirements,
  type Threat,
  threats,
} from '../attacks/requirements.ts';
import type { Results } from '../report/results.ts';
import { countStatuses } from './clause-trace.ts';
import { type Cover, coverOf, currentWorld, type Status, statusOf, type World } from './world.ts';

export interface ThreatTrace {
  readonly view: 'threats';
  readonly threats: readonly TracedThreat[];
  readonly requirements: readonly TracedItem[];
  readonly orphans: readonly string[];
  readonly summary: {
    readonly threats: Readonly<Record<Status, number>>;
    readonly requirements: Readonly<Record<Status, number>>;
  };
}

export interface TracedItem {
  readonly id: string;
  /** Of RFC 9124. */
  readonly section: string;
  readonly status: Status;
  readonly attacks: readonly Cover[];
  /** Why no attack is there, or none that is built. */
  readonly reason?: string;
}

export interface TracedThreat extends TracedItem {
  /** That mitigate it, in the list `requirements`. */
  readonly requirements: readonly Requirement[];
}

/** Threats and requirements that no attack can be about. */
export const withoutAttack: Readonly<Record<string, string>> = {
  'REQ.SEC.KEY.PROTECTION':
    'custody of signing keys lies outside the recipient; attacks with a key that was lost stand under the threat',
};

export interface ThreatTraceInput {
  readonly world?: World;
  readonly reasons?: Readonly<Record<string, string>>;
  readonly results?: Results;
}

export function traceThreats(input: ThreatTraceInput = {}): ThreatTrace {
  const { world = currentWorld(), reasons = withoutAttack, results } = input;
  const item = (id: string, section: string, of: 'threats' | 'requirements'): TracedItem => {
    const about = world.attacks.filter((attack) => attack[of].includes(id));
    const attacks = about.map((attack) => coverOf(attack.id, attack.notYet, results));
    const status = statusOf(attacks, reasons[id]);
    const missing = [...new Set(about.flatMap(({ why }) => why ?? []))].join('; ');
    const reason = reasons[id] ?? (status === 'planned' && missing !== '' ? missing : undefined);
    return { id, section, status, attacks, ...(reason !== undefined && { reason }) };
  };
  const ofThreats = Object.entries(threats).map(
    ([id, section]): TracedThreat => ({
      ...item(id, section, 'threats'),
      requirements: mitigations[id as Threat],
    }),
  );
  const ofRequirements = Object.entries(requirements).map(([id, section]) =>
    item(id, section, 'requirements'),
  );
  return {
    view: 'threats',
    threats: ofThreats,
    requirements: ofRequirements,
    orphans: [...ofThreats, ...ofRequirements].flatMap((one) => looseEnd(one, reasons[one.id])),
    summary: { threats: countStatuses(ofThreats), requirements: countStatuses(ofRequirements) },
  };
}

function looseEnd({ id, attacks }: TracedItem, reason: string | undefined): string[] {
  if (attacks.length === 0 && reason === undefined)
    return [
      `${id}: no attack bears it; name it in a row of src/attacks/rows.ts, or say why in src/trace/threat-trace.ts`,
    ];
  if (attacks.length > 0 && reason !== undefined)
    return [
      `${id}: has attacks, and a reason why there are none; remove the reason from src/trace/threat-trace.ts`,
    ];
  return [];
}
