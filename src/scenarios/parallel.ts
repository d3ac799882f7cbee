/**
 * An install sequence that leaves the order of independent steps open (draft §6.7).
 *
 * @module
 */
import type { Command } from '../suit/model.ts';
import { commandCode } from '../suit/registry.ts';

/** Where several components are selected at once: what concerns each of them may be done in any order. */
export function inAnyOrder(commands: readonly Command[]): readonly Command[] {
  const at = commands.findLastIndex((one) => one.kind === 'setComponentIndex' && isSeveral(one));
  const select = commands[at];
  if (select === undefined) return commands;
  const steps = commands.slice(at + 1);
  return [
    ...commands.slice(0, at + 1),
    { kind: 'overrideParameters', parameters: { strictOrder: false } },
    // Its content is in order, whatever is done beside it; without it the index is a barrier before the check.
    ...steps.flatMap((one) => (isFetch(one) ? [one, select] : [one])),
  ];
}

/** Is there a place in it where several components are selected at once? */
export function canBeInAnyOrder(commands: readonly Command[]): boolean {
  return inAnyOrder(commands) !== commands;
}

function isSeveral({ index }: Extract<Command, { kind: 'setComponentIndex' }>): boolean {
  return typeof index === 'object' || index === true;
}

function isFetch(command: Command): boolean {
  return command.kind === 'directive' && command.code === commandCode.fetch;
}
