/**
 * Draws plans: JSON-safe, small when shrunk, the plainest alternative first.
 *
 * @module
 */

import fc from 'fast-check';
import { BenchError } from '../bench-error.ts';
import { authenticationPlan } from './authentication-arbitrary.ts';
import { familyOf, validFamilies } from './families.ts';
import { type FamilyDraw, familyDraws } from './family-draws.ts';
import type { Feature } from './features.ts';
import { withHistories } from './history-features.ts';
import { type ImagePlan, largestImage, type Plan } from './plan.ts';
import { settle } from './settle.ts';

export interface PlanOptions {
  /** Which of its events must be among the deliveries. */
  readonly event?: 'update' | 'boot';
  /** Every plan has all of them: `features.ts` lists what there is. */
  readonly features?: readonly Feature[];
  /** Id of a valid family. */
  readonly family?: string;
}

/** Throws BenchError `family-unknown`; a draw throws `features-conflict` where features exclude each other. */
export function arbitraryPlan(options: PlanOptions = {}): fc.Arbitrary<Plan> {
  const asked: readonly Feature[] = [...(options.event ? [options.event] : []), ...(options.features ?? [])];
  const ways = drawsOf(options.family).map(({ features, changes }) => {
    const wanted = [...asked, ...features];
    return fc.tuple(drawnPlan(wanted), changes).map(([drawn, changed]) => {
      const plan = settle({ ...drawn, ...changed }, wanted);
      return { ...plan, family: options.family ?? familyOf(plan) };
    });
  });
  return ways.length === 1 ? (ways[0] as fc.Arbitrary<Plan>) : fc.oneof({ withCrossShrink: true }, ...ways);
}

/** The ways to draw a family; of no family, the plain one. */
function drawsOf(id: string | undefined): readonly FamilyDraw[] {
  const changes = fc.constant({});
  if (id === undefined) return [{ features: [], changes }];
  const draws = Object.hasOwn(familyDraws, id) ? familyDraws[id] : undefined;
  if (draws !== undefined) return draws;
  const rows = validFamilies.filter((row) => row.id === id);
  if (rows.length === 0) throw new BenchError('family-unknown', `There is no valid family "${id}".`);
  return rows.map(({ features }) => ({ features, changes }));
}

/** Choices that may exclude each other; `settle` makes a plan of them. */
function drawnPlan(wanted: readonly Feature[]): fc.Arbitrary<Plan> {
  return withHistories(plainPlan(wanted), wanted);
}

function plainPlan(wanted: readonly Feature[]): fc.Arbitrary<Plan> {
  const optional = {
    referenceUri: rarely(
      'https://example.com/release',
      'release.suit',
      `coap://example.com/${'long/'.repeat(30)}`,
    ),
    invokeArguments: rarely('', '00', '68656c6c6f20776f726c6400ff'),
  };
  const digests = wanted.includes('other-digest')
    ? fc.constantFrom(-16, -44, -43, -18, -45)
    : fc.constant(-16);
  return record({
    deliveries: fc.constantFrom<Plan['deliveries']>('update', 'update-boot', 'update-boot', 'boot'),
    bootFrom: mostly<Plan['bootFrom']>('delivered', 'stored', 'stripped'),
    sequence: sequence(),
    authentication: authenticationPlan(wanted),
    // Others are optional (§10): they are drawn where an attack or a family asks for them.
    digest: digests,
    wrapperDigest: digests,
    severedDigest: digests,
    images: images(),
    otherComponents: mostly(0, 1, 2),
    rotation: mostly(0, 1, 2, 3),
    identifiers: mostly<Plan['identifiers']>('byte', 'path', 'prefix', 'long'),
    ids: record({
      vendor: mostly<Plan['ids']['vendor']>('uuid', 'pen'),
      checked: fc.constantFrom<Plan['ids']['checked']>('first', 'each'),
      perComponent: mostly(false, true),
      more: mostly(0, 1, 2),
      device: mostly(false, true),
    }),
    index: fc.constantFrom<Plan['index']>('omitted', 'integer', 'array', 'true'),
    overrides: mostly<Plan['overrides']>('joined', 'split'),
    policies: fc.array(fc.nat({ max: 15 }), { minLength: 1, maxLength: 3 }),
    validate: mostly(true, false),
    tryEach: mostly<Plan['tryEach']>('none', 'present', 'abort', 'nil'),
    runSequence: mostly<Plan['runSequence']>('none', 'plain', 'soft'),
    severed: fc.constantFrom<Plan['severed']>([], [], ['install'], ['payloadFetch', 'install']),
    text: record({
      place: mostly<Plan['text']['place']>('none', 'inline', 'severed', 'gone'),
      languages: fc.integer({ min: 1, max: 3 }),
      components: fc.boolean(),
    }),
    scheme: fc.constantFrom<Plan['scheme']>('http', 'https', 'coap', 'coaps'),
    deviceClass: fc.constantFrom<Plan['deviceClass']>(1, 2),
    seed: fc.nat({ max: 255 }),
    ...optional,
  }).map(({ referenceUri, invokeArguments, ...drawn }) => ({
    family: '',
    ...drawn,
    ...(referenceUri !== undefined && { referenceUri }),
    ...(invokeArguments !== undefined && { invokeArguments }),
  }));
}

/** Plain objects: JSON gives back no others. */
function record<T>(fields: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(fields, { noNullPrototype: true });
}

/** The plain value three times out of four, and when shrunk. */
function mostly<T>(plain: T, ...others: readonly (T | fc.Arbitrary<T>)[]): fc.Arbitrary<T> {
  const rest = others.map((other) => (other instanceof fc.Arbitrary ? other : fc.constant(other)));
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(plain), weight: 3 * rest.length },
    ...rest.map((arbitrary) => ({ arbitrary, weight: 1 })),
  );
}

function rarely<T>(...values: readonly T[]): fc.Arbitrary<T | undefined> {
  return mostly<T | undefined>(undefined, ...values);
}

/** Around the limits of the integers that implementations use. */
const landmarks = [0n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

function sequence(): fc.Arbitrary<Plan['sequence']> {
  return record({
    landmark: mostly(0, ...landmarks.keys()),
    distance: fc.integer({ min: -3, max: 10 }),
    gap: mostly(1, fc.nat({ max: 3 }), fc.constant(1000)),
    fresh: mostly(false, true),
  }).map(({ landmark, distance, gap, fresh }) => {
    const installed = clamp((landmarks[landmark] as bigint) + BigInt(distance));
    const offered = clamp(installed + BigInt(gap));
    return { offered: String(offered), ...(!fresh && { installed: String(installed) }) };
  });
}

function clamp(number: bigint): bigint {
  const highest = 2n ** 64n - 1n;
  if (number < 0n) return 0n;
  return number > highest ? highest : number;
}

/** One to four; with more than two, none has components of its own. */
function images(): fc.Arbitrary<readonly ImagePlan[]> {
  // The first apart: an array shrinks by leaving out its first elements, and here it is the others that should go.
  const more = fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.array(image(), { maxLength: 1 }), weight: 3 },
    { arbitrary: fc.array(image(), { maxLength: 3 }), weight: 1 },
  );
  return fc
    .tuple(image(), more)
    .map(([first, others]) => [first, ...others])
    .map((drawn) =>
      drawn.length <= 2 ? drawn : drawn.map((one) => ({ ...one, staged: 'no' as const, loaded: false })),
    );
}

function image(): fc.Arbitrary<ImagePlan> {
  const slots = record({
    current: fc.constantFrom(0 as const, 1 as const),
    otherSize: fc.integer({ min: 1, max: largestImage }),
  });
  return record({
    size: fc.integer({ min: 1, max: largestImage }),
    by: fc.constantFrom<ImagePlan['by']>(
      'network',
      'network',
      'network',
      'integrated',
      'prefetched',
      'write',
    ),
    staged: mostly<ImagePlan['staged']>('no', 'copy', 'swap'),
    loaded: mostly(false, true),
    slots: mostly<ImagePlan['slots']>(undefined, mostly<ImagePlan['slots']>(undefined, slots), slots),
    storage: fc.constantFrom<ImagePlan['storage']>('variable', 'fixed'),
    sized: fc.constantFrom(true, false),
    before: fc.constantFrom<ImagePlan['before']>('empty', 'old'),
  }).map(({ slots: two, ...rest }) => ({ ...rest, ...(two && { slots: two }) }));
}
