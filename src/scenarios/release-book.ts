/**
 * The releases of a scenario's author by their numbers, and what each comes to in the states of a device: what a history
 * is told of. A history and its twin share one book.
 *
 * @module
 */
import type { Signer } from '../cose/blocks.ts';
import type { DeliveryEvent } from '../device/delivery.ts';
import type { RecipientState } from '../device/recipient.ts';
import { type EnvelopeParts, seal } from '../suit/parts.ts';
import { buildScenario, deliverPlanned, earlierOf, releaseOf } from './build.ts';
import type { Plan } from './plan.ts';
import type { Scenario, ScenarioDelivery } from './scenario.ts';

export const largestNumber = 2n ** 64n - 1n;

export interface ReleaseBook {
  /** The author's next release, `gap` above the last; undefined: there is none. */
  next(newest: bigint, gap: bigint): bigint | undefined;
  /** Can the author's release of this number be had? */
  has(number: bigint): boolean;
  /** Sealed by these signers in place of its own, where some are given. */
  release(number: bigint, signers?: readonly Signer[]): EnvelopeParts;
  /** What comes of the update to this release, or of the boot of it, in this state. */
  deliver(event: DeliveryEvent, number: bigint, from: RecipientState): ScenarioDelivery;
  /** The release as a scenario of its own; its device and its deliveries are the caller's to say. */
  scenario(number: bigint): Scenario;
  readonly events: readonly DeliveryEvent[];
  /** All that an update installs comes from the network: without it nothing is installed. */
  readonly isServed: boolean;
  /** Is the device's own id asked for? `unsure`: at a place where it may come too late to refuse an update. */
  readonly namesDevice: boolean | 'unsure';
}

/** The releases of a generated scenario's author, if a history can be made on it. */
export function plannedReleases({ plan, signers }: Scenario): ReleaseBook | undefined {
  const earlier = plan && earlierOf(plan);
  // An image that is in place already, a private command: other releases of these plans would not fit the device.
  const fits = plan?.images.every(({ by }) => by !== 'none') && !plan.exercises && !plan.published;
  return earlier && fits && signers.length > 0 ? new PlannedReleases(earlier) : undefined;
}

/** Each has images of its own. */
class PlannedReleases implements ReleaseBook {
  readonly events = ['update', 'boot'] as const;
  readonly isServed: boolean;
  readonly namesDevice: boolean;
  private readonly plans = new Map<bigint, Plan>();
  private readonly base: Plan;
  private readonly changed = new WeakMap<Plan, EnvelopeParts>();

  /** `earlier`: the release that the device holds. */
  constructor(earlier: Plan) {
    this.base = earlier;
    this.isServed = earlier.images.every(({ by, staged }) => by === 'network' && staged !== 'swap');
    this.namesDevice = earlier.ids.device;
    this.plans.set(BigInt(earlier.sequence.offered), earlier);
  }

  next(newest: bigint, gap: bigint): bigint | undefined {
    return newest + gap > largestNumber ? undefined : newest + gap;
  }

  has(): boolean {
    return true;
  }

  release(number: bigint, signers?: readonly Signer[]): EnvelopeParts {
    const plan = this.at(number);
    if (signers === undefined) return releaseOf(plan);
    const known = this.changed.get(plan) ?? seal(releaseOf(plan), signers);
    this.changed.set(plan, known);
    return known;
  }

  deliver(event: DeliveryEvent, number: bigint, from: RecipientState): ScenarioDelivery {
    return deliverPlanned(this.at(number), event, from);
  }

  scenario(number: bigint): Scenario {
    return buildScenario(this.at(number));
  }

  private at(number: bigint): Plan {
    const known = this.plans.get(number);
    if (known !== undefined) return known;
    // An odd distance: no two releases have an image that begins alike.
    const seed = this.base.seed + 29 * this.plans.size;
    const plan: Plan = { ...this.base, seed, sequence: { offered: String(number) } };
    this.plans.set(number, plan);
    return plan;
  }
}
