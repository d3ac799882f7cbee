/**
 * Features of plans that are histories: an earlier release in place, power cuts, several envelopes; and the ways of
 * processing that must come to the same (draft §6.1, §6.3.1, §6.6, §6.7).
 *
 * @module
 */
import fc from 'fast-check';
import type { PowerCut } from '../device/delivery.ts';
import type { History } from './history-plan.ts';
import { componentCount } from './layout.ts';
import { canBeInAnyOrder } from './parallel.ts';
import { hasBoot, hasUpdate, type ImagePlan, type Plan } from './plan.ts';
import type { OtherEnvelope } from './select.ts';
import { sequencesOf } from './sequences.ts';

/** As rows of the table of features: when a plan has it, and what to change where it has not. */
export const historyFeatures = {
  earlier: {
    has: ({ earlier }: Plan) => earlier === true,
    give: (plan: Plan): readonly Plan[] => {
      const { installed = '0', offered } = plan.sequence;
      const isAbove = BigInt(installed) >= 1n && BigInt(offered) > BigInt(installed);
      const atLeast = BigInt(offered) < 2n ? 2n : BigInt(offered);
      const sequence = isAbove
        ? plan.sequence
        : { offered: String(atLeast), installed: String(atLeast - 1n) };
      const images = plan.images.map((image) =>
        image.by === 'none' ? { ...image, by: 'network' as const } : image,
      );
      return [{ ...plan, deliveries: 'update-boot', bootFrom: 'stored', sequence, images, earlier: true }];
    },
  },
  resume: {
    has: ({ history }: Plan) => history?.kind === 'resume',
    give: (plan: Plan): readonly Plan[] => {
      const history: History =
        plan.history?.kind === 'resume'
          ? plan.history
          : { kind: 'resume', cuts: [{ step: 1, when: 'torn' }] };
      return [{ ...plan, deliveries: plan.deliveries === 'boot' ? 'update-boot' : plan.deliveries, history }];
    },
  },
  select: {
    has: ({ history }: Plan) => history?.kind === 'select',
    give: (plan: Plan): readonly Plan[] => {
      const others: readonly OtherEnvelope[] = [{ kind: 'forged', distance: '1' }];
      return [{ ...plan, history: { kind: 'select', event: 'update', others, place: 0 } }];
    },
  },
  processing: {
    has: ({ processing }: Plan) => processing !== undefined,
    give: (plan: Plan): readonly Plan[] => [
      plan.processing === 'parallel' ? together(plan) : severalOf(plan),
    ],
  },
} as const;

function severalOf(plan: Plan): Plan {
  return {
    ...plan,
    processing: 'serial',
    images: plan.images.length < 2 ? [...plan.images, plainImage] : plan.images,
  };
}

/** All images fetched at once, by an array of indices. */
function together(plan: Plan): Plan {
  const images = severalOf(plan).images.map(({ slots: _s, ...image }): ImagePlan => {
    const isFetched = image.by !== 'write' && image.by !== 'none';
    return { ...image, by: isFetched ? image.by : 'network', staged: 'no' };
  });
  return {
    ...plan,
    deliveries: plan.deliveries === 'boot' ? 'update-boot' : plan.deliveries,
    images,
    index: 'array',
    otherComponents: images.length + plan.otherComponents < 3 ? 1 : plan.otherComponents,
    tryEach: 'none',
    runSequence: plan.runSequence === 'soft' ? 'plain' : plan.runSequence,
  };
}

const plainImage: ImagePlan = {
  size: 1,
  by: 'network',
  staged: 'no',
  loaded: false,
  storage: 'variable',
  sized: true,
  before: 'empty',
};

/** A consistent plan without the histories that have no meaning on it. */
export function prunedHistories(plan: Plan): Plan {
  const { earlier, history: drawn, processing, ...rest } = plan;
  // A release that installs nothing would not boot on what the earlier one has left.
  const installs = plan.images.some(({ by }) => by !== 'none');
  const holdsEarlier =
    plan.deliveries === 'update-boot' &&
    plan.bootFrom === 'stored' &&
    plan.sequence.installed !== undefined &&
    installs;
  const history = drawn && consistentHistory(drawn, plan);
  const keepsProcessing = processing === 'parallel' ? isOpen(plan) : componentCount(plan).manifest >= 2;
  return {
    ...rest,
    ...(earlier && holdsEarlier && { earlier }),
    ...(history && { history }),
    ...(processing && keepsProcessing && { processing }),
  };
}

function isOpen(plan: Plan): boolean {
  return hasUpdate(plan) && canBeInAnyOrder(sequencesOf(plan).install ?? []);
}

function consistentHistory(history: History, plan: Plan): History | undefined {
  if (history.kind === 'resume') return hasUpdate(plan) && history.cuts.length > 0 ? history : undefined;
  const { event, others } = history;
  const lowest = plan.sequence.offered === '0';
  return {
    ...history,
    event: event === 'update' ? (hasUpdate(plan) ? event : 'boot') : hasBoot(plan) ? event : 'update',
    others: others.map((one) => (lowest && one.kind === 'older' ? { ...one, kind: 'forged' } : one)),
  };
}

/** Drawn where they are wanted, and only there: other plans stay what they were. */
export function withHistories(plans: fc.Arbitrary<Plan>, wanted: readonly string[]): fc.Arbitrary<Plan> {
  const history = wanted.includes('resume') ? resume : wanted.includes('select') ? select : undefined;
  const drawn = history ? fc.tuple(plans, history).map(([plan, one]) => ({ ...plan, history: one })) : plans;
  if (!wanted.includes('processing')) return drawn;
  const processing = fc.constantFrom<NonNullable<Plan['processing']>>('serial', 'parallel');
  return fc.tuple(drawn, processing).map(([plan, one]) => ({ ...plan, processing: one }));
}

/** Small updates have about eight storage steps, large ones some thirty. */
export const powerCut = cutWithin(12);

/** What is done on waking from an interrupted update is about as long as what was left to do. */
export const recoveryCut = cutWithin(8);

/** Most cuts are within so many steps, each as often as the others. */
function cutWithin(usual: number): fc.Arbitrary<PowerCut> {
  return fc.record(
    {
      step: fc.oneof(
        { withCrossShrink: true },
        { arbitrary: fc.noBias(fc.integer({ min: 1, max: usual })), weight: 3 },
        { arbitrary: fc.noBias(fc.integer({ min: 1, max: 32 })), weight: 1 },
      ),
      when: fc.constantFrom('before', 'torn', 'after'),
    },
    { noNullPrototype: true },
  );
}

const resume: fc.Arbitrary<History> = fc.record(
  { kind: fc.constant('resume' as const), cuts: fc.array(powerCut, { minLength: 1, maxLength: 3 }) },
  { noNullPrototype: true },
);

/** A distance of sequence numbers; its size is cut to the room there is. */
const distance = fc.bigInt({ min: 1n, max: 2n ** 63n }).map(String);

export const otherEnvelope: fc.Arbitrary<OtherEnvelope> = fc.record(
  { kind: fc.constantFrom('older' as const, 'forged' as const, 'other-version' as const), distance },
  { noNullPrototype: true },
);

const select: fc.Arbitrary<History> = fc.record(
  {
    kind: fc.constant('select' as const),
    event: fc.constantFrom('update' as const, 'boot' as const),
    others: fc.array(otherEnvelope, { minLength: 1, maxLength: 3 }),
    place: fc.nat({ max: 3 }),
  },
  { noNullPrototype: true },
);
