/**
 * The registries of draft-ietf-suit-manifest-37 §11: labels, names and where each is defined.
 *
 * https://datatracker.ietf.org/doc/html/draft-ietf-suit-manifest-37#section-11
 *
 * @module
 */

import { type Clause, manifest } from './clause.ts';

/** A row of a registry: the label on the wire, the name of the CDDL (appendix A), the defining clause. */
export interface Registration {
  readonly code: number;
  readonly name: string;
  readonly clause: Clause;
}

/** CBOR tags: envelope and manifest (§11), IANA private enterprise number (§8.4.8.1, RFC 9090). */
export const suitTag = { envelope: 107, manifest: 1070, pen: 112 } as const;

/** §11.1 */
export const envelopeKey = {
  authenticationWrapper: 2,
  manifest: 3,
  payloadFetch: 16,
  install: 20,
  text: 23,
} as const;

export const envelopeKeys: readonly Registration[] = [
  { code: envelopeKey.authenticationWrapper, name: 'suit-authentication-wrapper', clause: manifest('8.3') },
  { code: envelopeKey.manifest, name: 'suit-manifest', clause: manifest('8.4') },
  { code: envelopeKey.payloadFetch, name: 'suit-payload-fetch', clause: manifest('8.4.6') },
  { code: envelopeKey.install, name: 'suit-install', clause: manifest('8.4.6') },
  { code: envelopeKey.text, name: 'suit-text', clause: manifest('8.4.4') },
];

/** §11.2 */
export const manifestKey = {
  version: 1,
  sequenceNumber: 2,
  common: 3,
  referenceUri: 4,
  validate: 7,
  load: 8,
  invoke: 9,
  payloadFetch: 16,
  install: 20,
  text: 23,
} as const;

export const manifestKeys: readonly Registration[] = [
  { code: manifestKey.version, name: 'suit-manifest-version', clause: manifest('8.4.1') },
  { code: manifestKey.sequenceNumber, name: 'suit-manifest-sequence-number', clause: manifest('8.4.2') },
  { code: manifestKey.common, name: 'suit-common', clause: manifest('8.4.5') },
  { code: manifestKey.referenceUri, name: 'suit-reference-uri', clause: manifest('8.4.3') },
  { code: manifestKey.validate, name: 'suit-validate', clause: manifest('8.4.6') },
  { code: manifestKey.load, name: 'suit-load', clause: manifest('8.4.6') },
  { code: manifestKey.invoke, name: 'suit-invoke', clause: manifest('8.4.6') },
  { code: manifestKey.payloadFetch, name: 'suit-payload-fetch', clause: manifest('8.4.6') },
  { code: manifestKey.install, name: 'suit-install', clause: manifest('8.4.6') },
  { code: manifestKey.text, name: 'suit-text', clause: manifest('8.4.4') },
];

/** §11.3 */
export const commonKey = { components: 2, sharedSequence: 4 } as const;

export const commonKeys: readonly Registration[] = [
  { code: commonKey.components, name: 'suit-components', clause: manifest('8.4.5') },
  { code: commonKey.sharedSequence, name: 'suit-shared-sequence', clause: manifest('8.4.5') },
];

/** §11.5. Parameter 25 is missing from that table but defined in §8.4.8.13 and the CDDL. */
export const parameterKey = {
  vendorIdentifier: 1,
  classIdentifier: 2,
  imageDigest: 3,
  componentSlot: 5,
  strictOrder: 12,
  softFailure: 13,
  imageSize: 14,
  content: 18,
  uri: 21,
  sourceComponent: 22,
  invokeArguments: 23,
  deviceIdentifier: 24,
  fetchArguments: 25,
} as const;

export type ParameterType = 'uuid' | 'vendor' | 'digest' | 'uint' | 'bool' | 'bytes' | 'text';

export interface ParameterRegistration extends Registration {
  readonly type: ParameterType;
}

export const parameters: readonly ParameterRegistration[] = [
  {
    code: parameterKey.vendorIdentifier,
    name: 'suit-parameter-vendor-identifier',
    type: 'vendor',
    clause: manifest('8.4.8.3'),
  },
  {
    code: parameterKey.classIdentifier,
    name: 'suit-parameter-class-identifier',
    type: 'uuid',
    clause: manifest('8.4.8.4'),
  },
  {
    code: parameterKey.imageDigest,
    name: 'suit-parameter-image-digest',
    type: 'digest',
    clause: manifest('8.4.8.6'),
  },
  {
    code: parameterKey.componentSlot,
    name: 'suit-parameter-component-slot',
    type: 'uint',
    clause: manifest('8.4.8.8'),
  },
  {
    code: parameterKey.strictOrder,
    name: 'suit-parameter-strict-order',
    type: 'bool',
    clause: manifest('8.4.8.14'),
  },
  {
    code: parameterKey.softFailure,
    name: 'suit-parameter-soft-failure',
    type: 'bool',
    clause: manifest('8.4.8.15'),
  },
  {
    code: parameterKey.imageSize,
    name: 'suit-parameter-image-size',
    type: 'uint',
    clause: manifest('8.4.8.7'),
  },
  { code: parameterKey.content, name: 'suit-parameter-content', type: 'bytes', clause: manifest('8.4.8.9') },
  { code: parameterKey.uri, name: 'suit-parameter-uri', type: 'text', clause: manifest('8.4.8.10') },
  {
    code: parameterKey.sourceComponent,
    name: 'suit-parameter-source-component',
    type: 'uint',
    clause: manifest('8.4.8.11'),
  },
  {
    code: parameterKey.invokeArguments,
    name: 'suit-parameter-invoke-args',
    type: 'bytes',
    clause: manifest('8.4.8.12'),
  },
  {
    code: parameterKey.deviceIdentifier,
    name: 'suit-parameter-device-identifier',
    type: 'uuid',
    clause: manifest('8.4.8.5'),
  },
  {
    code: parameterKey.fetchArguments,
    name: 'suit-parameter-fetch-arguments',
    type: 'bytes',
    clause: manifest('8.4.8.13'),
  },
];

/** §11.4 */
export const commandCode = {
  vendorIdentifier: 1,
  classIdentifier: 2,
  imageMatch: 3,
  componentSlot: 5,
  checkContent: 6,
  setComponentIndex: 12,
  abort: 14,
  tryEach: 15,
  write: 18,
  overrideParameters: 20,
  fetch: 21,
  copy: 22,
  invoke: 23,
  deviceIdentifier: 24,
  swap: 31,
  runSequence: 32,
} as const;

/** What follows the command code: a reporting policy, or the argument of a flow-control directive. */
export type CommandArgument = 'policy' | 'index' | 'sequences' | 'sequence' | 'parameters';

export interface CommandRegistration extends Registration {
  readonly kind: 'condition' | 'directive';
  readonly argument: CommandArgument;
  /** Keys of the parameters it reads. */
  readonly consumes: readonly number[];
}

function condition(code: number, name: string, section: string, consumes: number[]): CommandRegistration {
  const clause = manifest(section);
  return { code, name: `suit-condition-${name}`, kind: 'condition', argument: 'policy', consumes, clause };
}

function directive(
  code: number,
  name: string,
  section: string,
  argument: CommandArgument,
  consumes: number[] = [],
): CommandRegistration {
  const clause = manifest(section);
  return { code, name: `suit-directive-${name}`, kind: 'directive', argument, consumes, clause };
}

const code = commandCode;
const key = parameterKey;

export const commands: readonly CommandRegistration[] = [
  condition(code.vendorIdentifier, 'vendor-identifier', '8.4.9.1', [key.vendorIdentifier]),
  condition(code.classIdentifier, 'class-identifier', '8.4.9.1', [key.classIdentifier]),
  condition(code.imageMatch, 'image-match', '8.4.9.2', [key.imageDigest, key.imageSize]),
  condition(code.componentSlot, 'component-slot', '8.4.9.4', [key.componentSlot]),
  condition(code.checkContent, 'check-content', '8.4.9.3', [key.content]),
  directive(code.setComponentIndex, 'set-component-index', '8.4.10.1', 'index'),
  condition(code.abort, 'abort', '8.4.9.5', []),
  directive(code.tryEach, 'try-each', '8.4.10.2', 'sequences', [key.softFailure]),
  directive(code.write, 'write', '8.4.10.6', 'policy', [key.content]),
  directive(code.overrideParameters, 'override-parameters', '8.4.10.3', 'parameters'),
  directive(code.fetch, 'fetch', '8.4.10.4', 'policy', [key.uri, key.fetchArguments]),
  directive(code.copy, 'copy', '8.4.10.5', 'policy', [key.sourceComponent]),
  directive(code.invoke, 'invoke', '8.4.10.7', 'policy', [key.invokeArguments]),
  condition(code.deviceIdentifier, 'device-identifier', '8.4.9.1', [key.deviceIdentifier]),
  directive(code.swap, 'swap', '8.4.10.9', 'policy', [key.sourceComponent]),
  directive(code.runSequence, 'run-sequence', '8.4.10.8', 'sequence', [key.softFailure]),
];

/** §11.6 */
export const textKeys: readonly Registration[] = [
  { code: 1, name: 'suit-text-manifest-description', clause: manifest('8.4.4') },
  { code: 2, name: 'suit-text-update-description', clause: manifest('8.4.4') },
  { code: 3, name: 'suit-text-manifest-json-source', clause: manifest('8.4.4') },
  { code: 4, name: 'suit-text-manifest-yaml-source', clause: manifest('8.4.4') },
];

/** §11.7 */
export const componentTextKeys: readonly Registration[] = [
  { code: 1, name: 'suit-text-vendor-name', clause: manifest('8.4.4') },
  { code: 2, name: 'suit-text-model-name', clause: manifest('8.4.4') },
  { code: 3, name: 'suit-text-vendor-domain', clause: manifest('8.4.4') },
  { code: 4, name: 'suit-text-model-info', clause: manifest('8.4.4') },
  { code: 5, name: 'suit-text-component-description', clause: manifest('8.4.4') },
  { code: 6, name: 'suit-text-component-version', clause: manifest('8.4.4') },
];

/** The row with this label, if the registry has it. */
export function registered<R extends Registration>(
  registry: readonly R[],
  code: number | bigint,
): R | undefined {
  return registry.find((row) => BigInt(row.code) === BigInt(code));
}

export function commandByCode(code: number | bigint): CommandRegistration | undefined {
  return commandRows.get(Number(code));
}

export function parameterByKey(key: number | bigint): ParameterRegistration | undefined {
  return parameterRows.get(Number(key));
}

// No label is so large that a number would round it.
const commandRows = new Map(commands.map((row) => [row.code, row]));
const parameterRows = new Map(parameters.map((row) => [row.code, row]));
