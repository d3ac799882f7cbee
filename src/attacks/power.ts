/**
 * Group R, power cuts: the device is cut at any storage step and must be what it was, or what it was to become
 * (draft §6.3.1).
 *
 * @module
 */
import fc from 'fast-check';
import type { PowerCut } from '../device/delivery.ts';
import { powerCut, recoveryCut } from '../scenarios/history-features.ts';
import { type RunStep, type Scenario, type ScenarioDelivery, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { AnyAttack, Attack, Attacked } from './attack.ts';
import { attacked } from './deliver.ts';
import { eitherAnswer, mustAccept } from './expectation.ts';
import { distance, numberOf, releaseAt, stepWith, within } from './history.ts';
import { branchAgain, cutInBranch } from './power-branch.ts';
import { boot, cutAndGoOn, deliveries, runOf, survives, update } from './power-runs.ts';
import { rolledBack } from './replay-altered.ts';

/** At every step of the update: it boots, and the same update is accepted again. */
export const cutStep: Attack<{ cut: PowerCut }> = {
  id: 'power.step',
  handle: 'R11',
  group: 'R',
  family: 'transport',
  change: 'cut after, and torn inside, every write, erase, commit; always bootable, redelivery completes',
  by: 'device',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [survives],
  on: { features: ['earlier'] },
  choice: fc.record({ cut: powerCut }),

  apply: (scenario, { cut }) => cutAndGoOn(scenario, [{ event: 'update', cut }, boot, update, boot]),
};

/** What is delivered after a cut, and what the device must make of it. */
type Next = 'same' | 'newer' | 'previous' | 'older';

const afterCut = {
  same: survives,
  newer: mustAccept(manifest('8.4.2')),
  // Whether the number was stored before the cut decides.
  previous: eitherAnswer(['sequence-rollback'], manifest('8.4.2'), { varies: true }),
  older: rolledBack,
} as const satisfies Readonly<Record<Next, Attack['expects'][0]>>;

/** Cuts the update, and then delivers it again, or something else. */
function cutAndDeliver(scenario: Scenario, cut: PowerCut, next: Next, gap: string): Attacked | undefined {
  const [interrupted, again] = deliveries(scenario, [{ event: 'update', cut }, update]) ?? [];
  const [whole] = deliveries(scenario, [update]) ?? [];
  if (!interrupted || !again || !whole) return undefined;
  const judged =
    next === 'same' ? step(again, 'judged') : released(scenario, again, numberFor(scenario, next, gap));
  if (judged === undefined) return undefined;
  const { recipient } = scenario;
  const run = { recipient, steps: [step(interrupted), judged] };
  return attacked(runOf(scenario, [whole]), run, { expect: afterCut[next] });
}

function numberFor(scenario: Scenario, next: Exclude<Next, 'same'>, gap: string): bigint | undefined {
  const number = numberOf(scenario);
  const installed = scenario.recipient.sequenceNumber;
  if (number === undefined || installed === undefined) return undefined;
  if (next !== 'older') return next === 'newer' ? number + 1n : number - 1n;
  const back = within(gap, installed);
  return back && installed - back;
}

/** The same content under another number, with every state that its acceptance may leave. */
function released(scenario: Scenario, of: ScenarioDelivery, number: bigint | undefined): RunStep | undefined {
  const made = number === undefined ? undefined : releaseAt(scenario, number);
  if (made === undefined) return undefined;
  const { alsoAfter = [], ...first } = of;
  const others = alsoAfter.flatMap(
    ({ contents }) => stepWith(first, made, 'judged', { contents }).after ?? [],
  );
  return { ...stepWith(first, made, 'judged'), ...(others.length > 0 && { alsoAfter: others }) };
}

/** Which release comes after the cut. */
export const cutAndNext: Attack<{ cut: PowerCut; next: Next; gap: string }> = {
  id: 'replay.power-cut',
  handle: 'F09',
  group: 'F',
  family: 'replay',
  change: 'cut at device step k, then: same or newer (MA), previous (PD), older (MR)',
  by: 'device',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [afterCut.same, afterCut.newer, afterCut.previous, afterCut.older],
  on: { features: ['earlier'] },
  choice: fc.record({
    cut: powerCut,
    next: fc.constantFrom<Next>('same', 'newer', 'previous', 'older'),
    gap: distance,
  }),

  apply: (scenario, { cut, next, gap }) => cutAndDeliver(scenario, cut, next, gap),
};

/** Half a number is none: neither above the new manifest nor below an older one. */
export const tornCommit: Attack<{ step: number; next: 'same' | 'older'; gap: string }> = {
  id: 'power.commit',
  handle: 'R12',
  group: 'R',
  family: 'transport',
  change:
    'cut inside the commit of the number (torn, erased, one of two copies), then: the new manifest (MA), one below the old number (MR)',
  by: 'device',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [afterCut.same, afterCut.older],
  on: { features: ['earlier'] },
  choice: fc.record({
    step: fc.integer({ min: 1, max: 16 }),
    next: fc.constantFrom('same', 'older'),
    gap: distance,
  }),

  apply: (scenario, { step: at, next, gap }) =>
    cutAndDeliver(scenario, { step: at, when: 'torn' }, next, gap),
};

/** Two images change places: after the cut each is where it was, or where it is to be. */
export const cutSwap: Attack<{ cut: PowerCut }> = {
  id: 'power.swap',
  handle: 'R13',
  group: 'R',
  family: 'transport',
  change: 'cut inside swap; neither image lost',
  by: 'device',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [survives],
  on: { features: ['earlier', 'swap'] },
  choice: fc.record({ cut: powerCut }),

  apply: (scenario, { cut }) => cutAndGoOn(scenario, [{ event: 'update', cut }, boot]),
};

interface TwoCuts {
  readonly first: PowerCut;
  /** The second cut; or the first comes inside of a branch, and it is this that is judged after it. */
  readonly second: PowerCut;
  readonly event: 'update' | 'boot';
  readonly inside: 'sections' | 'branch';
}

/** What is done on waking can be cut like anything else. */
export const cutTwice: Attack<TwoCuts> = {
  id: 'power.double',
  handle: 'R14',
  group: 'R',
  family: 'transport',
  change:
    'second cut during recovery (MA); cut inside a try-each branch whose condition its writes made false (PD); always bootable',
  by: 'device',
  threats: [],
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [survives, branchAgain],
  on: { features: ['earlier'] },
  choice: fc.record({
    first: powerCut,
    second: recoveryCut,
    event: fc.constantFrom('boot', 'update'),
    inside: fc.constantFrom('sections', 'branch'),
  }),

  apply: (scenario, { first, second, event, inside }) =>
    (inside === 'branch' ? cutInBranch(scenario, first, event) : undefined) ??
    cutAndGoOn(scenario, [{ event: 'update', cut: first }, { event, cut: second }, boot, update]),
};

const loops = eitherAnswer(['sequence-policy'], manifest('6.1'));

/** The power fails at every boot: what the device makes of that is its own affair. */
export const cutBoots: Attack<{ cuts: PowerCut[] }> = {
  id: 'power.boot-loop',
  handle: 'R15',
  group: 'R',
  family: 'transport',
  change: 'cut at every boot; fallback policy',
  by: 'device',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [loops],
  on: { features: ['earlier', 'load'] },
  choice: fc.record({ cuts: fc.array(powerCut, { minLength: 2, maxLength: 5 }) }),

  apply: (scenario, { cuts }) =>
    cutAndGoOn(scenario, [...cuts.map((cut) => ({ event: 'boot', cut }) as const), boot]),
};

export const powerAttacks: readonly AnyAttack[] = [
  cutStep,
  cutAndNext,
  tornCommit,
  cutSwap,
  cutTwice,
  cutBoots,
];
