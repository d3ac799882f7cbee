/**
 * Pairs: two independent attacks in one delivery, to find checks that hide each other.
 *
 * The second is applied to a scenario whose release, network and recipient are those that the first has made, so that
 * both changes are there. Where the first must be refused, the twin is the untouched delivery; where it must be
 * accepted, the twin is the first alone.
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { digestOf } from '../cose/algorithms.ts';
import { extrasOf, lowerLevel } from '../device/delivery.ts';
import type { Feature } from '../scenarios/features.ts';
import type { PlanOptions } from '../scenarios/plan-arbitrary.ts';
import { before, type Run, type RunStep, type Scenario } from '../scenarios/scenario.ts';
import { digestAlgorithm, type EnvelopeParts, encode, partsOf, seal } from '../suit/parts.ts';
import { isBefore } from '../suit/stage.ts';
import type { AnyAttack, Attack, Attacked, Expectation, Group } from './attack.ts';
import { catalogue } from './catalogue.ts';
import { requiredLevel } from './expectation.ts';

/** JSON-safe; both choices are drawn with their seeds. */
export interface PairChoice {
  readonly first: string;
  readonly second: string;
  readonly draws: readonly [number, number];
}

/** The groups of the base manifest's attacks, A to L. */
export const pairedGroups: readonly Group[] = [
  ...new Set(catalogue.filter(isPairable).map(({ group }) => group as Group)),
].sort();

/** Every two different groups once, in an order that brings all groups in early. */
export const groupPairs: readonly (readonly [Group, Group])[] = pairedGroups.flatMap((_, distance) =>
  pairedGroups.flatMap((first, i) => {
    const second = pairedGroups[i + distance];
    return distance === 0 || second === undefined ? [] : [[first, second] as const];
  }),
);

/** One for each two groups; stored cases name them. */
export const pairAttacks: readonly AnyAttack[] = groupPairs.map(([first, second]) =>
  pairAttack(attacksOf(first), attacksOf(second)),
);

/** These attacks and no others, both of one group. */
export function pairAttack(firsts: readonly AnyAttack[], seconds: readonly AnyAttack[]): Attack<PairChoice> {
  const [first, second] = [firsts[0] as AnyAttack, seconds[0] as AnyAttack];
  return {
    id: `pair.${first.group}-${second.group}`,
    handle: `${first.group}-${second.group}`,
    group: second.group,
    family: second.family,
    change: `an attack of group ${first.group} and one of group ${second.group} at once`,
    by: 'author',
    threats: [],
    violates: [],
    expects: second.expects,
    ...(firsts.length === 1 && seconds.length === 1 && { on: together(first, second) }),
    choice: fc.record(
      {
        first: fc.constantFrom(...firsts.map(({ id }) => id)),
        second: fc.constantFrom(...seconds.map(({ id }) => id)),
        draws: fc.tuple(fc.nat({ max: 0xffff }), fc.nat({ max: 0xffff })),
      },
      { noNullPrototype: true },
    ),
    apply: (scenario, choice) => applyPair(scenario, choice),
  };
}

export function attacksOf(group: Group): readonly AnyAttack[] {
  return catalogue.filter((attack) => attack.group === group && isPairable(attack));
}

/** `L` is the last group of the base manifest's own attacks. What may be answered either way proves nothing here. */
function isPairable({ group, expects }: AnyAttack): boolean {
  const strengths = expects.map(({ strength }) => strength);
  return group <= 'L' && (strengths.includes('must-reject') || strengths.includes('must-accept'));
}

function together(first: AnyAttack, second: AnyAttack): PlanOptions {
  const event = first.on?.event ?? second.on?.event;
  const features: readonly Feature[] = [
    ...new Set([...(first.on?.features ?? []), ...(second.on?.features ?? [])]),
  ];
  return { ...(event && { event }), features };
}

interface Part {
  readonly made: Attacked;
  readonly step: RunStep;
  readonly expect: Expectation;
}

/** The one first or the other: of two orders the one in which both changes stay. */
function applyPair(scenario: Scenario, { first, second, draws }: PairChoice): Attacked | undefined {
  const one = { attack: attackOf(first), draw: draws[0] };
  const other = { attack: attackOf(second), draw: draws[1] };
  return inOrder(scenario, one, other) ?? inOrder(scenario, other, one);
}

interface Drawn {
  readonly attack: AnyAttack | undefined;
  readonly draw: number;
}

function inOrder(scenario: Scenario, first: Drawn, second: Drawn): Attacked | undefined {
  const one = alone(scenario, first);
  // Signed anew by another key of the recipient's, what was not authentic is.
  if (one?.expect.lateDetection && signsAsOther(second)) return undefined;
  const changed = one && withChange(scenario, one);
  const two = changed && alone(changed, second);
  if (one === undefined || changed === undefined || two === undefined) return undefined;
  if (two.expect.strength !== 'must-reject') return undefined;
  const isValid = one.expect.strength === 'must-accept';
  if (!isValid && one.expect.strength !== 'must-reject') return undefined;
  if (isUndone(changed, one, two)) return undefined;
  const control: Run = isValid
    ? { recipient: one.made.attacked.recipient, steps: [{ ...one.step, must: 'accept' }] }
    : one.made.control;
  return {
    control,
    attacked: two.made.attacked,
    expect: isValid ? two.expect : either(one, two),
    needs: {
      commands: [one, two].flatMap(({ made }) => made.needs?.commands ?? []),
      parameters: [one, two].flatMap(({ made }) => made.needs?.parameters ?? []),
    },
  };
}

function signsAsOther({ attack }: Drawn): boolean {
  return attack !== undefined && [attack.by].flat().includes('lesser-rights');
}

/** An attack that changes one delivery or the device before it; undefined: it has no meaning, or is a longer history. */
function alone(scenario: Scenario, { attack, draw }: Drawn): Part | undefined {
  if (attack === undefined) return undefined;
  const [choice] = fc.sample(attack.choice as fc.Arbitrary<unknown>, { seed: draw, numRuns: 1 });
  const made = attack.apply(scenario, choice);
  const [step, ...more] = made?.attacked.steps ?? [];
  if (made === undefined || step === undefined || more.length > 0 || made.control.steps.length !== 1)
    return undefined;
  // With other envelopes at hand a device need not take the one that is changed twice.
  if (extrasOf(step.delivery).length > 0) return undefined;
  return { made, step, expect: made.expect ?? attack.expects[0] };
}

/** The scenario as the first attack leaves it; undefined: another attack could not be applied to that. */
function withChange(scenario: Scenario, { made, step }: Part): Scenario | undefined {
  const { event, envelope } = step.delivery;
  const found = before(scenario, event);
  if (found === undefined || envelope === undefined) return undefined;
  const read = partsOf(envelope);
  if (!read.ok || !canSeal(read.parts) || !equalBytes(encode(read.parts), envelope)) return undefined;
  const { delivery, after = found.delivery.after, level, invokes = [] } = step;
  const changed = { ...found.delivery, delivery, after, level, invokes };
  // Whoever built from the plan anew would lose the change.
  const { plan: _plan, ...rest } = scenario;
  return {
    ...rest,
    recipient: made.attacked.recipient,
    // Of two deliveries the changed one is the only one left: the state before it is the recipient's own.
    deliveries: [changed],
    release: read.parts,
  };
}

/** Has the second put back what the first had changed, or sealed anew what the first had broken? */
function isUndone(changed: Scenario, one: Part, two: Part): boolean {
  const [control] = one.made.control.steps;
  const [before, first, both] = [control, one.step, two.step].map((step) => step?.delivery.envelope);
  if (isSame(before, first)) return false;
  return isSame(before, both) || (!isSealed(changed, first) && isSealed(changed, both));
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b);
}

/** Do the rightful signers stand for these bytes? */
function isSealed({ signers }: Scenario, envelope: Uint8Array | undefined): boolean {
  const read = envelope && partsOf(envelope);
  if (!read?.ok || signers.length === 0 || !canSeal(read.parts)) return false;
  return equalBytes(encode(seal(read.parts, signers)), envelope as Uint8Array);
}

/** An attack may have named a digest algorithm that nobody has. */
function canSeal(parts: EnvelopeParts): boolean {
  return digestOf(digestAlgorithm(parts), new Uint8Array(0)) !== undefined;
}

/** Refused for the one or for the other, whichever is seen first. */
function either(one: Part, two: Part): Expectation {
  const [first, second] = [one.expect, two.expect];
  const stages = [first.stage, second.stage].filter((stage) => stage !== undefined);
  const stage = stages.reduce((a, b) => (isBefore(a, b) ? a : b));
  return {
    strength: 'must-reject',
    stage,
    reasons: [...new Set([...(second.reasons ?? []), ...(first.reasons ?? [])])],
    clause: second.clause,
    level: lowerLevel(requiredLevel(first, one.step), requiredLevel(second, two.step)),
    ...((first.lateDetection || second.lateDetection) && { lateDetection: true }),
  };
}

function attackOf(id: string): AnyAttack | undefined {
  return catalogue.find((attack) => attack.id === id);
}
