/**
 * From drawn choices to a plan that holds together: what a conforming recipient has no ground to refuse.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { profileByName } from '../cose/profiles.ts';
import { settleAuthentication } from './authentication-settle.ts';
import { type Exercise, mostExercises } from './exercise.ts';
import { type Feature, hasFeature, plansWith } from './features.ts';
import { prunedHistories } from './history-features.ts';
import { componentCount } from './layout.ts';
import { hasBoot, hasUpdate, type ImagePlan, largestContent, mostComponents, type Plan } from './plan.ts';

/** The plan with all wanted features, consistent. Throws BenchError `features-conflict` if they exclude each other. */
export function settle(drawn: Plan, wanted: readonly Feature[]): Plan {
  const plan = settleIfPossible(drawn, wanted);
  if (plan !== undefined) return plan;
  throw new BenchError('features-conflict', `No scenario can be planned with: ${wanted.join(', ')}.`, {
    blame: 'bench',
  });
}

/** The same; undefined where the wanted features exclude each other. */
export function settleIfPossible(drawn: Plan, wanted: readonly Feature[]): Plan | undefined {
  return search(drawn, wanted, wanted.length + 2);
}

/** Gives the first feature that is missing, in each way that it can be had, until none is or the changes are used up. */
function search(drawn: Plan, wanted: readonly Feature[], changes: number): Plan | undefined {
  const plan = prunedHistories(consistent(drawn));
  const missing = wanted.find((feature) => !hasFeature(plan, feature));
  if (missing === undefined) return plan;
  if (changes === 0) return undefined;
  // Changed is what was drawn: choices that are meaningless now may have a meaning afterwards.
  for (const candidate of plansWith(drawn, missing)) {
    const found = search(candidate, wanted, changes - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Takes back the choices that exclude each other. A consistent plan comes back the same. */
export function consistent(drawn: Plan): Plan {
  const install = withInstall(withImages(withExercises(drawn)));
  const { referenceUri, invokeArguments, ...plan } = install;
  return {
    ...plan,
    validate: plan.deliveries === 'update' ? plan.validate && installs(plan) : true,
    bootFrom: bootFrom(plan),
    sequence: sequence(plan),
    ...authenticated(plan),
    ...componentList(plan),
    text: plan.text.place === 'none' ? { place: 'none', languages: 1, components: false } : plan.text,
    ...(referenceUri !== undefined && { referenceUri }),
    ...(invokeArguments !== undefined && hasBoot(plan) && { invokeArguments }),
  };
}

function withImages(plan: Plan): Plan {
  const isMinimal = hasUpdate(plan) && plan.images.every(({ by }) => by === 'none');
  // A boot's manifest needs no install; it has one where the plan severs it, and then it is gone.
  const isInPlace = plan.deliveries === 'boot' && plan.severed.length === 0;
  const none = isMinimal || isInPlace;
  const images = plan.images.map((image) =>
    consistentImage({ ...image, by: none ? 'none' : fetched(image.by) }, plan),
  );
  return { ...plan, images };
}

/** As many exercises as a manifest has components for; for the first, images give way. */
function withExercises({ exercises = [], ...plan }: Plan): Plan {
  const [first, ...others] = exercises.slice(0, mostExercises);
  if (first === undefined) return plan;
  const fits = (one: Plan) => componentCount(one).manifest <= mostComponents;
  let { images } = plan;
  while (images.length > 1 && !fits({ ...plan, images, exercises: [first] })) images = images.slice(0, -1);
  const kept = [first];
  for (const next of others) {
    if (isNew(next, kept) && fits({ ...plan, images, exercises: [...kept, next] })) kept.push(next);
  }
  // A boot finds severed sections gone, and with them what they exercise.
  const isGone = (section: Plan['severed'][number]) =>
    plan.deliveries === 'boot' && kept.some((one) => one.section === section);
  return { ...plan, images, exercises: kept, severed: plan.severed.filter((section) => !isGone(section)) };
}

/** A private command has one meaning. */
function isNew(exercise: Exercise, others: readonly Exercise[]): boolean {
  return (
    exercise.kind !== 'custom' || !others.some((one) => one.kind === 'custom' && one.code === exercise.code)
  );
}

function fetched(by: ImagePlan['by']): ImagePlan['by'] {
  return by === 'none' ? 'network' : by;
}

function consistentImage(image: ImagePlan, plan: Plan): ImagePlan {
  const { slots, ...rest } = image;
  const isWritten = rest.by === 'write';
  const staged = isWritten || rest.by === 'none' ? 'no' : rest.staged;
  const hasSlots = slots !== undefined && !isWritten && staged === 'no';
  // check-content compares all that a component holds: a fixed slot's tail would be part of it (§8.4.9.3).
  const storage = isWritten ? 'variable' : rest.storage;
  return {
    ...rest,
    size: isWritten ? Math.min(rest.size, largestContent) : rest.size,
    staged,
    loaded: rest.loaded && hasBoot(plan) && !hasSlots,
    storage,
    sized: rest.sized || storage === 'fixed',
    // What a swap gives back must be something.
    before: staged === 'swap' ? 'old' : rest.before,
    ...(hasSlots && { slots }),
  };
}

function withInstall(plan: Plan): Plan {
  const exercised = (plan.exercises ?? []).map(({ section }) => section);
  const hasInstall = installs(plan) || exercised.includes('install');
  const hasFetch = plan.images.some(({ staged }) => staged !== 'no') || exercised.includes('payloadFetch');
  const runs = installs(plan) && hasUpdate(plan);
  return {
    ...plan,
    severed: [
      ...(hasFetch && plan.severed.includes('payloadFetch') ? (['payloadFetch'] as const) : []),
      ...(hasInstall && plan.severed.includes('install') ? (['install'] as const) : []),
    ],
    tryEach: runs ? plan.tryEach : 'none',
    runSequence: runs ? plan.runSequence : 'none',
  };
}

function installs(plan: Plan): boolean {
  return plan.images.some(({ by }) => by !== 'none');
}

function bootFrom(plan: Plan): Plan['bootFrom'] {
  if (!hasBoot(plan)) return 'delivered';
  const isSevered = plan.severed.length > 0 || plan.text.place === 'severed';
  return plan.bootFrom === 'stripped' && !isSevered ? 'delivered' : plan.bootFrom;
}

/**
 * An update is above the installed number: whether another manifest with the same number is taken is policy
 * (catalogue row E02). A boot may be of the manifest that is installed.
 */
function sequence(plan: Plan): Plan['sequence'] {
  const { offered, installed } = plan.sequence;
  if (installed === undefined) return { offered };
  const highest = BigInt(offered) - (hasUpdate(plan) ? 1n : 0n);
  if (highest < 0n) return { offered };
  return { offered, installed: BigInt(installed) > highest ? String(highest) : installed };
}

/** A profile has one digest algorithm (draft-ietf-suit-mti §3). */
function authenticated(
  plan: Plan,
): Pick<Plan, 'authentication' | 'digest' | 'wrapperDigest' | 'severedDigest'> {
  const authentication = settleAuthentication(plan.authentication);
  const only = profileByName(authentication.profile)?.digest;
  const { digest, wrapperDigest, severedDigest } = plan;
  return only === undefined
    ? { authentication, digest, wrapperDigest, severedDigest }
    : { authentication, digest: only, wrapperDigest: only, severedDigest: only };
}

function componentList(plan: Plan): Pick<Plan, 'index' | 'rotation'> {
  const { manifest, recipient } = componentCount(plan);
  return { index: index(plan, manifest, recipient), rotation: plan.rotation % recipient };
}

function index(plan: Plan, manifest: number, recipient: number): Plan['index'] {
  switch (plan.index) {
    case 'omitted':
      // §7: set-component-index can be omitted on systems of one component.
      return recipient === 1 ? 'omitted' : 'integer';
    case 'integer':
      return 'integer';
    case 'array':
      return manifest >= 2 && recipient >= 3 ? 'array' : 'integer';
    case 'true':
      return manifest >= 2 ? 'true' : 'integer';
  }
}
