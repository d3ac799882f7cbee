/**
 * The command sequences of a user's own envelope, as its two procedures run them (draft §6.3, §8.4).
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { type Section, sequenceOf } from '../suit/edit.ts';
import type { Command } from '../suit/model.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { readSequence } from '../suit/read.ts';

export interface GivenSections {
  readonly shared: readonly Command[];
  /** Empty: there is nothing to get. */
  readonly gets: readonly (readonly Command[])[];
  readonly validate: readonly (readonly Command[])[];
  /** undefined: there is nothing to invoke. */
  readonly boot?: readonly (readonly Command[])[];
}

/** Throws BenchError `envelope-unusable`. */
export function sectionsOf(parts: EnvelopeParts): GivenSections {
  const section = (name: Section) => commandsOf(parts, name);
  const shared = section('shared') ?? [];
  const gets = defined([section('payloadFetch'), section('install')]);
  const validate = defined([section('validate')]);
  const invoke = section('invoke');
  const boot = invoke && [...validate, ...defined([section('load')]), invoke];
  return { shared, gets, validate, ...(boot && { boot }) };
}

function commandsOf(parts: EnvelopeParts, section: Section): readonly Command[] | undefined {
  const list = sequenceOf(parts, section);
  if (list === undefined) return undefined;
  const read = readSequence(list);
  if (!read.ok) throw unusable(`${section}: ${read.problem.message}`);
  return read.commands;
}

/** By their URIs: `#name` of draft §7.5 is the member `#name`. */
export function integratedIn(parts: EnvelopeParts): ReadonlyMap<string, Uint8Array> {
  const text = new TextDecoder();
  return new Map(
    parts.members.flatMap(([key, value]): [string, Uint8Array][] =>
      key.kind === 'tstr' && value.kind === 'bstr' ? [[text.decode(key.bytes), value.bytes]] : [],
    ),
  );
}

export function unusable(why: string): BenchError {
  return new BenchError('envelope-unusable', `The envelope cannot be attacked: ${why}.`);
}

function defined<T>(list: readonly (T | undefined)[]): T[] {
  return list.filter((one) => one !== undefined);
}
