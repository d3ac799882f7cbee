/**
 * Exercises: small pieces of a manifest that a plan may hold any number of, each with components of its own, so that
 * they mix freely. Here are their data, their components, what these hold before and afterwards, and their payloads;
 * the commands are in `exercise-commands.ts`.
 *
 * @module
 */

import type { Content, CustomCommand } from '../device/recipient.ts';
import { contentBytes } from './content-bytes.ts';

/** Where an exercise's commands stand. */
export const exerciseSections = ['shared', 'payloadFetch', 'install', 'validate', 'load', 'invoke'] as const;
export type ExerciseSection = (typeof exerciseSections)[number];

/** Parameters whose replacement an exercise shows (draft §8.4.10.3). */
export const overridden = [
  'vendorId',
  'classId',
  'deviceId',
  'imageDigest',
  'imageSize',
  'componentSlot',
  'content',
  'uri',
  'fetchArguments',
  'sourceComponent',
  'invokeArguments',
] as const;
export type Overridden = (typeof overridden)[number];

/** JSON-safe. Sizes and lengths are in bytes; arguments are hexadecimal. */
export type Exercise = { readonly section: ExerciseSection } & (
  | { readonly kind: 'check'; readonly how: 'image' | 'sized' | 'content' | 'empty'; readonly size: number }
  | { readonly kind: 'slot'; readonly slot: number; readonly slots: number }
  /** Condition-abort where its failure is soft. */
  | { readonly kind: 'abort'; readonly inside: 'try-each' | 'run-sequence' }
  /** The same commands to several components: one by one, as an array turned by some places, or as true. */
  | { readonly kind: 'address'; readonly form: 'integer' | 'array' | 'true'; readonly turn: number }
  /** `winner` is the branch that succeeds; `nil`: none does, and nil stands last. */
  | {
      readonly kind: 'try';
      readonly branches: number;
      readonly winner: number | 'nil';
      /** Further try-each inside the branch that succeeds. */
      readonly depth: number;
    }
  /** One branch for each of its components, under an array of them. */
  | { readonly kind: 'try-apart'; readonly branches: number }
  | {
      readonly kind: 'run';
      readonly depth: number;
      /** The innermost sequence comes after one that fails softly. */
      readonly soft: boolean;
      /** Once for each of three components, under an array of them. */
      readonly each: boolean;
    }
  | {
      readonly kind: 'override';
      readonly parameter: Overridden;
      /** Wrong values that are replaced before the right one is used. */
      readonly decoys: number;
      /** Set together with others that nothing uses. */
      readonly bundle: boolean;
      readonly under: 'integer' | 'array';
    }
  | {
      readonly kind: 'fetch';
      readonly by: 'network' | 'integrated' | 'prefetched';
      readonly scheme: 'http' | 'https' | 'coap' | 'coaps';
      /** Characters in the last part of the URI's path. */
      readonly name: number;
      readonly arguments?: string;
      /** The component holds the payload already. */
      readonly already: boolean;
      /** The digest is set after the fetch. */
      readonly late: boolean;
      readonly size: number;
    }
  | { readonly kind: 'write'; readonly size: number }
  /** Into one component, or under an array into two; with slots, from the second slot to the second. */
  | { readonly kind: 'copy'; readonly targets: 1 | 2; readonly slots: boolean; readonly size: number }
  | { readonly kind: 'swap' }
  /** Strict order is false for independent components, and true again (draft §6.7). */
  | { readonly kind: 'order'; readonly lanes: number; readonly form: 'plain' | 'runs' | 'array' }
  | {
      readonly kind: 'custom';
      readonly does: CustomCommand['does'];
      readonly code: number;
      readonly parameter: number;
      readonly size: number;
    }
  /** A verified helper that is invoked and returns, once or twice, before the image is. */
  | { readonly kind: 'helper'; readonly arguments?: string; readonly times: 1 | 2 }
);

export type ExerciseKind = Exercise['kind'];

/** A component of an exercise before the first delivery. */
export interface Part {
  readonly slots: readonly Content[];
  readonly current: number;
}

/** The bytes that an exercise uses, by a number below 16; the n-th exercise of a plan has its own. */
export type Bytes = (number: number, length: number) => Uint8Array;

/** At most this many exercises in a plan: their contents are told apart by their first byte. */
export const mostExercises = 7;

export function bytesFor(seed: number, exercise: number): Bytes {
  return (number, length) => contentBytes(seed, 128 + 16 * exercise + number, length);
}

const empty: Content = { kind: 'empty' };
const holding = (bytes: Uint8Array): Content => ({ kind: 'bytes', bytes });
const alone = (content: Content): Part => ({ slots: [content], current: 0 });

/** Length of a content that has no size of its own. */
export const plainLength = 6;

/** Does the exercise change its components? In the shared sequence nothing may (draft §6.2). */
export function hasEffects({ section }: Exercise): boolean {
  return section !== 'shared';
}

/** The components of an exercise. Contents with numbers from 8 on are what they hold before. */
export function partsOf(exercise: Exercise, bytes: Bytes): readonly Part[] {
  const before = (part: number, length = plainLength) => alone(holding(bytes(8 + part, length)));
  const several = (count: number) => Array.from({ length: count }, (_, part) => before(part));
  const slotted = (part: number, count: number, current: number): Part => ({
    slots: Array.from({ length: count }, (_, slot) =>
      slot === current ? holding(bytes(8 + part, plainLength)) : empty,
    ),
    current,
  });
  switch (exercise.kind) {
    case 'check':
      return [exercise.how === 'empty' ? alone(empty) : before(0, exercise.size)];
    case 'slot':
      return [slotted(0, exercise.slots, exercise.slot)];
    case 'address':
      return several(exercise.form === 'true' ? 1 : 3);
    case 'try-apart':
      return Array.from({ length: exercise.branches }, (_, part) => slotted(part, exercise.branches, part));
    case 'run':
      return several(exercise.each ? 3 : 1);
    case 'override':
      if (exercise.parameter === 'componentSlot') return [slotted(0, 2, 1)];
      if (exercise.parameter === 'sourceComponent') return several(3);
      return several(isTogether(exercise) ? 2 : 1);
    case 'fetch':
      return [exercise.already ? alone(holding(bytes(0, exercise.size))) : before(0)];
    case 'copy':
      return Array.from({ length: 1 + exercise.targets }, (_, part) => {
        const content = holding(bytes(8 + part, part === 0 ? exercise.size : plainLength));
        return exercise.slots ? { slots: [empty, content], current: 1 } : alone(content);
      });
    case 'swap':
      return several(2);
    case 'order':
      return several(exercise.lanes);
    case 'abort':
    case 'try':
    case 'write':
    case 'custom':
    case 'helper':
      return several(1);
  }
}

/** May the parameter be set for several components at once, and used by each? */
function isTogether({
  section,
  under,
  parameter,
}: Extract<Exercise, { readonly kind: 'override' }>): boolean {
  const shared: readonly Overridden[] = ['vendorId', 'deviceId', 'content', 'uri', 'fetchArguments'];
  // In the shared sequence the content is what the one component holds.
  const isHeld = section === 'shared' && parameter === 'content';
  return under === 'array' && shared.includes(parameter) && !isHeld;
}

/** What the current slots hold once the commands have run, as often as they may; `undefined`: what they held before. */
export function contentsAfter(exercise: Exercise, bytes: Bytes): readonly (Uint8Array | undefined)[] {
  const parts = partsOf(exercise, bytes);
  const unchanged = parts.map(() => undefined);
  const fresh = parts.map((_, part) => bytes(part, plainLength));
  if (!hasEffects(exercise)) return unchanged;
  switch (exercise.kind) {
    case 'check':
    case 'slot':
    case 'helper':
      return unchanged;
    case 'abort':
      return exercise.inside === 'try-each' ? [bytes(0, plainLength)] : unchanged;
    case 'try':
      return exercise.winner === 'nil' ? unchanged : [bytes(exercise.winner, plainLength)];
    case 'address':
    case 'try-apart':
    case 'run':
    case 'order':
      return fresh;
    case 'write':
      return [bytes(0, exercise.size)];
    case 'fetch':
      return [bytes(0, exercise.size)];
    case 'copy':
      return parts.map((_, part) => (part === 0 ? undefined : bytes(8, exercise.size)));
    case 'swap':
      // Swapped there and back where it runs in each procedure.
      return exercise.section === 'validate' ? unchanged : [bytes(9, plainLength), bytes(8, plainLength)];
    case 'custom':
      return exercise.does === 'store' ? [bytes(0, exercise.size)] : unchanged;
    case 'override':
      return afterOverride(exercise.parameter, unchanged, bytes);
  }
}

function afterOverride(
  parameter: Overridden,
  unchanged: readonly undefined[],
  bytes: Bytes,
): readonly (Uint8Array | undefined)[] {
  switch (parameter) {
    case 'content':
    case 'uri':
    case 'fetchArguments':
      return unchanged.map(() => bytes(0, plainLength));
    case 'sourceComponent':
      return [bytes(9, plainLength), undefined, undefined];
    default:
      return unchanged;
  }
}

/** How often the exercise invokes its component in one invocation procedure. */
export function invocationsOf(exercise: Exercise): number {
  if (exercise.kind === 'helper') return exercise.times;
  return exercise.kind === 'override' && exercise.parameter === 'invokeArguments' ? 1 : 0;
}

/** Where an exercise that fetches gets its payload from. */
export function exerciseUri(exercise: Exercise, number: number): string {
  if (exercise.kind !== 'fetch') return `https://example.com/exercise-${number}.bin`;
  if (exercise.by === 'integrated') return `#exercise-${number}`;
  return `${exercise.scheme}://example.com/${'x'.repeat(exercise.name)}/exercise-${number}.bin`;
}

export interface ExercisePayloads {
  readonly network: boolean;
  readonly integrated: boolean;
  readonly bytes: Uint8Array;
}

/** Where its payload is answered; undefined: it fetches none. */
export function exercisePayload(exercise: Exercise, bytes: Bytes): ExercisePayloads | undefined {
  if (exercise.kind === 'fetch') {
    const { by, size } = exercise;
    return { network: by !== 'integrated', integrated: by !== 'network', bytes: bytes(0, size) };
  }
  const fetches =
    exercise.kind === 'override' && (exercise.parameter === 'uri' || exercise.parameter === 'fetchArguments');
  return fetches ? { network: true, integrated: false, bytes: bytes(0, plainLength) } : undefined;
}

/** The private command that the recipient must have for it (draft §8.4.11). */
export function customCommand(exercise: Exercise, bytes: Bytes): CustomCommand | undefined {
  if (exercise.kind !== 'custom') return undefined;
  const { does, code, parameter, size } = exercise;
  return { code, does, parameter, ...(does === 'check' && { bytes: bytes(0, size) }) };
}
