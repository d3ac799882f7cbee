/**
 * What follows each command code, as tables that a device would have in flash (draft §8.4.9, §8.4.10).
 *
 * @module
 */

import {
  type CommandArgument,
  commandCode,
  commands,
  type ParameterType,
  parameters,
} from '../../suit/registry.ts';

const argumentByCode: (CommandArgument | undefined)[] = [];
for (const { code, argument } of commands) argumentByCode[code] = argument;

const typeByKey: (ParameterType | undefined)[] = [];
for (const { code, type } of parameters) typeByKey[code] = type;

export function argumentOf(code: number): CommandArgument | undefined {
  return argumentByCode[code];
}

export function typeOf(key: number): ParameterType | undefined {
  return typeByKey[key];
}

const sharedDirectives: readonly number[] = [
  commandCode.setComponentIndex,
  commandCode.tryEach,
  commandCode.overrideParameters,
  commandCode.runSequence,
];

const conditions: readonly number[] = commands
  .filter(({ kind }) => kind === 'condition')
  .map(({ code }) => code);

export function isCondition(code: number): boolean {
  return conditions.includes(code);
}

/** draft §5.3.2 and SUIT_Shared_Sequence in appendix A: conditions, and directives without an effect. */
export function isAllowedInShared(code: number): boolean {
  return isCondition(code) || sharedDirectives.includes(code);
}
