/**
 * How the scenarios of the valid families are drawn (catalogue rows V03 and V13 to V44): what their plans have, and
 * what is drawn for them beside the choices of any plan.
 *
 * @module
 */

import fc from 'fast-check';
import type { Exercise, ExerciseKind, ExerciseSection } from './exercise.ts';
import { exerciseSections } from './exercise.ts';
import { anyExercise, arbitraryExercise, longestContent, longestName } from './exercise-arbitrary.ts';
import { type Feature, plainImage } from './features.ts';
import { capacity, type Plan } from './plan.ts';
import { publishedNames } from './published.ts';

/** One way to draw a family. */
export interface FamilyDraw {
  readonly features: readonly Feature[];
  /** Replaces choices of the drawn plan; JSON-safe. */
  readonly changes: fc.Arbitrary<Partial<Plan>>;
}

const nothing: fc.Arbitrary<Partial<Plan>> = fc.constant({});

function having(...features: Feature[]): FamilyDraw {
  return { features, changes: nothing };
}

function changing(changes: fc.Arbitrary<Partial<Plan>>, ...features: Feature[]): FamilyDraw {
  return { features, changes };
}

/** At least one of these exercises. */
function exercising(one: fc.Arbitrary<Exercise>, ...features: Feature[]): FamilyDraw {
  const changes = fc.array(one, { minLength: 1, maxLength: 2 }).map((exercises) => ({ exercises }));
  return { features, changes };
}

function exercise<K extends ExerciseKind>(
  kind: K,
  fields: Partial<Extract<Exercise, { readonly kind: K }>> = {},
  sections?: readonly ExerciseSection[],
): fc.Arbitrary<Exercise> {
  return arbitraryExercise(kind, sections).map((drawn) => ({ ...drawn, ...fields }));
}

function record<T>(fields: { readonly [F in keyof T]: fc.Arbitrary<T[F]> }): fc.Arbitrary<T> {
  return fc.record<T>(fields, { noNullPrototype: true });
}

const bare = {
  deliveries: 'update',
  images: [{ ...plainImage, by: 'none' }],
  severed: [],
  text: { place: 'none', languages: 1, components: false },
} as const satisfies Partial<Plan>;

const references = [
  'https://example.com/release',
  'release.suit',
  '../other/release.suit?class=1',
  `coap://example.com/${'long/'.repeat(400)}`,
];

/** Manifests with one optional member alone, with none, and with all of them (appendix A). */
const members: fc.Arbitrary<Partial<Plan>> = fc.oneof(
  fc.constant(bare),
  fc.constant({ ...bare, referenceUri: 'release.suit' }),
  fc.constant({ ...bare, text: { place: 'inline' as const, languages: 1, components: false } }),
  fc
    .constantFrom<ExerciseSection>('validate', 'load', 'invoke', 'payloadFetch', 'install')
    .chain((section) => anyExercise([section]))
    .map((one) => ({ ...bare, exercises: [one] })),
  fc.tuple(...exerciseSections.map((section) => anyExercise([section]))).map((exercises) => ({
    ...bare,
    deliveries: 'update-boot' as const,
    exercises: exercises.map(narrow),
    referenceUri: 'release.suit',
    text: { place: 'inline' as const, languages: 1, components: false },
  })),
);

/** The exercise with few enough components that one fits into each section. */
function narrow(one: Exercise): Exercise {
  switch (one.kind) {
    case 'check':
    case 'slot':
    case 'abort':
    case 'try':
    case 'write':
    case 'custom':
    case 'helper':
    case 'fetch':
      return one;
    default:
      return { kind: 'abort', section: one.section, inside: 'try-each' };
  }
}

/** Load and invoke come only with validate; a boot is run where there is an invoke (draft §8.4.6, §6.3). */
const subsets: fc.Arbitrary<Partial<Plan>> = fc
  .tuple(
    fc.subarray<ExerciseSection>(['payloadFetch', 'install', 'validate', 'load', 'invoke']),
    fc.constantFrom<Plan['deliveries']>('update', 'update-boot', 'boot'),
    fc.tuple(...exerciseSections.map((section) => anyExercise([section]))),
  )
  .map(([drawn, deliveries, exercises]) => {
    const needsValidate = drawn.includes('load') || drawn.includes('invoke');
    const sections = needsValidate ? [...new Set([...drawn, 'validate'])] : drawn;
    return {
      ...bare,
      deliveries: sections.includes('invoke') ? deliveries : 'update',
      exercises: exercises.map(narrow).filter(({ section }) => sections.includes(section)),
    };
  });

const textKeys = fc.subarray([1, 2, 3, 4, -1, -300], { minLength: 1 });
const componentTextKeys = fc.subarray([1, 2, 3, 4, 5, 6, -1, -70000], { minLength: 1 });
const richText: fc.Arbitrary<Plan['text']> = record({
  place: fc.constantFrom<Plan['text']['place']>('inline', 'severed'),
  languages: fc.integer({ min: 1, max: 5 }),
  components: fc.boolean(),
  keys: textKeys,
  componentKeys: componentTextKeys,
});

/** Numbers before and after; the ends of the types that implementations use, and seconds since 1970. */
const steps: readonly Plan['sequence'][] = [
  { offered: '0' },
  { offered: '1', installed: '0' },
  { offered: '1001', installed: '1' },
  { offered: '1700000000', installed: '1690000000' },
  { offered: String(2n ** 31n), installed: String(2n ** 31n - 1n) },
  { offered: String(2n ** 32n), installed: String(2n ** 32n - 1n) },
  { offered: String(2n ** 53n + 1n), installed: String(2n ** 53n) },
  { offered: String(2n ** 63n), installed: String(2n ** 63n - 1n) },
  { offered: String(2n ** 64n - 1n), installed: String(2n ** 64n - 2n) },
  { offered: String(2n ** 64n - 1n) },
];
const numbers: fc.Arbitrary<Partial<Plan>> = fc.oneof(
  record({ sequence: fc.constantFrom(...steps) }),
  fc
    .constantFrom('0', '7', String(2n ** 53n + 1n), String(2n ** 64n - 1n))
    .map((number) => ({ deliveries: 'boot' as const, sequence: { offered: number, installed: number } })),
);

const idForms: fc.Arbitrary<Partial<Plan>> = fc
  .tuple(
    fc.constantFrom<Plan['ids']['vendor']>('uuid', 'pen'),
    fc.constantFrom<Plan['ids']['checked']>('first', 'each'),
    fc.boolean(),
    fc.integer({ min: 0, max: 3 }),
    fc.boolean(),
    fc.constantFrom(undefined, 3 as const, 4 as const),
  )
  .map(([vendor, checked, perComponent, more, device, version]) => ({
    ids: { vendor, checked, perComponent, more, device, ...(version && { version }) },
  }));

const fetches = (by: Extract<Exercise, { kind: 'fetch' }>['by'][]): fc.Arbitrary<Exercise> =>
  fc
    .tuple(arbitraryExercise('fetch'), fc.constantFrom(...by))
    .map(([drawn, place]) => (drawn.kind === 'fetch' ? { ...drawn, by: place } : drawn));

/** Each parameter at what a planned recipient can hold. */
const limits: fc.Arbitrary<Exercise> = fc.oneof(
  exercise('fetch', { by: 'network', name: longestName }),
  exercise('fetch', { size: capacity }),
  exercise('fetch', { arguments: '5a'.repeat(512) }),
  exercise('check', { how: 'sized', size: capacity }),
  exercise('check', { how: 'empty' }),
  exercise('slot', { slot: 7, slots: 8 }),
  exercise('slot', { slot: 0, slots: 1 }),
  exercise('write', { size: longestContent }),
  exercise('copy', { size: capacity }),
  exercise('helper', { arguments: '5a'.repeat(512) }),
  exercise('helper', { arguments: '' }),
);

/** The id conditions, which the shared sequence has in any manifest, in every section. */
const idChecks: fc.Arbitrary<Exercise> = fc
  .tuple(
    arbitraryExercise('override'),
    fc.constantFrom('vendorId' as const, 'classId' as const, 'deviceId' as const),
  )
  .map(([drawn, parameter]) => (drawn.kind === 'override' ? { ...drawn, parameter } : drawn));

const policies = fc
  .shuffledSubarray([...Array(16).keys()], { minLength: 16 })
  .chain((drawn) =>
    fc.array(anyExercise(), { maxLength: 2 }).map((exercises) => ({ policies: drawn, exercises })),
  );

const mixed: fc.Arbitrary<Partial<Plan>> = fc
  .record({
    exercises: fc.array(anyExercise(), { maxLength: 4 }),
    factsIn: fc.constantFrom(undefined, undefined, 'sections' as const),
    unusedPayloads: fc.constantFrom(undefined, undefined, 1, 2),
    text: fc.oneof(
      { withCrossShrink: true },
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: richText },
    ),
  })
  .map((drawn) => Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)));

/** Each family that is drawn in a way of its own, by id; several ways are equally likely, the first the plainest. */
export const familyDraws: Readonly<Record<string, readonly FamilyDraw[]>> = {
  'valid.mixed': [changing(mixed)],
  'valid.example.published': [changing(record({ published: fc.constantFrom(...publishedNames) }))],
  'valid.envelope.minimal': [changing(members)],
  'valid.envelope.order': [
    changing(record({ unusedPayloads: fc.integer({ min: 1, max: 3 }) })),
    changing(record({ unusedPayloads: fc.integer({ min: 1, max: 3 }) }), 'severed', 'text'),
  ],
  'valid.sequence.number': [changing(numbers)],
  'valid.reference.uri': [changing(record({ referenceUri: fc.constantFrom(...references) }))],
  'valid.text.maps': [changing(record({ text: richText }))],
  'valid.text.places': [
    changing(
      record({
        text: record({
          place: fc.constantFrom<Plan['text']['place']>('none', 'inline', 'severed', 'gone'),
          languages: fc.integer({ min: 1, max: 3 }),
          components: fc.boolean(),
        }),
      }),
    ),
  ],
  'valid.common.forms': [changing(fc.constant({ factsIn: 'sections' })), having('multi-component')],
  'valid.component.ids': [
    changing(
      record({
        identifiers: fc.constantFrom<Plan['identifiers']>('byte', 'path', 'prefix', 'long'),
        exercises: fc.array(exercise('address', { form: 'integer' }), { maxLength: 2 }),
      }),
    ),
  ],
  'valid.sections': [changing(subsets)],
  'valid.severed': [
    having('severed'),
    changing(
      fc.constantFrom<Plan['severed']>(['install'], ['payloadFetch', 'install']).map((severed) => ({
        severed,
        deliveries: 'boot' as const,
        images: [{ ...plainImage, staged: 'copy' as const }],
      })),
    ),
  ],
  'valid.policy': [changing(policies)],
  'valid.cond.ids': [changing(idForms)],
  'valid.cond.image': [
    exercising(fc.oneof(exercise('check', { how: 'image' }), exercise('check', { how: 'sized' }))),
  ],
  'valid.cond.content': [
    exercising(fc.oneof(exercise('check', { how: 'content' }), exercise('check', { how: 'empty' }))),
  ],
  'valid.cond.slot': [exercising(exercise('slot')), having('slots')],
  'valid.cond.abort': [exercising(exercise('abort'))],
  'valid.index.int': [
    changing(fc.constant({ index: 'omitted', otherComponents: 0, images: [plainImage] })),
    exercising(exercise('address', { form: 'integer' })),
  ],
  'valid.index.array': [exercising(exercise('address', { form: 'array' })), having('index-array')],
  'valid.index.true': [exercising(exercise('address', { form: 'true' })), having('index-true')],
  'valid.try.each': [exercising(exercise('try')), exercising(exercise('try-apart')), having('try-each')],
  'valid.override': [exercising(exercise('override'))],
  'valid.fetch': [exercising(fetches(['network'])), having('network')],
  'valid.fetch.integrated': [
    having('integrated'),
    exercising(fetches(['integrated', 'prefetched'])),
    changing(record({ unusedPayloads: fc.integer({ min: 1, max: 3 }) })),
  ],
  'valid.copy': [exercising(exercise('copy')), having('copy'), having('load')],
  'valid.swap': [exercising(exercise('swap')), having('swap')],
  'valid.write': [exercising(exercise('write')), having('write')],
  'valid.invoke': [exercising(exercise('helper'), 'boot'), having('invoke-arguments'), having('boot')],
  'valid.run.sequence': [exercising(exercise('run')), having('run-sequence')],
  'valid.strict.order': [exercising(exercise('order'))],
  'valid.custom': [exercising(exercise('custom'))],
  'valid.acl.models': [
    changing(record({ rights: fc.constantFrom<Plan['rights'] & string>('component', 'prefix', 'listed') })),
    changing(
      record({
        rights: fc.constant('listed' as const),
        exercises: fc.array(anyExercise(), { maxLength: 2 }),
      }),
    ),
    changing(record({ rights: fc.constant('shared' as const) }), 'both-sign', 'multi-component'),
  ],
  'valid.commands.all': [exercising(fc.oneof(anyExercise(), idChecks))],
  'valid.params.all': [exercising(limits)],
  'valid.template.ab': [having('slots', 'boot'), having('slots', 'update')],
  'valid.template.load': [having('boot-after-update', 'copy', 'load')],
};
