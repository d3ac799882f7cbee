/**
 * What the processor tells the reporting engine of each command, and an engine that follows the reporting policies
 * (draft §8.4.7; the parts of a record are those of draft-ietf-suit-report-18 §4).
 *
 * @module
 */
import type { CommandRecord } from '../../device/decision.ts';
import type { Parameters } from '../../suit/model.ts';
import { commandCode, commands, manifestKey, parameterKey } from '../../suit/registry.ts';
import type { Current, Failure, Machine } from './machine.ts';
import { contentOf } from './machine.ts';
import type { Section } from './rules-manifest.ts';
import type { Command } from './sequence.ts';

/** The information elements of one command on one component. */
export interface CommandInformation extends Omit<CommandRecord, 'parameters' | 'system'> {
  /** The values that the command consumed. */
  readonly parameters: () => Parameters;
  /** What it found in the system, under the keys of what it compares with. */
  readonly system: () => Parameters;
}

/** Decides what of it is kept; undefined: nothing. */
export type ReportingEngine = (
  information: CommandInformation,
  wanted: { readonly record: boolean; readonly system: boolean },
) => CommandRecord | undefined;

/** Takes the policies as they stand. */
export const followPolicies: ReportingEngine = (information, wanted) => {
  if (!wanted.record && !wanted.system) return undefined;
  const { manifest, section, offset, component, command, policy, result } = information;
  const record: { -readonly [Part in keyof CommandRecord]: CommandRecord[Part] } = {
    manifest,
    section,
    offset,
    component,
    command,
    policy,
    result,
  };
  if (wanted.record) record.parameters = information.parameters();
  if (wanted.system) record.system = information.system();
  return record;
};

/** At the completion of each command, once for each component of an array or of true, in their order. */
export function report(
  machine: Machine,
  command: Command,
  current: Current,
  failure: Failure | undefined,
): void {
  const { rules, ports, records, limits } = machine.work;
  const policy = Number(rules.integer(command.argument) ?? 0n);
  if (policy === 0 || records.length >= limits.records) return;
  const record = ports.report(
    {
      manifest: root,
      section: machine.shared ? manifestKey.common : sectionKey[machine.section],
      offset: Math.max(0, command.offset - machine.sectionStart),
      component: current.index,
      command: command.code,
      policy,
      result: failure?.problem.reason ?? 'success',
      parameters: () => consumed(command.code, current.parameters),
      system: () => found(machine, command.code, current),
    },
    wantedOf(policy, failure === undefined),
  );
  if (record !== undefined) records.push(record);
}

/**
 * Draft §8.4.7: record on success 1, on failure 2; system information on success 4, on failure 8. No rule of the
 * verifier: policies are hints, and no answer depends on them.
 */
export function wantedOf(
  policy: number,
  succeeded: boolean,
): { readonly record: boolean; readonly system: boolean } {
  const bits = succeeded ? policy : policy >> 1;
  return { record: (bits & 1) !== 0, system: (bits & 4) !== 0 };
}

/** The path to a manifest that has no other above it. */
const root: CommandInformation['manifest'] = [];

/** The shared sequence is in suit-common: it is named by that member's key. */
const sectionKey: Readonly<Record<Section, number>> = {
  shared: manifestKey.common,
  validate: manifestKey.validate,
  load: manifestKey.load,
  invoke: manifestKey.invoke,
  payloadFetch: manifestKey.payloadFetch,
  install: manifestKey.install,
};

const names: Readonly<Record<number, keyof Parameters>> = {
  [parameterKey.vendorIdentifier]: 'vendorId',
  [parameterKey.classIdentifier]: 'classId',
  [parameterKey.imageDigest]: 'imageDigest',
  [parameterKey.componentSlot]: 'componentSlot',
  [parameterKey.imageSize]: 'imageSize',
  [parameterKey.content]: 'content',
  [parameterKey.uri]: 'uri',
  [parameterKey.sourceComponent]: 'sourceComponent',
  [parameterKey.invokeArguments]: 'invokeArguments',
  [parameterKey.deviceIdentifier]: 'deviceId',
  [parameterKey.fetchArguments]: 'fetchArguments',
};

function consumed(command: number, set: Parameters): Parameters {
  const values: Partial<Record<keyof Parameters, unknown>> = {};
  for (const name of consumedBy.get(command) ?? []) {
    if (set[name] !== undefined) values[name] = set[name];
  }
  return values as Parameters;
}

/** The parameters of each command, by name. */
const consumedBy: ReadonlyMap<number, readonly (keyof Parameters)[]> = new Map(
  commands.map(({ code, consumes = [] }) => [code, consumes.flatMap((key) => names[key] ?? [])]),
);

function found(machine: Machine, command: number, current: Current): Parameters {
  const { component, parameters } = current;
  const [vendorId] = component.vendorIds;
  const [classId] = component.classIds;
  const [deviceId] = component.deviceIds;
  switch (command) {
    case commandCode.vendorIdentifier:
      return vendorId ? { vendorId } : {};
    case commandCode.classIdentifier:
      return classId ? { classId } : {};
    case commandCode.deviceIdentifier:
      return deviceId ? { deviceId } : {};
    case commandCode.componentSlot:
      return { componentSlot: BigInt(component.current) };
    case commandCode.imageMatch:
      return heldDigest(machine, current, parameters.imageDigest?.algorithm);
    default:
      return {};
  }
}

function heldDigest(machine: Machine, current: Current, algorithm: number | undefined): Parameters {
  const content = contentOf(machine, current);
  if (algorithm === undefined || content.kind === 'empty') return {};
  if (content.kind === 'assumed') return { imageDigest: content.digest };
  const bytes = machine.work.ports.crypto.digest(algorithm, content.bytes);
  const imageSize = BigInt(content.bytes.length);
  return bytes ? { imageDigest: { algorithm, bytes }, imageSize } : { imageSize };
}
