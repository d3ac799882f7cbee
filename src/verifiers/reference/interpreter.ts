/**
 * The interpreter: runs a command sequence, and what steers it: index, parameters, try-each, run-sequence
 * (draft §6.4 to §6.7, §8.4.10). One command after the other, unless the recipient works in parallel and may.
 *
 * @module
 */
import { bad, type Problem } from '../../suit/problem.ts';
import { commandByCode, commandCode, parameterKey } from '../../suit/registry.ts';
import { denied } from './access.ts';
import { evaluate } from './conditions.ts';
import { custom } from './custom.ts';
import { perform } from './directives.ts';
import {
  type Accesses,
  aborted,
  type Current,
  currentAt,
  drain,
  type Failure,
  type Frame,
  failed,
  type Machine,
  noAccesses,
} from './machine.ts';
import type { Assignment } from './parameters.ts';
import { report } from './reporting.ts';
import type { Continuation } from './rules-command.ts';
import { actsOnComponent, type Command, type Sequence } from './sequence.ts';

/** How a sequence ended; a problem is there unless it is `done`. */
export interface Ending {
  readonly kind: 'done' | Exclude<Continuation, 'go-on'>;
  readonly problem?: Problem;
}

export function run(machine: Machine, sequence: Sequence, frame: Frame): Ending {
  for (let i = 0; i <= sequence.length; i++) {
    const command = sequence[i];
    // Draft §8.4.8: at the end of a sequence all its commands have completed.
    const failure = command === undefined ? complete(machine, frame) : execute(machine, command, frame);
    if (failure === undefined) continue;
    const then = machine.work.rules.afterFailure(failure.of, frame.soft, frame.enclosing);
    if (then !== 'go-on') return { kind: then, problem: failure.problem };
  }
  return { kind: 'done' };
}

function execute(machine: Machine, command: Command, frame: Frame): Failure | undefined {
  const { rules, meter, limits, device } = machine.work;
  meter.steps += 1;
  const budget = rules.withinBudget(meter.steps, limits.steps);
  if (budget !== true) return aborted(budget, `${meter.steps} steps`);

  const answer = rules.unknown('command', command.code, device.recipient.capabilities.commands);
  if (answer === 'refuse') return aborted('command-unsupported', `command ${command.code}`);
  if (answer !== 'run') return undefined;
  const allowed = machine.shared
    ? rules.sharedAllows(command.code)
    : rules.mayRun(command.code, machine.section);
  if (allowed !== true) return aborted(allowed, `command ${command.code} in ${machine.section}`);

  const late = rules.isBarrier(command.code) ? complete(machine, frame) : undefined;
  if (late !== undefined) return late;
  if (command.code === commandCode.setComponentIndex) return setIndex(machine, command, frame);
  if (frame.selection.length === 0) return aborted('index-missing', 'no component is selected');
  // Draft §6.5: once for each component of the index, in its order; §6.6: or only for the one whose turn it is.
  frame.left = undefined;
  const selection = rules.componentsOf(command.code, frame.selection);
  for (const index of selection) {
    if ((machine.turn ?? index) !== index) continue;
    const failure = mayWait(machine, command)
      ? issue(machine, command, frame, index)
      : executeOn(machine, command, frame, index);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Draft §6.7: what is no barrier may be done later, in another order, where the manifest leaves it open. */
function mayWait({ strict, work }: Machine, command: Command): boolean {
  return !strict && work.device.recipient.processing === 'parallel' && !work.rules.isBarrier(command.code);
}

function issue(machine: Machine, command: Command, frame: Frame, index: number): undefined {
  frame.issued.push(() => executeOn(machine, command, frame, index));
}

/** Executes what was issued, the last first, and all of it; the first failure counts. */
function complete(machine: Machine, frame: Frame): Failure | undefined {
  if (frame.issued.length === 0) return undefined;
  const issued = machine.work.rules.inAnyOrder(frame.issued.splice(0));
  return issued.map((act) => act()).find((failure) => failure !== undefined);
}

function executeOn(machine: Machine, command: Command, frame: Frame, index: number): Failure | undefined {
  const { rules } = machine.work;
  if (!actsOnComponent(command.code)) {
    return command.code === commandCode.tryEach
      ? tryEach(machine, command, frame, index)
      : runSequence(machine, command, frame, index);
  }
  const current = currentAt(machine, index);
  if ('problem' in current) return rules.unknown('component', index, []) === 'skip' ? undefined : current;
  if (command.code === commandCode.overrideParameters) {
    return overrideParameters(machine, command.assignments, frame, index);
  }
  const failure = act(machine, command.code, frame, current);
  report(machine, command, current, failure);
  return failure;
}

function act(machine: Machine, code: number, frame: Frame, current: Current): Failure | undefined {
  switch (commandByCode(code)?.kind) {
    case 'condition':
      return evaluate(machine, code, frame.enclosing, current);
    case 'directive':
      return denied(machine, { of: 'command', code }, current.index) ?? perform(machine, code, current);
    default:
      return custom(machine, code, current);
  }
}

function setIndex(machine: Machine, command: Command, frame: Frame): Failure | undefined {
  const { rules, components, device } = machine.work;
  const may = rules.mayIndex(frame.indexing);
  if (may !== true) return aborted(may, 'a further index in a sequence run in parallel');
  const selected = rules.selected(command.argument, components.length, device.recipient.components.length);
  if (typeof selected === 'string') return aborted(selected, 'the argument of set-component-index');
  frame.selection = selected;
  frame.single = command.argument.kind === 'uint';
  if (frame.indexing === 'once') frame.indexing = 'never';
  drain(machine);
  return undefined;
}

function overrideParameters(
  machine: Machine,
  assignments: readonly Assignment[],
  frame: Frame,
  index: number,
): Failure | undefined {
  const { rules, device } = machine.work;
  for (const { key, value } of assignments) {
    const answer = rules.unknown('parameter', key, device.recipient.capabilities.parameters);
    if (answer === 'refuse') return aborted('param-unsupported', `parameter ${key}`);
    if (answer === 'stop') return undefined;
    if (answer === 'skip') continue;
    const refused = denied(machine, { of: 'parameter', code: key }, index);
    if (refused !== undefined) return refused;
    // Draft §8.4.8.16.
    if (key < 0 && machine.shared)
      return aborted('command-forbidden', 'a custom parameter in the shared sequence');
    if (key === parameterKey.softFailure) {
      const event = { kind: 'set', value: value.softFailure === true } as const;
      const soft = rules.softFlag(event, frame.soft, frame.enclosing);
      if (typeof soft === 'string') return aborted(soft, 'soft-failure outside try-each and run-sequence');
      frame.soft = soft;
    } else if (key === parameterKey.strictOrder) {
      machine.strict = value.strictOrder === true;
    } else {
      machine.tables[index] = rules.assign(rules.parametersOf(machine.tables, index), value);
    }
  }
  drain(machine);
  return undefined;
}

/** Draft §8.4.10.2: the branches one after the other, until one succeeds. */
function tryEach(machine: Machine, command: Command, frame: Frame, index: number): Failure | undefined {
  const { rules } = machine.work;
  for (const [i, branch] of command.sequences.entries()) {
    const inner = enter(machine, frame, 'try-each', index);
    const ending: Ending = branch === null ? { kind: 'done' } : run(machine, branch, inner);
    leave(machine, frame, inner);
    const broken = broke(ending);
    if (broken !== undefined) return broken;
    const then = rules.nextBranch(ending.kind === 'done', command.sequences.length - 1 - i);
    if (then === 'done') return undefined;
    if (then === 'exhausted') break;
  }
  return failed('try-exhausted', `none of ${command.sequences.length} branches succeeded`);
}

/** Draft §8.4.10.8, §6.7. */
function runSequence(machine: Machine, command: Command, frame: Frame, index: number): Failure | undefined {
  const { rules } = machine.work;
  const [sequence] = command.sequences;
  const parallel = !machine.strict;
  const inner = enter(machine, frame, 'run-sequence', index);
  if (parallel) inner.indexing = frame.single ? 'once' : 'never';
  const may = rules.mayRunParallel(sequence?.[0]?.code, inner.indexing);
  if (may !== true) return aborted(may, 'a sequence run in parallel does not begin with its index');
  machine.strict = true;
  if (!parallel) {
    const ending = run(machine, sequence ?? [], inner);
    leave(machine, frame, inner);
    return broke(ending);
  }
  const before = machine.race;
  const lane = noAccesses();
  machine.lane = lane;
  const ending = run(machine, sequence ?? [], inner);
  machine.lane = undefined;
  machine.strict = false;
  leave(machine, frame, inner);
  return broke(ending) ?? race(machine, before, lane);
}

/** Draft §6.7: what one sequence writes and another one reads, without a barrier between them. */
function race(machine: Machine, before: Accesses, lane: Accesses): Failure | undefined {
  const { mayOverlap } = machine.work.rules;
  const ways = [mayOverlap(before.targets, lane.sources), mayOverlap(lane.targets, before.sources)];
  const overlap = ways.find((one) => one !== true);
  machine.race = {
    targets: new Set([...before.targets, ...lane.targets]),
    sources: new Set([...before.sources, ...lane.sources]),
  };
  return overlap && aborted(overlap, 'a component is read and written by sequences run in parallel');
}

/** The failure that an inner sequence's ending hands to the outer one; undefined where it was soft, or none. */
function broke(ending: Ending): Failure | undefined {
  if (ending.problem === undefined || (ending.kind !== 'abort' && ending.kind !== 'fail')) return undefined;
  return { of: ending.kind === 'abort' ? 'directive' : 'condition', problem: ending.problem };
}

function enter(machine: Machine, outer: Frame, enclosing: 'try-each' | 'run-sequence', index: number): Frame {
  const soft = machine.work.rules.softFlag({ kind: 'enter' }, outer.soft, enclosing);
  const { indexing } = outer;
  return {
    enclosing,
    depth: outer.depth + 1,
    soft: soft === true,
    selection: machine.work.rules.passIndex(index, outer.left),
    single: true,
    indexing,
    issued: [],
    left: undefined,
  };
}

/** The index reverts with the frame; soft-failure reverts by its rule (draft §8.4.8.15). */
function leave(machine: Machine, outer: Frame, inner: Frame): void {
  const soft = machine.work.rules.softFlag({ kind: 'leave', inner: inner.soft }, outer.soft, outer.enclosing);
  outer.soft = soft === true;
  outer.left = inner.selection;
}

/** Runs a section, and reports what it failed with. */
export function runSection(
  machine: Machine,
  sequence: Sequence,
  previous: readonly number[],
): Problem | undefined {
  const { work, strict } = machine;
  for (const turn of work.rules.turns(work.device.recipient.processing, work.components.length)) {
    machine.turn = turn;
    machine.strict = strict;
    const problem = runTurn(machine, sequence, previous);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function runTurn(machine: Machine, sequence: Sequence, previous: readonly number[]): Problem | undefined {
  const frame: Frame = {
    enclosing: 'section',
    depth: 0,
    soft: false,
    selection: machine.work.rules.startIndex(machine.work.components.length, previous),
    single: true,
    indexing: 'free',
    issued: [],
    left: undefined,
  };
  const ending = run(machine, sequence, frame);
  if (ending.kind === 'done' || ending.kind === 'halt') return undefined;
  return ending.problem ?? bad('condition-failed', 'a sequence failed').problem;
}
