/**
 * Plans drawn again within what verifiers claim, where none of a run's verifiers claims the rest: else nearly every case
 * of one that claims little would be skipped.
 *
 * @module
 */
import type { DeliveryEvent } from '../device/delivery.ts';
import { commandCode as code } from '../suit/registry.ts';
import { familyOf } from './families.ts';
import type { Feature } from './features.ts';
import { stillHas } from './fixed.ts';
import type { AuthenticationPlan, Plan } from './plan.ts';
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
}

/** Those that plans draw, of one author. */
const drawnAlgorithms: readonly AuthenticationPlan['algorithm'][] = [-19, -8, -9, -7, -46, 5];
/** Those that are in manifests by a choice of their own. */
const drawnCommands: readonly number[] = [code.tryEach, code.runSequence, code.swap];
const a128kw = -3;
const hmac = 5;

/** Undefined: all that is commonly drawn is claimed, and plans stay as they are. */
export function withinClaims(claims: readonly Within[]): Within | undefined {
  const all = <T>(of: (one: Within) => readonly T[]): T[] => [...new Set(claims.flatMap(of))].sort();
  const within: Within = {
    events: all(({ events }) => events),
    algorithms: all(({ algorithms }) => algorithms),
    structures: all(({ structures }) => structures),
    commands: all(({ commands }) => commands).filter((one) => drawnCommands.includes(one)),
  };
  const isWide =
    within.events.includes('boot') &&
    within.structures.includes('sign') &&
    drawnCommands.every((one) => within.commands.includes(one)) &&
    drawnAlgorithms.every((one) => one === -46 || within.algorithms.includes(one));
  return isWide || within.algorithms.length === 0 ? undefined : within;
}

/** What the attack asks for stays, whether claimed or not. */
export function drawnWithin(drawn: Plan, within: Within, on: PlanOptions): Plan {
  const wanted: readonly Feature[] = [...(on.event ? [on.event] : []), ...(on.features ?? [])];
  const authentication = authenticationWithin(drawn, within);
  const deliveries = within.events.includes('boot') ? drawn.deliveries : 'update';
  const has = (one: number): boolean => within.commands.includes(one);
  const commands = {
    ...(!has(code.tryEach) && { tryEach: 'none' as const }),
    ...(!has(code.runSequence) && { runSequence: 'none' as const }),
    images: drawn.images.map(({ slots, ...image }) => ({
      ...image,
      // Which slot it is for, a manifest tells by a try-each.
      ...(slots && has(code.tryEach) && { slots }),
      ...(image.staged === 'swap' && !has(code.swap) && { staged: 'copy' as const }),
    })),
  };
  const settled = settleIfPossible({ ...drawn, ...commands, deliveries, authentication }, wanted);
  const plan = settled && { ...settled, family: familyOf(settled) };
  return { ...(plan && stillHas(plan, on) ? plan : drawn), within };
}

function authenticationWithin(
  { authentication, seed }: Plan,
  { algorithms, structures }: Within,
): AuthenticationPlan {
  const known = drawnAlgorithms.filter(
    (one) => algorithms.includes(one) && structures.includes(one === hmac ? 'mac0' : 'sign1'),
  );
  const isKnown = known.includes(authentication.algorithm);
  const algorithm = (isKnown ? undefined : known[seed % known.length]) ?? authentication.algorithm;
  // A second authority may have a key of any kind.
  const isAlone = !([-19, -8, -9, -7] as const).every((one) => algorithms.includes(one));
  return {
    ...authentication,
    algorithm,
    ...(!structures.includes('sign') && { form: 'one', bodyFilled: false }),
    ...(!isKnown && { profile: 'none' }),
    ...(!algorithms.includes(a128kw) && { wraps: false }),
    ...(isAlone && { second: 'none', bothSign: false, secondFirst: false, policy: 'any' }),
  };
}
