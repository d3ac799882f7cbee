/**
 * The conditions: tests without side effects (draft §6.4, §8.4.9).
 *
 * @module
 */

import type { Component, Content } from '../../device/recipient.ts';
import { commandByCode, commandCode } from '../../suit/registry.ts';
import { computeDigest, hashingOf } from './digest.ts';
import { aborted, type Current, contentOf, type Failure, failed, type Machine } from './machine.ts';
import type { Enclosing } from './rules-command.ts';
import type { Ok } from './rules-encoding.ts';

type Condition = (machine: Machine, current: Current) => Failure | 'param-missing' | undefined;

export function evaluate(
  machine: Machine,
  code: number,
  enclosing: Enclosing,
  current: Current,
): Failure | undefined {
  const failure = conditions[code]?.(machine, current) ?? undefined;
  if (failure === 'param-missing') {
    const name = commandByCode(code)?.name ?? String(code);
    const then = machine.work.rules.withoutParameter(code, enclosing);
    if (then === 'passes') return undefined;
    return (then === 'fails' ? failed : aborted)('param-missing', `the parameter of ${name}`);
  }
  if (failure === undefined && machine.shared) machine.checked.add(code);
  return failure;
}

const conditions: Readonly<Record<number, Condition>> = {
  [commandCode.vendorIdentifier]: (machine, { component, parameters: { vendorId } }) => {
    if (vendorId === undefined) return 'param-missing';
    const isUuid = vendorId instanceof Uint8Array;
    const idsOf = (of: Component) => (isUuid ? of.vendorIds : (of.pens ?? []));
    return identifier(machine, 'vendor', isUuid ? vendorId : vendorId.pen, component, idsOf);
  },

  [commandCode.classIdentifier]: (machine, { component, parameters: { classId } }) =>
    classId === undefined
      ? 'param-missing'
      : identifier(machine, 'class', classId, component, (of) => of.classIds),

  [commandCode.deviceIdentifier]: (machine, { component, parameters: { deviceId } }) =>
    deviceId === undefined
      ? 'param-missing'
      : identifier(machine, 'device', deviceId, component, (of) => of.deviceIds),

  [commandCode.imageMatch]: imageMatch,
  [commandCode.checkContent]: checkContent,

  [commandCode.componentSlot]: (machine, { component, parameters: { componentSlot } }) => {
    if (componentSlot === undefined) return 'param-missing';
    const matches = machine.work.rules.slotMatches(component, componentSlot);
    return matches
      ? undefined
      : failed('slot-mismatch', `slot ${component.current} instead of ${componentSlot}`);
  },

  [commandCode.abort]: () => failed('abort', 'condition-abort'),
};

function identifier(
  machine: Machine,
  kind: 'vendor' | 'class' | 'device',
  wanted: Uint8Array,
  component: Component,
  idsOf: (component: Component) => readonly Uint8Array[],
): Failure | undefined {
  const others = () => machine.work.device.recipient.components.flatMap(idsOf);
  if (machine.work.rules.identifierMatches(kind, wanted, idsOf(component), others)) return undefined;
  return failed(`${kind}-mismatch`, `none of the component's ${kind} ids is the one asked for`);
}

function imageMatch(machine: Machine, current: Current): ReturnType<Condition> {
  const { imageDigest, imageSize } = current.parameters;
  if (imageDigest === undefined) return 'param-missing';
  const { work } = machine;
  // An algorithm that the recipient lacks is no mismatch: the manifest is not for it (draft §6.1).
  const offered = work.rules.offers(imageDigest.algorithm, work.device.recipient.capabilities.digests);
  if (offered !== true) return aborted(offered, `digest algorithm ${imageDigest.algorithm}`);
  const hashing = hashingOf(work, imageDigest.algorithm);
  const wanted = { digest: imageDigest, size: imageSize };
  return validate(machine, current, () =>
    work.rules.imageMatches(contentOf(machine, current), wanted, hashing),
  );
}

/** Notes that the check has passed, and how to make it again. */
function validate(machine: Machine, current: Current, check: () => Ok): Failure | undefined {
  const ok = check();
  if (ok !== true) return failed(ok, `component ${current.index}`);
  machine.validated.add(current.own);
  machine.checks.set(current.own, check);
  meddle(machine, current);
  return undefined;
}

function checkContent(machine: Machine, current: Current): ReturnType<Condition> {
  const { content: wanted } = current.parameters;
  if (wanted === undefined) return 'param-missing';
  return validate(machine, current, () =>
    holds(machine, contentOf(machine, current), wanted) ? true : 'content-mismatch',
  );
}

function holds({ work }: Machine, held: Content, wanted: Uint8Array): boolean {
  if (held.kind === 'assumed') {
    const digest = computeDigest(work, held.digest.algorithm, wanted);
    return digest.ok && work.rules.digestMatches(held.digest.bytes, digest.value);
  }
  const compared = work.rules.contentEquals(wanted, held.kind === 'empty' ? new Uint8Array(0) : held.bytes);
  work.meter.steps += compared.steps;
  return compared.equal;
}

/** The bench's fault, not the device's doing: somebody writes into the slot that was just found good. */
function meddle(machine: Machine, { own, component }: Current): void {
  const { slotChange } = machine.work.delivery;
  if (machine.isMeddled || slotChange?.component !== own) return;
  machine.isMeddled = true;
  machine.work.staged.write(own, component.current, { kind: 'bytes', bytes: slotChange.bytes });
}
