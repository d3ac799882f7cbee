/**
 * The command sequences of a plan, after the templates of the draft (§7).
 *
 * @module
 */

import { fromHex } from '../cbor/hex.ts';
import type { Command, Manifest, Parameters } from '../suit/model.ts';
import { commandCode as code } from '../suit/registry.ts';
import { bySlot, imageFacts, nested, several, target, type Writer, writerOf } from './command-writer.ts';
import { exerciseCommands } from './exercise-commands.ts';
import { idsOf, imageBytes, indexOf, placesOf } from './layout.ts';
import { hasBoot, type ImagePlan, type Plan } from './plan.ts';
import { uriOf } from './uris.ts';

export type Sequences = Pick<Manifest, 'sharedSequence' | 'validate' | 'load' | 'invoke'> & {
  readonly payloadFetch?: readonly Command[];
  readonly install?: readonly Command[];
};

/** The shared sequence and those sections that have commands. */
export function sequencesOf(plan: Plan): Sequences {
  const write = writerOf(plan);
  const section = <K extends string>(name: K, commands: readonly Command[]) =>
    (commands.length === 0 ? {} : { [name]: commands }) as { readonly [P in K]?: readonly Command[] };
  return {
    ...section('sharedSequence', [...sharedSequence(write), ...exerciseCommands(write, 'shared')]),
    ...section('payloadFetch', [
      ...write.eachImage(fetchToStaging),
      ...exerciseCommands(write, 'payloadFetch'),
    ]),
    ...section('install', [...install(write), ...exerciseCommands(write, 'install')]),
    ...section('validate', [
      ...(plan.validate ? validate(write) : []),
      ...exerciseCommands(write, 'validate'),
    ]),
    ...section('load', [...(hasBoot(plan) ? write.eachImage(load) : []), ...exerciseCommands(write, 'load')]),
    ...section('invoke', [...exerciseCommands(write, 'invoke'), ...(hasBoot(plan) ? invoke(write) : [])]),
  };
}

// §7.1, and the image digests that several sections need (§7.2, §7.3, §7.7).
function sharedSequence(write: Writer): readonly Command[] {
  const { plan } = write;
  const together = several(
    write,
    placesOf(plan).map((_, i) => i),
  );
  const apart = plan.ids.checked === 'first' || together === undefined || plan.ids.perComponent;
  if (!apart) {
    return [
      ...write.select(together),
      ...write.override(idParameters(plan, 0)),
      ...idConditions(write),
      ...(plan.factsIn === 'sections'
        ? []
        : write.eachImage((_, image, i) => [...target(write, i), ...imageParameters(write, image, i)])),
    ];
  }
  const targets = write.eachImage((_, image, i) => {
    const isChecked = i === 0 || plan.ids.checked === 'each';
    const ids = isChecked ? idParameters(plan, indexOf(plan, 'target', i)) : {};
    if (plan.factsIn === 'sections') {
      if (!isChecked) return [];
      return [...target(write, i), ...write.override(ids), ...idConditions(write)];
    }
    if (image.slots) {
      const conditions = isChecked ? idConditions(write) : [];
      const set = isChecked ? write.override(ids) : [];
      return [...target(write, i), ...set, ...imageParameters(write, image, i), ...conditions];
    }
    const all = { ...ids, ...imageFacts(plan, image, i) };
    return [...target(write, i), ...write.override(all), ...(isChecked ? idConditions(write) : [])];
  });
  if (plan.ids.checked === 'first') return targets;
  const others = placesOf(plan).flatMap((place, index) =>
    place.role === 'target'
      ? []
      : [...write.select(index), ...write.override(idParameters(plan, index)), ...idConditions(write)],
  );
  return [...targets, ...others];
}

function idParameters(plan: Plan, index: number): Parameters {
  const ids = idsOf(plan, index);
  const [deviceId] = ids.deviceIds;
  const vendorId = ids.pens?.[0] ? { pen: ids.pens[0] } : ids.vendorIds.at(-1);
  const classId = ids.classIds.at(-1);
  return {
    ...(vendorId && { vendorId }),
    ...(classId && { classId }),
    ...(plan.ids.device && deviceId && { deviceId }),
  };
}

function idConditions(write: Writer): readonly Command[] {
  const device = write.plan.ids.device ? [write.condition(code.deviceIdentifier)] : [];
  return [write.condition(code.vendorIdentifier), write.condition(code.classIdentifier), ...device];
}

function imageParameters(write: Writer, image: ImagePlan, i: number): readonly Command[] {
  if (!image.slots) return write.override(imageFacts(write.plan, image, i));
  return [bySlot(write, i, (slot) => write.override(imageFacts(write.plan, image, i, slot)))];
}

/** Digest and size in the section itself, where the shared sequence does not set them. */
function ownFacts(write: Writer, i: number): readonly Command[] {
  const image = write.plan.images[i];
  return write.plan.factsIn === 'sections' && image ? imageParameters(write, image, i) : [];
}

// §7.4: the download moves to payload-fetch, and has the staging component's own parameters.
function fetchToStaging(write: Writer, image: ImagePlan, i: number): readonly Command[] {
  if (image.staged === 'no') return [];
  const { plan } = write;
  return [
    ...write.select(indexOf(plan, 'staging', i)),
    ...write.override({ ...imageFacts(plan, image, i), uri: uriOf(plan, i) }),
    write.directive(code.fetch),
    write.condition(code.imageMatch),
  ];
}

function install(write: Writer): readonly Command[] {
  const { plan } = write;
  const isPlain = plan.tryEach === 'none' && plan.runSequence !== 'soft';
  const isFetched = plan.images.every(
    ({ by, staged, slots }) => by !== 'write' && by !== 'none' && staged === 'no' && !slots,
  );
  const together =
    isPlain &&
    isFetched &&
    several(
      write,
      plan.images.map((_, i) => indexOf(plan, 'target', i)),
    );
  if (together) {
    const uris = plan.images.flatMap((_, i) => [
      ...target(write, i),
      ...ownFacts(write, i),
      ...write.override({ uri: uriOf(plan, i) }),
    ]);
    const step = [write.directive(code.fetch), write.condition(code.imageMatch)];
    // The argument is run once for each component, with its index preset (§6.5).
    const run: readonly Command[] =
      plan.runSequence === 'plain' ? [{ kind: 'runSequence', commands: step }] : step;
    return [...uris, ...write.select(together), ...run];
  }
  return write.eachImage((_, image, i) =>
    image.by === 'none' ? [] : [...target(write, i), ...ownFacts(write, i), ...installStep(write, image, i)],
  );
}

function installStep(write: Writer, image: ImagePlan, i: number): readonly Command[] {
  const { plan } = write;
  const into = nested(write, indexOf(plan, 'target', i));
  const get = getImage(write, image, i);

  const tried = ((): readonly Command[] => {
    switch (plan.tryEach) {
      case 'none':
        return get;
      case 'present':
        return [
          {
            kind: 'tryEach',
            branches: [
              [...into, write.condition(code.imageMatch)],
              [...into, ...get],
            ],
          },
        ];
      case 'abort':
        return [
          {
            kind: 'tryEach',
            branches: [
              [...into, write.condition(code.abort)],
              [...into, ...get],
            ],
          },
        ];
      case 'nil':
        return [{ kind: 'tryEach', branches: [[...into, write.condition(code.abort)], null] }, ...get];
    }
  })();

  if (plan.runSequence === 'none') return tried;
  const run: Command = { kind: 'runSequence', commands: [...into, ...tried] };
  if (plan.runSequence === 'plain') return [run];
  const soft = write.override({ softFailure: true });
  const halted = [...into, ...soft, write.condition(code.imageMatch)];
  return [{ kind: 'runSequence', commands: halted }, run];
}

function getImage(write: Writer, image: ImagePlan, i: number): readonly Command[] {
  const { plan } = write;
  const match = write.condition(code.imageMatch);
  if (image.staged !== 'no') {
    const sourceComponent = BigInt(indexOf(plan, 'staging', i));
    const move = write.directive(image.staged === 'copy' ? code.copy : code.swap);
    return [...write.override({ sourceComponent }), move, match];
  }
  if (image.by === 'write') {
    const content = write.override({ content: imageBytes(plan, i) });
    return [...content, write.directive(code.write), write.condition(code.checkContent), match];
  }
  const uri = image.slots
    ? [bySlot(write, i, (slot) => write.override({ uri: uriOf(plan, i, slot) }))]
    : write.override({ uri: uriOf(plan, i) });
  return [...uri, write.directive(code.fetch), match];
}

function validate(write: Writer): readonly Command[] {
  const { plan } = write;
  const together = several(
    write,
    plan.images.map((_, i) => indexOf(plan, 'target', i)),
  );
  const facts = (i: number) => (plan.factsIn ? [...target(write, i), ...ownFacts(write, i)] : []);
  if (together) {
    const each = write.eachImage((_, __, i) => facts(i));
    return [...each, ...write.select(together), write.condition(code.imageMatch)];
  }
  return write.eachImage((_, __, i) => [
    ...target(write, i),
    ...ownFacts(write, i),
    write.condition(code.imageMatch),
  ]);
}

// §7.6
function load(write: Writer, image: ImagePlan, i: number): readonly Command[] {
  if (!image.loaded) return [];
  const { plan } = write;
  const sourceComponent = BigInt(indexOf(plan, 'target', i));
  return [
    ...write.select(indexOf(plan, 'memory', i)),
    ...write.override({ ...imageFacts(plan, image, i), sourceComponent }),
    write.directive(code.copy),
    write.condition(code.imageMatch),
  ];
}

function invoke(write: Writer): readonly Command[] {
  const { plan } = write;
  const given = plan.invokeArguments;
  const set = given === undefined ? [] : write.override({ invokeArguments: fromHex(given) });
  return [...write.select(invokedIndex(plan)), ...set, write.directive(code.invoke)];
}

/** Index into the manifest's components of the one that the boot invokes. */
export function invokedIndex(plan: Plan): number {
  return indexOf(plan, plan.images[0]?.loaded ? 'memory' : 'target', 0);
}
