/**
 * Plans drawn again within what verifiers claim, where none of a run's verifiers claims the rest: else nearly every case
 * of one that claims little would be skipped.
 *
 * @module
 */
import type { DeliveryEvent } from '../device/delivery.ts';
import { type Untold, untellable } from '../device/untold.ts';
import { commandCode as code } from '../suit/registry.ts';
import { familyOf } from './families.ts';
import { familyDraws } from './family-draws.ts';
import type { Feature } from './features.ts';
import { stillHas } from './fixed.ts';
import type { AuthenticationPlan, ImagePlan, Plan } from './plan.ts';
import type { PlanOptions } from './plan-arbitrary.ts';
import { settleIfPossible } from './settle.ts';

/** JSON-safe: what at least one verifier claims. */
export interface Within {
  readonly events: readonly DeliveryEvent[];
  /** COSE ids. */
  readonly algorithms: readonly number[];
  readonly structures: readonly string[];
  /** Codes; what is left out is not of those that plans draw by choice. */
  readonly commands: readonly number[];
  /** What none of them can be told of recipients; absent: nothing. */
  readonly untold?: readonly Untold[];
}

/** Those that plans draw, of one author. */
const drawnAlgorithms: readonly AuthenticationPlan['algorithm'][] = [-19, -8, -9, -7, -46, 5];
/** Those that are in manifests by a choice of their own. */
const drawnCommands: readonly number[] = [
  code.componentSlot,
  code.checkContent,
  code.setComponentIndex,
  code.abort,
  code.tryEach,
  code.write,
  code.copy,
  code.deviceIdentifier,
  code.swap,
  code.runSequence,
];
const a128kw = -3;
const hmac = 5;

/** Undefined: all that is commonly drawn is claimed, and plans stay as they are. */
export function withinClaims(claims: readonly Within[]): Within | undefined {
  const all = <T>(of: (one: Within) => readonly T[]): T[] => [...new Set(claims.flatMap(of))].sort();
  const untold = untellable.filter((one) => claims.every((of) => of.untold?.includes(one)));
  const within: Within = {
    events: all(({ events }) => events),
    algorithms: all(({ algorithms }) => algorithms),
    structures: all(({ structures }) => structures),
    commands: all(({ commands }) => commands).filter((one) => drawnCommands.includes(one)),
    ...(untold.length > 0 && { untold }),
  };
  const isWide =
    untold.length === 0 &&
    within.events.includes('boot') &&
    within.structures.includes('sign') &&
    drawnCommands.every((one) => within.commands.includes(one)) &&
    drawnAlgorithms.every((one) => one === -46 || within.algorithms.includes(one));
  return isWide || within.algorithms.length === 0 ? undefined : within;
}

/** What the attack asks for stays, whether claimed or not. */
export function drawnWithin(drawn: Plan, within: Within, on: PlanOptions): Plan {
  if (on.family !== undefined && Object.hasOwn(familyDraws, on.family)) return signedWithin(drawn, within);
  const wanted: readonly Feature[] = [...(on.event ? [on.event] : []), ...(on.features ?? [])];
  const parts = {
    ...commandsWithin(drawn, within),
    ...recipientWithin(drawn, within),
    authentication: authenticationWithin(drawn, within),
    deliveries: within.events.includes('boot') ? drawn.deliveries : 'update',
  } as const;
  const images = imagesWithin(drawn, within);
  const settled = settleIfPossible({ ...drawn, ...parts, images }, wanted);
  const plan = settled && { ...settled, family: familyOf(settled) };
  return { ...(plan && stillHas(plan, on) ? plan : drawn), within };
}

/** Of a family that is drawn in a way of its own: who signs it is no part of that, but where several must. */
function signedWithin(drawn: Plan, within: Within): Plan {
  const isFree = drawn.published === undefined && drawn.rights !== 'shared';
  const authentication = authenticationWithin(drawn, within);
  const settled = isFree ? settleIfPossible({ ...drawn, authentication }, []) : undefined;
  return { ...drawn, ...settled, family: drawn.family, within };
}

function commandsWithin(
  { tryEach, runSequence, index }: Plan,
  { commands }: Within,
): Pick<Plan, 'tryEach' | 'runSequence' | 'index'> {
  const has = (one: number): boolean => commands.includes(one);
  const isAborting = tryEach === 'abort' || tryEach === 'nil';
  const tried = isAborting && !has(code.abort) ? 'present' : tryEach;
  return {
    tryEach: has(code.tryEach) ? tried : 'none',
    runSequence: has(code.runSequence) ? runSequence : 'none',
    index: has(code.setComponentIndex) ? index : 'omitted',
  };
}

/** A device of one component needs no index (draft §7), and no list of components. */
function isSingle({ commands, untold = [] }: Within): boolean {
  return !commands.includes(code.setComponentIndex) || untold.includes('components');
}

function imagesWithin({ images }: Plan, within: Within): readonly ImagePlan[] {
  const has = (...wanted: readonly number[]): boolean => wanted.every((one) => within.commands.includes(one));
  const isAlone = isSingle(within);
  const isCopied = has(code.copy) && !isAlone;
  const kept = isAlone ? images.slice(0, 1) : images;
  return kept.map(({ slots, ...image }): ImagePlan => {
    const isSwapped = image.staged === 'swap' && has(code.swap) && !isAlone;
    return {
      ...image,
      // Which slot it is for, a manifest tells by a try-each.
      ...(slots && has(code.tryEach, code.componentSlot) && { slots }),
      ...(image.by === 'write' && !has(code.write, code.checkContent) && { by: 'network' }),
      ...(image.staged !== 'no' && !isSwapped && { staged: isCopied ? 'copy' : 'no' }),
      loaded: image.loaded && isCopied,
    };
  });
}

function recipientWithin(
  { ids, sequence, otherComponents }: Plan,
  within: Within,
): Pick<Plan, 'ids' | 'sequence' | 'otherComponents'> {
  const { commands, untold = [] } = within;
  const isFresh = sequence.installed === undefined && untold.includes('fresh');
  const before = BigInt(sequence.offered) - 1n;
  return {
    otherComponents: isSingle(within) ? 0 : otherComponents,
    ids: {
      ...ids,
      ...(untold.includes('ids') && { vendor: 'uuid', perComponent: false, more: 0 }),
      device: ids.device && commands.includes(code.deviceIdentifier),
    },
    sequence: isFresh && before >= 0n ? { ...sequence, installed: String(before) } : sequence,
  };
}

function authenticationWithin(
  { authentication, seed }: Plan,
  { algorithms, structures, untold = [] }: Within,
): AuthenticationPlan {
  const known = drawnAlgorithms.filter(
    (one) => algorithms.includes(one) && structures.includes(one === hmac ? 'mac0' : 'sign1'),
  );
  const isKnown = known.includes(authentication.algorithm);
  const algorithm = (isKnown ? undefined : known[seed % known.length]) ?? authentication.algorithm;
  // A second authority may have a key of any kind.
  const isOfKinds = ([-19, -8, -9, -7] as const).every((one) => algorithms.includes(one));
  const isAlone = !isOfKinds || untold.includes('anchors');
  return {
    ...authentication,
    algorithm,
    ...(!structures.includes('sign') && { form: 'one', bodyFilled: false }),
    ...(!isKnown && { profile: 'none' }),
    ...(!algorithms.includes(a128kw) && { wraps: false }),
    ...(untold.includes('policies') && { policy: 'any' }),
    ...(isAlone && { second: 'none', bothSign: false, secondFirst: false, policy: 'any' }),
  };
}
