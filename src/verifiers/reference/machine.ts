/**
 * The abstract machine's state while a procedure runs (draft §6.4).
 *
 * @module
 */
import type { Component, Content } from '../../device/recipient.ts';
import type { Parameters } from '../../suit/model.ts';
import { bad, type Problem } from '../../suit/problem.ts';
import type { Reason } from '../../suit/stage.ts';
import type { Enclosing, Indexing } from './rules-command.ts';
import type { Ok } from './rules-encoding.ts';
import type { Section } from './rules-manifest.ts';
import type { Work } from './work.ts';

export interface Machine {
  readonly work: Work;
  /** One table for each component of the manifest. */
  readonly tables: Parameters[];
  section: Section;
  /** Is the shared sequence running? */
  shared: boolean;
  /** suit-parameter-strict-order: the manifest's, no component's (draft §8.4.8). */
  strict: boolean;
  /** The one component whose commands are executed now; undefined: every one (draft §6.6). */
  turn: number | undefined;
  /** Written and read since the last barrier, while order is free (draft §6.7). */
  race: Accesses;
  /** Written and read by a sequence that is run in parallel with others: all of it, barriers or not. */
  lane: Accesses | undefined;
  /** Number of bytes into the delivery at which the running section's commands begin. */
  sectionStart: number;
  /** Codes of the conditions that held in the shared sequence. */
  readonly checked: Set<number>;
  /** The recipient's components that matched a digest or content since they were last written. */
  readonly validated: Set<number>;
  /** How each of them was matched last, to be asked again. */
  readonly checks: Map<number, () => Ok>;
  /** Has the delivery's change of a slot been made? */
  isMeddled: boolean;
  /** The recipient's components that were filled by a fetch that knew no digest. */
  readonly unverified: Set<number>;
}

/** Components, by the recipient's indices. */
export interface Accesses {
  readonly targets: Set<number>;
  readonly sources: Set<number>;
}

export function noAccesses(): Accesses {
  return { targets: new Set(), sources: new Set() };
}

/** Notes that a component is written, or read as a source. */
export function access(machine: Machine, how: keyof Accesses, own: number): void {
  machine.race[how].add(own);
  machine.lane?.[how].add(own);
}

/** What belongs to one running sequence. */
export interface Frame {
  readonly enclosing: Enclosing;
  readonly depth: number;
  /** suit-parameter-soft-failure. */
  soft: boolean;
  /** Indices into the manifest's components. */
  selection: readonly number[];
  /** Was the index given as an integer, rather than an array or true? */
  single: boolean;
  indexing: Indexing;
  /** Commands that may still be executed, in any order, before the next barrier (draft §6.7). */
  readonly issued: (() => Failure | undefined)[];
  /** What the last inner sequence of the running command had selected when it ended. */
  left: readonly number[] | undefined;
}

/** What a command does when it fails; a condition's failure can be soft. */
export interface Failure {
  readonly of: 'condition' | 'directive';
  readonly problem: Problem;
}

/** The component that a command acts on. */
export interface Current {
  /** Index into the manifest's components. */
  readonly index: number;
  /** Index into the recipient's. */
  readonly own: number;
  readonly component: Component;
  readonly parameters: Parameters;
}

export function startMachine(work: Work): Machine {
  return {
    work,
    tables: [...work.rules.startTable(work.device.leftover, work.components.length)],
    section: 'shared',
    shared: false,
    strict: true,
    turn: undefined,
    race: noAccesses(),
    lane: undefined,
    sectionStart: 0,
    checked: new Set(),
    validated: new Set(),
    checks: new Map(),
    isMeddled: false,
    unverified: new Set(),
  };
}

/** The manifest's component `index`, or a failure if the recipient has no such component. */
export function currentAt(machine: Machine, index: number): Current | Failure {
  const own = machine.work.components[index];
  const component = own === undefined ? undefined : machine.work.device.recipient.components[own];
  if (own === undefined || component === undefined)
    return aborted('component-unsupported', `component ${index}`);
  return { index, own, component, parameters: machine.work.rules.parametersOf(machine.tables, index) };
}

/** What the component holds. */
export function contentOf(machine: Machine, current: Pick<Current, 'own' | 'component'>): Content {
  return machine.work.staged.read(current.own, current.component.current);
}

/** Draft §6.7: what was issued before the barrier is complete. */
export function drain(machine: Machine): void {
  const { targets, sources } = machine.race;
  if (targets.size + sources.size > 0) machine.race = noAccesses();
}

export function aborted(reason: Reason, message: string): Failure {
  return { of: 'directive', problem: bad(reason, message).problem };
}

export function failed(reason: Reason, message: string): Failure {
  return { of: 'condition', problem: bad(reason, message).problem };
}
