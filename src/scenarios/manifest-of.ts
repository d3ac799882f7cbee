/**
 * From a plan to its manifest, by the templates of draft §7.
 *
 * @module
 */
import { fromHex } from '../cbor/hex.ts';
import { digestOf } from '../cose/algorithms.ts';
import type { Command, Digest, Manifest, Parameters, TextMap } from '../suit/model.ts';
import { commandCode as code } from '../suit/registry.ts';
import { identifiersOf, idsOf, imageBytes, indexOf, placesOf } from './layout.ts';
import { hasBoot, hasUpdate, type ImagePlan, type Plan } from './plan.ts';

export function manifestOf(plan: Plan): Manifest {
  const write = new Writer(plan);
  return {
    version: 1n,
    sequenceNumber: BigInt(plan.sequence.offered),
    components: identifiersOf(plan),
    sharedSequence: write.shared(),
    ...(plan.referenceUri !== undefined && { referenceUri: plan.referenceUri }),
    validate: write.validate(),
    ...(hasBoot(plan) && write.boot()),
    ...(hasUpdate(plan) && write.update()),
    ...(plan.text.place !== 'none' && { text: textOf(plan) }),
  };
}

export function uriOf(plan: Plan, image: number, slot?: 0 | 1): string {
  const by = plan.images[image]?.by;
  const name = `image-${image}${slot === undefined ? '' : `-${slot}`}.bin`;
  return by === 'integrated' ? `#${name}` : `${plan.scheme}://vendor.example/${name}`;
}

/** Writes command sequences; reporting policies are taken in turn. */
class Writer {
  private readonly plan: Plan;
  private readonly many: boolean;
  private policies = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.many = placesOf(plan).length > 1;
  }

  shared(): Command[] {
    const { plan } = this;
    const checks = plan.ids.checked === 'each' ? placesOf(plan).map((_, i) => i) : [0];
    const identity = checks.flatMap((index) => [...this.select(index), ...this.identity(index)]);
    const digests = placesOf(plan).flatMap((place, index) => [
      ...this.select(index),
      ...this.digest(place.image),
    ]);
    return [...identity, ...digests];
  }

  validate(): Command[] {
    const targets = this.plan.images.map((_, i) => indexOf(this.plan, 'target', i));
    if (this.plan.index === 'array' && targets.length > 1)
      return [{ kind: 'setComponentIndex', index: targets }, this.condition(code.imageMatch)];
    return targets.flatMap((index) => [...this.select(index), this.condition(code.imageMatch)]);
  }

  boot(): Pick<Manifest, 'load' | 'invoke'> {
    const { plan } = this;
    const load = plan.images.flatMap((image, i) =>
      image.loaded ? this.copyInto(indexOf(plan, 'memory', i), indexOf(plan, 'target', i), code.copy) : [],
    );
    const first = plan.images[0]?.loaded ? indexOf(plan, 'memory', 0) : indexOf(plan, 'target', 0);
    const invokeArguments = plan.invokeArguments;
    const invoke = [
      ...this.select(first),
      ...(invokeArguments === undefined ? [] : this.override({ invokeArguments: fromHex(invokeArguments) })),
      this.directive(code.invoke),
    ];
    return { ...(load.length > 0 && { load }), invoke };
  }

  update(): Pick<Manifest, 'payloadFetch' | 'install'> {
    const { plan } = this;
    const fetches = plan.images.flatMap((image, i) =>
      image.staged === 'no' ? [] : this.fetchInto(indexOf(plan, 'staging', i), i),
    );
    const install = plan.images.flatMap((image, i) => this.install(image, i));
    return { ...(fetches.length > 0 && { payloadFetch: fetches }), install };
  }

  private install(image: ImagePlan, i: number): Command[] {
    const target = indexOf(this.plan, 'target', i);
    const steps =
      image.staged !== 'no'
        ? this.copyInto(target, indexOf(this.plan, 'staging', i), code[image.staged])
        : image.by === 'write'
          ? this.writeInto(target, i)
          : this.fetchInto(target, i);
    return [...this.select(target), ...this.inRunSequence(this.inTryEach(steps))];
  }

  private inTryEach(steps: Command[]): Command[] {
    const aborts = [this.condition(code.abort)];
    switch (this.plan.tryEach) {
      case 'none':
        return steps;
      case 'present':
        return [{ kind: 'tryEach', branches: [[this.condition(code.imageMatch)], steps] }];
      case 'abort':
        return [{ kind: 'tryEach', branches: [aborts, steps] }];
      case 'nil':
        return [{ kind: 'tryEach', branches: [aborts, aborts, null] }, ...steps];
    }
  }

  private inRunSequence(steps: Command[]): Command[] {
    const soft = [...this.override({ softFailure: true }), this.condition(code.abort)];
    switch (this.plan.runSequence) {
      case 'none':
        return steps;
      case 'plain':
        return [{ kind: 'runSequence', commands: steps }];
      case 'soft':
        return [{ kind: 'runSequence', commands: soft }, ...steps];
    }
  }

  private fetchInto(index: number, image: number): Command[] {
    const bySlot = this.plan.images[image]?.slots !== undefined;
    const uri = bySlot
      ? this.perSlot((slot) => ({ uri: uriOf(this.plan, image, slot) }))
      : this.override({ uri: uriOf(this.plan, image) });
    return [...this.select(index), ...uri, this.directive(code.fetch), this.condition(code.imageMatch)];
  }

  private copyInto(index: number, source: number, directive: number): Command[] {
    return [
      ...this.select(index),
      ...this.override({ sourceComponent: BigInt(source) }),
      this.directive(directive),
      this.condition(code.imageMatch),
    ];
  }

  private writeInto(index: number, image: number): Command[] {
    const content = imageBytes(this.plan, image);
    return [
      ...this.select(index),
      ...this.override({ content }),
      this.directive(code.write),
      this.condition(code.checkContent),
      this.condition(code.imageMatch),
    ];
  }

  private identity(index: number): Command[] {
    const { vendorIds, pens, classIds, deviceIds } = idsOf(this.plan, index);
    const pen = pens?.[0];
    const parameters: Parameters = {
      vendorId: pen ? { pen } : (vendorIds.at(-1) as Uint8Array),
      classId: classIds.at(-1) as Uint8Array,
      ...(this.plan.ids.device && { deviceId: deviceIds[0] as Uint8Array }),
    };
    return [
      ...this.override(parameters),
      this.condition(code.vendorIdentifier),
      this.condition(code.classIdentifier),
      ...(this.plan.ids.device ? [this.condition(code.deviceIdentifier)] : []),
    ];
  }

  private digest(image: number): Command[] {
    const of = (slot?: 0 | 1): Parameters => {
      const bytes = imageBytes(this.plan, image, slot);
      const imageDigest: Digest = {
        algorithm: this.plan.digest,
        bytes: digestOf(this.plan.digest, bytes) as Uint8Array,
      };
      return { imageDigest, ...(this.plan.images[image]?.sized && { imageSize: BigInt(bytes.length) }) };
    };
    return this.plan.images[image]?.slots ? this.perSlot(of) : this.override(of());
  }

  /** Draft §7.7: the branch whose slot is the component's sets the parameters. */
  private perSlot(of: (slot: 0 | 1) => Parameters): Command[] {
    const branch = (slot: 0 | 1): Command[] => [
      ...this.override({ componentSlot: BigInt(slot) }),
      this.condition(code.componentSlot),
      ...this.override(of(slot)),
    ];
    return [{ kind: 'tryEach', branches: [branch(0), branch(1)] }];
  }

  private select(index: number): Command[] {
    return this.many || this.plan.index !== 'omitted' ? [{ kind: 'setComponentIndex', index }] : [];
  }

  private override(parameters: Parameters): Command[] {
    if (this.plan.overrides === 'joined') return [{ kind: 'overrideParameters', parameters }];
    return Object.entries(parameters).map(([name, value]) => ({
      kind: 'overrideParameters',
      parameters: { [name]: value } as Parameters,
    }));
  }

  private condition(of: number): Command {
    return { kind: 'condition', code: of, policy: this.policy() };
  }

  private directive(of: number): Command {
    return { kind: 'directive', code: of, policy: this.policy() };
  }

  private policy(): number {
    return this.plan.policies[this.policies++ % this.plan.policies.length] ?? 0;
  }
}

function textOf(plan: Plan): TextMap {
  const first = identifiersOf(plan)[0];
  return ['en', 'de-AT'].slice(0, plan.text.languages).map((language) => ({
    language,
    texts: [
      [1, 'A planned release'],
      [2, 'Installs every image'],
    ],
    components:
      plan.text.components && first
        ? [
            {
              identifier: first,
              texts: [
                [3, 'vendor.example'],
                [6, '1.0'],
              ],
            },
          ]
        : [],
  }));
}
