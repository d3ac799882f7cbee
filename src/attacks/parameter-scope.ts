/**
 * Attacks on how long parameters live (draft §6.1, §8.4.8).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr, type Item, int } from '../cbor/item.ts';
import type { Component } from '../device/recipient.ts';
import { type Image, type RunStep, type Scenario, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, override, select } from './command-items.ts';
import { attacked } from './deliver.ts';
import { eitherAnswer, mustReject } from './expectation.ts';
import { numberOf, releaseAt, stepWith, updateOf } from './history.ts';
import { addedNeeds, inserted, twins } from './twin.ts';

/** A parameter that no command of most scenarios reads, its condition, and the value with which that holds. */
interface Readable {
  readonly condition: number;
  readonly value: (image: Image, component: Component) => Item | undefined;
}

const readable = {
  componentSlot: { condition: code.componentSlot, value: (_, component) => int(component.current) },
  content: {
    condition: code.checkContent,
    // Beyond an image in a fixed slot there is more to compare with.
    value: (image, { storage }) => (image.bytes && storage === 'variable' ? bstr(image.bytes) : undefined),
  },
  deviceIdentifier: {
    condition: code.deviceIdentifier,
    value: (_, component) => component.deviceIds[0] && bstr(component.deviceIds[0]),
  },
} as const satisfies Record<string, Readable>;

type ReadableName = keyof typeof readable;

/** One manifest sets a parameter; the next one, from which it is absent, has a condition that reads it. */
export const leak: Attack<{ parameter: ReadableName }> = {
  id: 'param.leak',
  handle: 'K13',
  group: 'K',
  family: 'image',
  change: 'read a parameter that only the manifest before it has set',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustReject(['param-missing'], manifest('6.1'), { level: 'applicable' })],
  on: { features: ['network', 'update'] },
  choice: fc.record({
    parameter: fc.constantFrom<ReadableName>('componentSlot', 'content', 'deviceIdentifier'),
  }),
  apply(scenario, { parameter }) {
    const of = updateOf(scenario);
    const using = useOf(scenario, parameter);
    if (of === undefined || using === undefined) return undefined;
    const { delivery, number, recipient } = of;
    const setting = inserted(scenario.release, { section: 'shared', commands: using.sets });
    const reading = inserted(scenario.release, { section: 'shared', commands: using.reads });
    if (setting === undefined || reading === undefined) return undefined;
    const first = releaseAt(scenario, number, () => setting);
    const next = releaseAt(scenario, number + 1n);
    const last = releaseAt(scenario, number + 1n, () => reading);
    if (first === undefined || next === undefined || last === undefined) return undefined;
    const control = { recipient, steps: [step(delivery), stepWith(delivery, next, 'accept')] };
    const steps = [stepWith(delivery, first, 'accept'), stepWith(delivery, last, 'judged')];
    return { ...attacked(control, { recipient, steps }), needs: addedNeeds([setting, reading]) };
  },
};

const nextProcedure = mustReject(['param-missing'], manifest('6.1'), { level: 'invoked' });
const nextSection = eitherAnswer(['param-missing'], manifest('8.4.5'), { level: 'installed' });

/** A parameter is set in one section and read in a later one, of the same procedure or of the next. */
export const acrossSections: Attack<{ parameter: ReadableName; reader: 'invoke' | 'validate' }> = {
  id: 'param.section',
  handle: 'K15',
  group: 'K',
  family: 'image',
  change: 'set a parameter in install, and read it in validate or in the invoke section of the next boot',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [nextProcedure, nextSection],
  on: { features: ['network', 'boot-after-update'] },
  choice: fc.record({
    parameter: fc.constantFrom<ReadableName>('componentSlot', 'deviceIdentifier', 'content'),
    reader: fc.constantFrom('invoke', 'validate'),
  }),
  apply(scenario, { parameter, reader }) {
    const use = useOf(scenario, parameter);
    if (use === undefined) return undefined;
    const release = (parts: EnvelopeParts) =>
      inserted(parts, { section: 'install', commands: use.sets }, { section: reader, commands: use.reads });
    if (reader === 'validate')
      return twins(scenario, { event: 'update', attacked: { release }, expect: nextSection });

    const [update, boot] = scenario.deliveries;
    const changed = release(scenario.release);
    const number = numberOf(scenario);
    const sealed = changed && number !== undefined && releaseAt(scenario, number, () => changed);
    if (update === undefined || boot === undefined || !sealed) return undefined;
    const { recipient } = scenario;
    const updated = stepWith(update, sealed, 'accept');
    const installed = updated.delivery.envelope;
    const after = { ...boot.after, ...(installed && { installed }) };
    const booted: RunStep =
      boot.delivery.envelope === undefined
        ? { ...step(boot, 'judged'), after }
        : { ...stepWith(boot, sealed, 'judged'), after };
    return {
      ...attacked({ recipient, steps: [step(update), step(boot)] }, { recipient, steps: [updated, booted] }),
      needs: addedNeeds([sealed]),
      expect: nextProcedure,
    };
  },
};

export const parameterScopeAttacks: readonly AnyAttack[] = [leak, acrossSections];

/** Commands that set the parameter, and that read it; undefined where the scenario itself uses it. */
export function useOf(scenario: Scenario, parameter: ReadableName) {
  const image = scenario.images[0];
  const component = image && scenario.recipient.components[image.recipientComponent];
  if (image === undefined || component === undefined) return undefined;
  if (scenario.needs.parameters.includes(parameterKey[parameter])) return undefined;
  const { condition, value } = readable[parameter];
  const item = value(image, component);
  if (item === undefined) return undefined;
  return {
    sets: [...select(image.component), ...override({ [parameter]: item })],
    reads: [...select(image.component), ...command(condition)],
  };
}
