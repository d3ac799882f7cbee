/**
 * Command sequences, read in full before the first command runs (draft §8.4.6, appendix A).
 *
 * @module
 */
import type { Item } from '../../cbor/item.ts';
import { bad, good, type Problem, type Result } from '../../suit/problem.ts';
import { commandByCode, commandCode } from '../../suit/registry.ts';
import { type Assignment, readParameters } from './parameters.ts';
import type { Section } from './rules-manifest.ts';
import { unwrap, type Work } from './work.ts';

export interface Command {
  readonly code: number;
  readonly argument: Item;
  /** Where it stands in the delivery, in bytes; 0 where the reader does not say. */
  readonly offset: number;
  /** Of try-each; `null` is the branch that always succeeds. Of run-sequence: the one. */
  readonly sequences: readonly (Sequence | null)[];
  /** Of override-parameters. */
  readonly assignments: readonly Assignment[];
}

export type Sequence = readonly Command[];

const none: readonly never[] = [];

/** Every section, of this procedure or not: what is not well-formed is refused before anything is done. */
export function readSequences(work: Work): Problem | undefined {
  const sequences = new Map<Section, Sequence>();
  for (const [section, element] of work.elements) {
    const sequence = readSequence(work, element, 0);
    if (!sequence.ok) return sequence.problem;
    const begins = work.rules.beginsWithIndex(sequence.value[0]?.code, work.components.length);
    if (begins !== true)
      return bad(begins, `${section} does not begin with set-component-index`, element).problem;
    sequences.set(section, sequence.value);
  }
  work.sequences = sequences;
  return undefined;
}

function readSequence(work: Work, element: Item, depth: number): Result<Sequence> {
  if (depth > work.limits.depth) return bad('limit-depth', 'sequences inside sequences', element);
  const item = unwrap(work, element, 'command-malformed', 'a command sequence');
  if (!item.ok) return item;
  if (item.value.kind !== 'array')
    return bad('command-malformed', 'a command sequence is not an array', item.value);
  const items = work.rules.commands(item.value.items);
  if (typeof items === 'string') return bad(items, 'a command without its argument', item.value);

  const sequence: Command[] = [];
  for (let i = 0; i < items.length; i += 2) {
    const [code, argument] = [items[i] as Item, items[i + 1] as Item];
    const number = work.rules.integer(code);
    if (number === undefined) return bad('command-malformed', 'a command code is no integer', code);
    const command = readCommand(work, Number(number), code.start ?? 0, argument, depth);
    if (!command.ok) return command;
    sequence.push(command.value);
  }
  return good(sequence);
}

function readCommand(
  work: Work,
  code: number,
  offset: number,
  argument: Item,
  depth: number,
): Result<Command> {
  let sequences: Command['sequences'] = none;
  let assignments: Command['assignments'] = none;
  // The index is judged when it is set; an unknown command when it is to be run.
  switch (commandByCode(code)?.argument) {
    case 'policy': {
      const ok = work.rules.policy(argument);
      if (ok !== true) return bad(ok, `the reporting policy of command ${code}`, argument);
      break;
    }
    case 'parameters': {
      const read = readParameters(work, argument);
      if (!read.ok) return read;
      assignments = read.value;
      break;
    }
    case 'sequence': {
      const sequence = readSequence(work, argument, depth + 1);
      if (!sequence.ok) return sequence;
      sequences = [sequence.value];
      break;
    }
    case 'sequences': {
      const branches = readBranches(work, argument, depth);
      if (!branches.ok) return branches;
      sequences = branches.value;
      break;
    }
  }
  return good({ code, argument, offset, sequences, assignments });
}

function readBranches(work: Work, argument: Item, depth: number): Result<readonly (Sequence | null)[]> {
  if (argument.kind !== 'array') return bad('command-malformed', 'try-each without a list', argument);
  const branches: (Sequence | null)[] = [];
  for (const [i, item] of argument.items.entries()) {
    if (item.kind === 'simple' && item.value === 22) {
      const ok = work.rules.mayBeNil(i, argument.items.length);
      if (ok !== true) return bad(ok, 'nil in another place than the last', item);
      branches.push(null);
      continue;
    }
    const sequence = readSequence(work, item, depth + 1);
    if (!sequence.ok) return sequence;
    branches.push(sequence.value);
  }
  return good(branches);
}

/** Does the command itself act on a component, rather than steer other commands? */
export function actsOnComponent(code: number): boolean {
  return code !== commandCode.tryEach && code !== commandCode.runSequence;
}
