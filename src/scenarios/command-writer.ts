/**
 * Commands in a plan's own way to say things: its index form, its overrides, its reporting policies.
 *
 * @module
 */

import { BenchError } from '../bench-error.ts';
import { digestOf } from '../cose/algorithms.ts';
import type { Command, Digest, Index, Parameters } from '../suit/model.ts';
import { commandCode as code } from '../suit/registry.ts';
import { componentCount, imageBytes, indexOf } from './layout.ts';
import type { ImagePlan, Plan } from './plan.ts';

/** What makes commands: the plan's own way to say a thing. */
export interface Writer {
  readonly plan: Plan;
  readonly components: { readonly manifest: number; readonly recipient: number };
  /** The next reporting policy. */
  policy(): number;
  /** A condition or another directive that takes a reporting policy. */
  condition(code: number): Command;
  directive(code: number): Command;
  /** Nothing where the index is omitted. */
  select(index: Index): readonly Command[];
  override(parameters: Parameters): readonly Command[];
  eachImage(commands: (write: Writer, image: ImagePlan, i: number) => readonly Command[]): readonly Command[];
}

/** Reporting policies go by the order in which commands are made. */
export function writerOf(plan: Plan): Writer {
  let used = 0;
  // §6.2: with more than one component, each sequence begins with set-component-index.
  const isOmitted = plan.index === 'omitted' && componentCount(plan).manifest === 1;
  const policy = () => plan.policies[used++ % plan.policies.length] ?? 0;
  const write: Writer = {
    plan,
    components: componentCount(plan),
    policy,
    condition: (code) => ({ kind: 'condition', code, policy: policy() }),
    directive: (code) => ({ kind: 'directive', code, policy: policy() }),
    select: (index) => (isOmitted ? [] : [{ kind: 'setComponentIndex', index }]),
    override: (parameters) =>
      plan.overrides === 'joined'
        ? [{ kind: 'overrideParameters', parameters }]
        : Object.entries(parameters).map(([name, value]) => ({
            kind: 'overrideParameters',
            parameters: { [name]: value },
          })),
    eachImage: (commands) => plan.images.flatMap((image, i) => commands(write, image, i)),
  };
  return write;
}

/** Selects the component that the image is installed in. */
export function target(write: Writer, image: number): readonly Command[] {
  return write.select(indexOf(write.plan, 'target', image));
}

/** A nested sequence selects again what is selected: that satisfies every reading of §6.2 and changes nothing. */
export function nested(write: Writer, index: number): readonly Command[] {
  return write.components.manifest > 1 ? write.select(index) : [];
}

/** One index for these components; undefined where the plan or the recipient wants them one by one (§6.5). */
export function several({ plan, components }: Writer, indices: readonly number[]): Index | undefined {
  if (indices.length < 2) return undefined;
  if (plan.index === 'true' && indices.length === components.manifest) return true;
  const descending = plan.seed % 2 === 1;
  // Arrays are mandatory for a recipient of three components and more.
  if (plan.index === 'array' && components.recipient >= 3) return descending ? indices.toReversed() : indices;
  return undefined;
}

/** Digest and, where the plan gives it, size of an image: of one slot's, or of the current one's. */
export function imageFacts(plan: Plan, image: ImagePlan, i: number, slot?: 0 | 1): Parameters {
  const bytes = imageBytes(plan, i, slot);
  return {
    imageDigest: digestFor(plan, bytes),
    ...(image.sized && { imageSize: BigInt(bytes.length) }),
  };
}

/** SUIT_Digest of a content, with the plan's algorithm. */
export function digestFor(plan: Plan, bytes: Uint8Array): Digest {
  const made = digestOf(plan.digest, bytes);
  if (made === undefined) {
    throw new BenchError('digest-algorithm', `No digest can be made with COSE algorithm ${plan.digest}.`);
  }
  return { algorithm: plan.digest, bytes: made };
}

/** One branch a slot, each passing only where that slot is the current one. */
export function bySlot(write: Writer, image: number, then: (slot: 0 | 1) => readonly Command[]): Command {
  const branch = (slot: 0 | 1): readonly Command[] => [
    ...nested(write, indexOf(write.plan, 'target', image)),
    ...write.override({ componentSlot: BigInt(slot) }),
    write.condition(code.componentSlot),
    ...then(slot),
  ];
  return { kind: 'tryEach', branches: [branch(0), branch(1)] };
}
