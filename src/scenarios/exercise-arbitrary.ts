/**
 * Draws exercises: small when shrunk, sometimes at the limits of what a planned recipient holds.
 *
 * @module
 */

import fc from 'fast-check';
import { type Exercise, type ExerciseKind, type ExerciseSection, exerciseSections } from './exercise.ts';
import { capacity } from './plan.ts';

/** Longest content that an exercise has in the manifest. */
export const longestContent = 1024;

/** Longest part of a path in an exercise's URI. */
export const longestName = 2000;

const everywhere = exerciseSections;
const own: readonly ExerciseSection[] = ['install', 'payloadFetch', 'validate', 'load', 'invoke'];

/** One exercise of a kind, in one of the sections where that kind may stand, or in one of those given. */
export function arbitraryExercise(
  kind: ExerciseKind,
  sections: readonly ExerciseSection[] = exerciseSections,
): fc.Arbitrary<Exercise> {
  const made = shapes[kind](sections);
  if (made === undefined) throw new RangeError(`${kind} stands in none of ${sections.join(', ')}`);
  return made;
}

/** May this kind stand in one of the sections? */
export function standsIn(kind: ExerciseKind, sections: readonly ExerciseSection[]): boolean {
  return shapes[kind](sections) !== undefined;
}

export const exerciseKinds = [
  'check',
  'slot',
  'abort',
  'address',
  'try',
  'try-apart',
  'run',
  'override',
  'fetch',
  'write',
  'copy',
  'swap',
  'order',
  'custom',
  'helper',
] as const satisfies readonly ExerciseKind[];

/** Any exercise, in one of the sections. */
export function anyExercise(sections: readonly ExerciseSection[] = exerciseSections): fc.Arbitrary<Exercise> {
  const kinds = exerciseKinds.filter((kind) => standsIn(kind, sections));
  return fc.oneof(...kinds.map((kind) => arbitraryExercise(kind, sections)));
}

type Fields<K extends ExerciseKind> = Omit<Extract<Exercise, { readonly kind: K }>, 'kind' | 'section'>;
type Shape = (sections: readonly ExerciseSection[]) => fc.Arbitrary<Exercise> | undefined;

function shape<K extends ExerciseKind>(
  kind: K,
  legal: readonly ExerciseSection[],
  fields: { readonly [F in keyof Fields<K>]: fc.Arbitrary<Fields<K>[F]> },
): Shape {
  return (sections) => {
    const both = legal.filter((section) => sections.includes(section));
    if (both.length === 0) return undefined;
    const [first, ...others] = both;
    return fc
      .record({ section: fc.constantFrom(first, ...others), ...fields }, { noNullPrototype: true })
      .map((drawn) => withoutUndefined({ kind, ...drawn }) as unknown as Exercise);
  };
}

function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Small mostly, and sometimes the limit. */
function size(limit: number): fc.Arbitrary<number> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 7, arbitrary: fc.integer({ min: 1, max: 64 }) },
    { weight: 1, arbitrary: fc.constant(limit) },
  );
}

/** Hexadecimal, or none; none is the plain case. */
const argumentsOrNone = fc.constantFrom<string | undefined>(
  undefined,
  '',
  '00',
  'a10102',
  'ff'.repeat(24),
  '5a'.repeat(512),
);

const shapes: Readonly<Record<ExerciseKind, Shape>> = {
  check: shape('check', everywhere, {
    how: fc.constantFrom('image', 'sized', 'content', 'empty'),
    size: size(capacity),
  }),
  slot: (sections) =>
    shape('slot', everywhere, {
      slot: fc.integer({ min: 0, max: 7 }),
      slots: fc.integer({ min: 1, max: 8 }),
    })(sections)?.map((drawn) =>
      drawn.kind === 'slot' ? { ...drawn, slots: Math.max(drawn.slots, drawn.slot + 1) } : drawn,
    ),
  abort: shape('abort', everywhere, { inside: fc.constantFrom('try-each', 'run-sequence') }),
  address: shape('address', everywhere, {
    form: fc.constantFrom('integer', 'array', 'true'),
    turn: fc.integer({ min: 0, max: 5 }),
  }),
  try: (sections) =>
    shape('try', everywhere, {
      branches: fc.integer({ min: 2, max: 5 }),
      winner: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant('nil' as const)),
      depth: fc.integer({ min: 0, max: 3 }),
    })(sections)?.map((drawn) =>
      drawn.kind === 'try' && drawn.winner !== 'nil'
        ? { ...drawn, winner: drawn.winner % drawn.branches }
        : drawn,
    ),
  'try-apart': shape('try-apart', everywhere, { branches: fc.integer({ min: 2, max: 3 }) }),
  run: shape('run', everywhere, {
    depth: fc.integer({ min: 0, max: 3 }),
    soft: fc.boolean(),
    each: fc.boolean(),
  }),
  override: overrideShape,
  fetch: shape('fetch', own, {
    by: fc.constantFrom('network', 'integrated', 'prefetched'),
    scheme: fc.constantFrom('http', 'https', 'coap', 'coaps'),
    name: fc.oneof(
      { withCrossShrink: true },
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 1, arbitrary: fc.constant(longestName) },
    ),
    arguments: argumentsOrNone as fc.Arbitrary<string>,
    already: fc.boolean(),
    late: fc.boolean(),
    size: size(capacity),
  }),
  write: shape('write', own, { size: size(longestContent) }),
  copy: shape('copy', own, {
    targets: fc.constantFrom(1, 2),
    slots: fc.boolean(),
    size: size(capacity),
  }),
  swap: shape('swap', own, {}),
  order: shape('order', everywhere, {
    lanes: fc.integer({ min: 2, max: 4 }),
    form: fc.constantFrom('plain', 'runs', 'array'),
  }),
  custom: shape('custom', own, {
    does: fc.constantFrom('check', 'store'),
    code: fc.constantFrom(-257, -258, -65537, -(2 ** 31) - 1),
    parameter: fc.constantFrom(-257, -1000, -(2 ** 32)),
    size: fc.integer({ min: 1, max: 48 }),
  }),
  helper: shape('helper', ['invoke'], {
    arguments: argumentsOrNone as fc.Arbitrary<string>,
    times: fc.constantFrom(1, 2),
  }),
};

/** Which parameters may be used in the sections given goes by what uses them. */
function overrideShape(sections: readonly ExerciseSection[]): fc.Arbitrary<Exercise> | undefined {
  const fields = {
    decoys: fc.integer({ min: 0, max: 3 }),
    bundle: fc.boolean(),
    under: fc.constantFrom('integer' as const, 'array' as const),
  };
  const of = (legal: readonly ExerciseSection[], ...parameters: readonly Parameter[]) =>
    shape('override', legal, { ...fields, parameter: fc.constantFrom(...parameters) })(sections);
  const found = [
    of(everywhere, 'content', 'vendorId', 'classId', 'deviceId', 'imageDigest', 'imageSize', 'componentSlot'),
    of(own, 'uri', 'fetchArguments', 'sourceComponent'),
    of(['invoke'], 'invokeArguments'),
  ].filter((one) => one !== undefined);
  return found.length === 0 ? undefined : fc.oneof(...found);
}

type Parameter = Extract<Exercise, { readonly kind: 'override' }>['parameter'];
