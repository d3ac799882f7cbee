/**
 * Scenarios for a device whose keys, ids and components are burned in: plans held to it, and runs that begin as it does.
 *
 * What cannot be told on such a device (another recipient, a second authority, a component in another state) has no
 * meaning there.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { recipientToJson } from '../device/json.ts';
import type { Recipient } from '../device/recipient.ts';
import { familyOf } from './families.ts';
import { hasFeature } from './features.ts';
import type { AuthenticationPlan, ImagePlan, Plan } from './plan.ts';
import type { PlanOptions } from './plan-arbitrary.ts';
import { before, type Run, type Scenario, step } from './scenario.ts';
import { consistent } from './settle.ts';

/** JSON-safe, and without a private key. */
export interface FixedPlan {
  /** Of the signing key: `keyring.ts` has it. */
  readonly key: string;
  readonly algorithm: AuthenticationPlan['algorithm'];
  readonly kidIn: AuthenticationPlan['kid'];
  /** Hexadecimal, as are the ids. */
  readonly components: readonly { readonly identifier: readonly string[]; readonly content?: string }[];
  readonly vendorId: string;
  readonly classId: string;
  readonly deviceId?: string;
  /** Bytes of each slot. */
  readonly capacity: number;
  readonly storage: ImagePlan['storage'];
  /** Decimal; absent: nothing was ever installed. */
  readonly sequence?: string;
  /** It cannot be set back: what a delivery does to it stays. */
  readonly reset?: 'none';
}

/** The drawn plan, held to the device. */
export function heldTo(drawn: Plan, fixed: FixedPlan): Plan {
  const {
    exercises: _e,
    history: _h,
    earlier: _o,
    published: _p,
    rights: _r,
    processing: _s,
    ...free
  } = drawn;
  const images = imagesFor(drawn, fixed).map(
    ({ slots: _slots, ...image }): ImagePlan => ({
      ...image,
      // What a boot finds in place, an update has to bring.
      by: image.by === 'none' && (drawn.deliveries !== 'update' || fixed.reset) ? 'network' : image.by,
      staged: 'no',
      loaded: false,
      storage: fixed.storage,
      before: 'empty',
    }),
  );
  const plan = consistent({
    ...free,
    fixed,
    deliveries: drawn.deliveries === 'boot' ? 'update-boot' : drawn.deliveries,
    bootFrom: drawn.bootFrom,
    sequence: sequenceFor(drawn, fixed),
    authentication: {
      ...drawn.authentication,
      algorithm: fixed.algorithm,
      form: 'one',
      bodyFilled: false,
      wraps: false,
      kid: fixed.kidIn,
      second: 'none',
      bothSign: false,
      secondFirst: false,
      policy: 'any',
      profile: 'none',
      key: fixed.key,
    },
    digest: -16,
    wrapperDigest: -16,
    severedDigest: -16,
    images,
    otherComponents: fixed.components.length - images.length,
    rotation: 0,
    ids: {
      ...drawn.ids,
      vendor: 'uuid',
      perComponent: false,
      more: 0,
      device: drawn.ids.device && fixed.deviceId !== undefined,
    },
  });
  return { ...plan, family: familyOf(plan) };
}

/** Without a reset each update writes all components, so that what they hold is known. */
function imagesFor({ images }: Plan, { components, reset }: FixedPlan): readonly ImagePlan[] {
  if (reset === undefined) return images.slice(0, components.length);
  return components.map((_, i) => images[i % images.length] as ImagePlan);
}

function sequenceFor({ sequence: { offered, installed } }: Plan, fixed: FixedPlan): Plan['sequence'] {
  if (fixed.sequence === undefined) return { offered };
  const gap = installed === undefined ? 1n : BigInt(offered) - BigInt(installed);
  const next = BigInt(fixed.sequence) + (gap > 0n && gap < 1n << 32n ? gap : 1n);
  return { installed: fixed.sequence, offered: String(next) };
}

/** Is it still what the attack asked for? */
export function stillHas(plan: Plan, { event, family, features = [] }: PlanOptions): boolean {
  const wanted = [...(event ? [event] : []), ...features];
  return (
    (family === undefined || plan.family === family) && wanted.every((feature) => hasFeature(plan, feature))
  );
}

/**
 * The run on the device as it is at first: what begins after the update begins with the update. Undefined: it needs
 * another device. The same run gives the same object.
 */
export function fromTheFirst(scenario: Scenario, run: Run): Run | undefined {
  const known = grounded.get(run);
  if (known !== undefined) return known;
  const made = make(scenario, run);
  if (made !== undefined) grounded.set(run, made);
  return made;
}

const grounded = new WeakMap<Run, Run>();

function make(scenario: Scenario, run: Run): Run | undefined {
  if (run.steps.some(({ on }) => on !== undefined)) return undefined;
  const { recipient } = scenario;
  if (isSame(run.recipient, recipient)) return { ...run, recipient };
  const [update] = scenario.deliveries;
  const boot = before(scenario, 'boot');
  if (update === undefined || boot === undefined || !isSame(run.recipient, boot.recipient)) return undefined;
  return { recipient, steps: [step(update), ...run.steps] };
}

function isSame(a: Recipient, b: Recipient): boolean {
  return a === b || isDeepStrictEqual(recipientToJson(a), recipientToJson(b));
}
