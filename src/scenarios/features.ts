/**
 * What an attack may ask of the scenarios it is tried on: for each feature, when a plan has it and how it gets it.
 *
 * @module
 */

import { historyFeatures } from './history-features.ts';
import { componentCount } from './layout.ts';
import { hasBoot, hasUpdate, type ImagePlan, type Plan } from './plan.ts';

export const features = [
  /** The deliveries have an update, a boot, or both. */
  'update',
  'boot',
  'boot-after-update',
  /** The boot runs the envelope that the recipient has stored. */
  'boot-stored',
  /** An image that is fetched from the network, is in the envelope, or is in the manifest as content. */
  'network',
  'integrated',
  'write',
  /** An image that is staged, and then copied or swapped into its component. */
  'staged',
  'copy',
  'swap',
  /** An image that is copied into memory before a boot. */
  'load',
  /** A component with two slots, and a try-each over them. */
  'slots',
  'fixed-storage',
  'variable-storage',
  /** An image whose size is given. */
  'sized',
  'multi-component',
  /** Components that only the recipient has. */
  'other-components',
  'index-array',
  'index-true',
  /** In install, besides that over slots. */
  'try-each',
  'run-sequence',
  'soft-failure',
  /** No try-each and no run-sequence anywhere. */
  'flat',
  /** Install, or install and payload-fetch, are severed and in the updating envelope. */
  'severed',
  /** The text is severed and in the envelope. */
  'text',
  'reference-uri',
  'device-id',
  'several-ids',
  'per-component-ids',
  'pen',
  /** The components' identifiers have several parts. */
  'identifier-parts',
  'invoke-arguments',
  /** The author's block is a COSE_Sign1; of `sign1-any` all algorithms are drawn alike. */
  'sign1',
  'sign1-any',
  'sign1-es256',
  'sign1-eddsa',
  'hsslms',
  'mac0',
  /** There is a COSE_Sign, or a COSE_Mac, or one whose key is wrapped. */
  'sign',
  'mac',
  'mac-wrapped',
  'unknown-label',
  'kid',
  'two-anchors',
  'both-sign',
  /** The recipient wants several authorities, and has them. */
  'policy',
  /** The recipient implements one algorithm profile. */
  'profile',
  /** The recipient has a sequence number, 1 or above. */
  'installed-number',
  /** A digest algorithm other than SHA-256. */
  'other-digest',
  /** An update that installs nothing: version, sequence number and common alone. */
  'minimal',
  /** The recipient holds an earlier release that boots from storage, as the new one does then. */
  'earlier',
  /** Power is cut in the update, which is delivered again. */
  'resume',
  /** Several envelopes are at hand. */
  'select',
  /** Several components, independent of each other, on a serial or a parallel interpreter. */
  'processing',
] as const;

export type Feature = (typeof features)[number];

/** The features that a plan has. */
export function featuresOf(plan: Plan): ReadonlySet<Feature> {
  return new Set(features.filter((feature) => hasFeature(plan, feature)));
}

export function hasFeature(plan: Plan, feature: Feature): boolean {
  return table[feature].has(plan);
}

/** Changed plans that should have the feature, the least changed first; they may need to be made consistent. */
export function plansWith(plan: Plan, feature: Feature): readonly Plan[] {
  return table[feature].give(plan);
}

export interface FeatureRow {
  has(plan: Plan): boolean;
  give(plan: Plan): readonly Plan[];
}

/** A feature that one change of the plan gives. */
function whole(has: FeatureRow['has'], change: (plan: Plan) => Plan): FeatureRow {
  return { has, give: (plan) => [change(plan)] };
}

/** A feature that one image has: an image at hand gets it, or one more does. */
function ofImage(
  has: (image: ImagePlan, plan: Plan) => boolean,
  change: Partial<ImagePlan>,
  event?: 'boot',
): FeatureRow {
  return {
    has: (plan) => plan.images.some((image) => has(image, plan)),
    give: (plan) => {
      const running = event === 'boot' ? booting(plan) : updating(plan);
      const changed = running.images.map((image, i) => ({
        ...running,
        images: running.images.with(i, { ...image, ...change }),
      }));
      return [...changed, { ...running, images: [...running.images, { ...plainImage, ...change }] }];
    },
  };
}

/** The simplest image. */
export const plainImage: ImagePlan = {
  size: 1,
  by: 'network',
  staged: 'no',
  loaded: false,
  storage: 'variable',
  sized: true,
  before: 'empty',
};

function updating(plan: Plan): Plan {
  return { ...plan, deliveries: plan.deliveries === 'boot' ? 'update-boot' : plan.deliveries };
}

function booting(plan: Plan): Plan {
  return { ...plan, deliveries: plan.deliveries === 'update' ? 'update-boot' : plan.deliveries };
}

function signedBy(algorithms: readonly Plan['authentication']['algorithm'][]): FeatureRow {
  const [usual = -19] = algorithms;
  const has = ({ authentication: { algorithm, form } }: Plan) =>
    algorithms.includes(algorithm) && form !== 'many';
  return whole(has, ({ authentication, ...plan }) => {
    const algorithm = algorithms.includes(authentication.algorithm) ? authentication.algorithm : usual;
    return { ...plan, authentication: { ...authentication, algorithm, form: 'one', profile: 'none' } };
  });
}

function authenticated(
  has: (plan: Plan['authentication']) => boolean,
  change: (plan: Plan['authentication']) => Partial<Plan['authentication']>,
): FeatureRow {
  return whole(
    ({ authentication }) => has(authentication),
    ({ authentication, ...plan }) => ({
      ...plan,
      // A profile would overrule the change.
      authentication: { ...authentication, profile: 'none', ...change(authentication) },
    }),
  );
}

function identified(has: (ids: Plan['ids']) => boolean, change: Partial<Plan['ids']>): FeatureRow {
  return whole(
    ({ ids }) => has(ids),
    (plan) => ({ ...plan, ids: { ...plan.ids, ...change } }),
  );
}

/** Only where ids are checked together is it certain that a command addresses several components. */
function together(index: 'array' | 'true'): FeatureRow {
  return {
    has: (plan) => {
      const { manifest, recipient } = componentCount(plan);
      const isEnough = manifest >= 2 && (index === 'true' || recipient >= 3);
      return plan.index === index && isEnough && plan.ids.checked === 'each' && !plan.ids.perComponent;
    },
    give: (plan) => {
      const images = plan.images.length < 2 ? [...plan.images, plainImage] : plan.images;
      const otherComponents = images.length + plan.otherComponents < 3 ? 1 : plan.otherComponents;
      const ids = { ...plan.ids, checked: 'each', perComponent: false } as const;
      return [{ ...plan, index, images, otherComponents, ids }];
    },
  };
}

const second = (plan: Plan['authentication']) => (plan.second === 'none' ? 'same-kind' : plan.second);

const table: Readonly<Record<Feature, FeatureRow>> = {
  update: {
    has: hasUpdate,
    give: (plan) => [
      { ...plan, deliveries: 'update' },
      { ...plan, deliveries: 'update-boot' },
    ],
  },
  boot: {
    has: hasBoot,
    give: (plan) => [
      { ...plan, deliveries: 'boot' },
      { ...plan, deliveries: 'update-boot' },
    ],
  },
  'boot-after-update': whole(
    ({ deliveries }) => deliveries === 'update-boot',
    (plan) => ({ ...plan, deliveries: 'update-boot' }),
  ),
  'boot-stored': whole(
    (plan) => hasBoot(plan) && plan.bootFrom === 'stored',
    (plan) => ({ ...booting(plan), bootFrom: 'stored' }),
  ),
  network: ofImage((image, plan) => hasUpdate(plan) && image.by === 'network', { by: 'network' }),
  integrated: ofImage((image, plan) => hasUpdate(plan) && image.by === 'integrated', { by: 'integrated' }),
  write: ofImage((image, plan) => hasUpdate(plan) && image.by === 'write', { by: 'write' }),
  staged: ofImage((image, plan) => hasUpdate(plan) && image.staged !== 'no', {
    by: 'network',
    staged: 'copy',
  }),
  copy: ofImage((image, plan) => hasUpdate(plan) && image.staged === 'copy', {
    by: 'network',
    staged: 'copy',
  }),
  swap: ofImage((image, plan) => hasUpdate(plan) && image.staged === 'swap', {
    by: 'network',
    staged: 'swap',
  }),
  load: ofImage(({ loaded }, plan) => hasBoot(plan) && loaded, { loaded: true }, 'boot'),
  slots: {
    has: (plan) => plan.images.some(({ slots }) => slots !== undefined),
    give: (plan) => {
      const slots = { current: plan.seed % 2 === 0 ? 0 : 1, otherSize: 2 } as const;
      const changed = plan.images.map((image, i) => ({
        ...plan,
        images: plan.images.with(i, { ...image, by: 'network', staged: 'no', slots }),
      }));
      return [...changed, { ...plan, images: [...plan.images, { ...plainImage, slots }] }];
    },
  },
  'fixed-storage': inStorage('fixed'),
  'variable-storage': inStorage('variable'),
  sized: whole(
    ({ images }) => images.some(({ sized }) => sized),
    (plan) => ({ ...plan, images: plan.images.map((image) => ({ ...image, sized: true })) }),
  ),
  'multi-component': whole(
    (plan) => componentCount(plan).manifest >= 2,
    (plan) => ({ ...plan, images: [...plan.images, plainImage] }),
  ),
  'other-components': whole(
    ({ otherComponents }) => otherComponents > 0,
    (plan) => ({ ...plan, otherComponents: 1 }),
  ),
  'index-array': together('array'),
  'index-true': together('true'),
  'try-each': whole(
    (plan) => hasUpdate(plan) && plan.tryEach !== 'none',
    (plan) => ({ ...updating(plan), tryEach: 'present' }),
  ),
  'run-sequence': whole(
    (plan) => hasUpdate(plan) && plan.runSequence !== 'none',
    (plan) => ({ ...updating(plan), runSequence: 'plain' }),
  ),
  'soft-failure': whole(
    (plan) => hasUpdate(plan) && plan.runSequence === 'soft',
    (plan) => ({ ...updating(plan), runSequence: 'soft' }),
  ),
  flat: whole(
    (plan) =>
      plan.tryEach === 'none' &&
      plan.runSequence === 'none' &&
      plan.images.every(({ slots }) => slots === undefined),
    (plan) => ({
      ...plan,
      tryEach: 'none',
      runSequence: 'none',
      images: plan.images.map(({ slots: _two, ...image }) => image),
    }),
  ),
  severed: whole(
    (plan) => hasUpdate(plan) && plan.severed.length > 0,
    (plan) => ({ ...updating(plan), severed: ['payloadFetch', 'install'] }),
  ),
  text: whole(
    ({ text }) => text.place === 'severed',
    (plan) => ({ ...plan, text: { ...plan.text, place: 'severed' } }),
  ),
  'reference-uri': whole(
    ({ referenceUri }) => referenceUri !== undefined,
    (plan) => ({ ...plan, referenceUri: 'https://example.com/release' }),
  ),
  'device-id': identified(({ device }) => device, { device: true }),
  'several-ids': identified(({ more }) => more > 0, { more: 1 }),
  'per-component-ids': identified(({ perComponent }) => perComponent, { perComponent: true }),
  'identifier-parts': whole(
    ({ identifiers }) => identifiers === 'path' || identifiers === 'long',
    (plan) => ({ ...plan, identifiers: 'path' }),
  ),
  pen: identified(({ vendor }) => vendor === 'pen', { vendor: 'pen' }),
  'invoke-arguments': whole(
    (plan) => hasBoot(plan) && plan.invokeArguments !== undefined,
    (plan) => ({ ...booting(plan), invokeArguments: '00' }),
  ),
  sign1: signedBy([-19, -8, -9, -7, -46]),
  'sign1-any': signedBy([-19, -8, -9, -7, -46]),
  'sign1-es256': signedBy([-7, -9]),
  'sign1-eddsa': signedBy([-19, -8]),
  hsslms: signedBy([-46]),
  mac0: signedBy([5]),
  sign: authenticated(
    ({ form, algorithm, bothSign }) => form !== 'one' && (algorithm !== 5 || bothSign),
    ({ algorithm }) => ({ form: 'many', algorithm: algorithm === 5 ? -19 : algorithm }),
  ),
  mac: authenticated(
    ({ form, algorithm }) => form === 'many' && algorithm === 5,
    () => ({ form: 'many', algorithm: 5 }),
  ),
  'mac-wrapped': authenticated(
    ({ wraps }) => wraps,
    () => ({ form: 'many', algorithm: 5, wraps: true }),
  ),
  'unknown-label': authenticated(
    ({ unknownLabel }) => unknownLabel,
    () => ({ unknownLabel: true }),
  ),
  policy: authenticated(
    (plan) => plan.policy !== 'any',
    (plan) => ({
      second: second(plan),
      bothSign: true,
      policy: plan.policy === 'any' ? 'two' : plan.policy,
    }),
  ),
  profile: authenticated(
    ({ profile }) => profile !== 'none',
    () => ({ profile: 'suit-sha256-ed25519-ecdh-a128ctr' }),
  ),
  kid: authenticated(
    ({ kid }) => kid !== 'none',
    () => ({ kid: 'unprotected' }),
  ),
  'two-anchors': authenticated(
    (plan) => plan.second !== 'none',
    (plan) => ({ second: second(plan) }),
  ),
  'both-sign': authenticated(
    (plan) => plan.second !== 'none' && plan.bothSign,
    (plan) => ({ second: second(plan), bothSign: true }),
  ),
  'installed-number': whole(
    ({ sequence }) => sequence.installed !== undefined && BigInt(sequence.installed) >= 1n,
    (plan) => {
      const offered = BigInt(plan.sequence.offered);
      const atLeast = offered < 2n ? 2n : offered;
      return { ...plan, sequence: { offered: String(atLeast), installed: String(atLeast - 1n) } };
    },
  ),
  'other-digest': whole(
    (plan) => [plan.digest, plan.wrapperDigest, plan.severedDigest].some((id) => id !== -16),
    (plan) => ({ ...plan, wrapperDigest: -44, authentication: { ...plan.authentication, profile: 'none' } }),
  ),
  minimal: whole(
    (plan) => plan.deliveries === 'update' && plan.images.every(({ by }) => by === 'none'),
    (plan) => ({
      ...plan,
      deliveries: 'update',
      images: plan.images.map((image) => ({ ...image, by: 'none' })),
    }),
  ),
  ...historyFeatures,
};

function inStorage(storage: ImagePlan['storage']): FeatureRow {
  return {
    has: (plan) => plan.images.some((image) => image.storage === storage),
    give: (plan) => [
      ...plan.images.map((image, i) => ({ ...plan, images: plan.images.with(i, { ...image, storage }) })),
      { ...plan, images: [...plan.images, { ...plainImage, storage }] },
    ],
  };
}
