/**
 * Behaviour: of an answer what makes it another kind of answer, whatever the attack was.
 *
 * @module
 */
import type { Effect } from '../device/decision.ts';
import { levels } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Host } from '../verifiers/host.ts';
import type { Case } from './case.ts';
import { highestClaimed } from './claims-fit.ts';
import { readerOf } from './disagreements.ts';
import { summary } from './judge.ts';
import { type PartingKind, partingOf, partingWith, readingsOf } from './parting.ts';
import type { Reader, Difference as Reading } from './readings.ts';
import type { CaseRuling } from './trial.ts';
import type { Ruling } from './verdict.ts';

/** Verdict, outcome with level or stage and reason, and shape of the effects, in words. */
export function behaviourOf({ ruling, control }: CaseRuling): string {
  return control?.verdict === 'failed' ? `twin ${told(control)}; ${told(ruling)}` : told(ruling);
}

function told({ verdict, kind, outcome }: Ruling): string {
  const said = kind === undefined ? verdict : `${verdict} (${kind})`;
  if (outcome === undefined) return said;
  const effects = 'effects' in outcome ? outcome.effects : undefined;
  return [said, summary(outcome), ...(effects ? [effectsShape(effects)] : [])].join(' | ');
}

/** Kinds in order; of more than this many the rest is left out. */
const longestShape = 12;

/** "authenticated fetch+ write commit": repeated kinds once, marked. */
export function effectsShape(effects: readonly Effect[]): string {
  const shape: string[] = [];
  for (const [i, { kind }] of effects.entries()) {
    if (kind !== effects[i - 1]?.kind) shape.push(kind);
    else if (!shape.at(-1)?.endsWith('+')) shape[shape.length - 1] = `${kind}+`;
    if (shape.length > longestShape) return [...shape.slice(0, longestShape), '…'].join(' ');
  }
  return shape.join(' ');
}

/** What parts several verifiers over one delivery. */
export interface Difference {
  readonly kind: PartingKind;
  /** In the verifiers' order; of one that does not claim what the case needs, its verdict. */
  readonly answers: readonly string[];
  /** What they read differently in what all accept. */
  readonly readings?: readonly Reading[];
}

/** Undefined: fewer than two answered, or nothing parts them. */
export function differenceOf(
  hosts: readonly Host[],
  rulings: readonly Pick<CaseRuling, 'ruling'>[],
  one?: Case,
): Difference | undefined {
  const outcomes = rulings.flatMap(({ ruling }) => answered(ruling.outcome));
  if (outcomes.length < 2) return undefined;
  const common = levels.findLast((level) =>
    hosts.every((host) => levels.indexOf(highestClaimed(host.claims)) >= levels.indexOf(level)),
  );
  const readings = one ? readingsOf(readersOf(hosts, rulings, one)) : [];
  const kind = partingWith(partingOf(outcomes, common), readings);
  if (kind === undefined) return undefined;
  const answers = rulings.map(({ ruling }) =>
    ruling.outcome === undefined ? ruling.verdict : summary(ruling.outcome),
  );
  return { kind, answers, ...(readings.length > 0 && { readings }) };
}

function readersOf(
  hosts: readonly Host[],
  rulings: readonly Pick<CaseRuling, 'ruling'>[],
  one: Case,
): readonly Reader[] {
  return hosts.flatMap((host, i) => {
    const { ruling } = rulings[i] ?? {};
    return (ruling && readerOf(host, one, ruling)) ?? [];
  });
}

function answered(outcome: Outcome | undefined): readonly Outcome[] {
  return outcome === undefined || outcome.kind === 'unsupported' ? [] : [outcome];
}
