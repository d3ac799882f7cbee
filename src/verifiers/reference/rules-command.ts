/**
 * Rules of the abstract machine: which commands may run, on which components, and what a failure leads to
 * (draft §6.4, §6.5, §6.7, §8.4.8, §8.4.9, §8.4.10).
 *
 * @module
 */
import type { Item } from '../../cbor/item.ts';
import type { Recipient } from '../../device/recipient.ts';
import type { Parameters } from '../../suit/model.ts';
import { commandByCode, commandCode } from '../../suit/registry.ts';
import type { Reason } from '../../suit/stage.ts';
import { encodingRules, type Ok } from './rules-encoding.ts';
import type { Section } from './rules-manifest.ts';

/** What a running sequence is an argument of. */
export type Enclosing = 'section' | 'try-each' | 'run-sequence';

/** How often a sequence may still set the component index. */
export type Indexing = 'free' | 'once' | 'never';

/** `fail`: the enclosing command fails with the condition's code. */
export type Continuation = 'go-on' | 'next' | 'halt' | 'fail' | 'abort';

export type SoftEvent =
  | { readonly kind: 'enter' }
  | { readonly kind: 'set'; readonly value: boolean }
  | { readonly kind: 'leave'; readonly inner: boolean };

/** They steer other commands. */
const flow: readonly number[] = [
  commandCode.setComponentIndex,
  commandCode.tryEach,
  commandCode.overrideParameters,
  commandCode.runSequence,
];

/** A parameter table before the first parameter is set. */
const cleared: Parameters = {};

/** Are all of them set already? The shared sequence sets the same ones before each section. */
function holds(table: Parameters, offered: Parameters): boolean {
  for (const name in offered) {
    if (table[name as keyof Parameters] !== offered[name as keyof Parameters]) return false;
  }
  return true;
}

export const commandRules = {
  /** Draft §8.4.6: codes and arguments in turn; a command without its argument is none. */
  commands(items: readonly Item[]): readonly Item[] | Reason {
    return items.length % 2 === 0 ? items : 'command-malformed';
  },

  /** Draft §8.4.7: reporting policies are four bits. */
  policy(argument: Item): Ok {
    const bits = encodingRules.integer(argument);
    return bits !== undefined && bits >= 0n && bits <= 15n ? true : 'command-malformed';
  },

  /** Draft §6.1, §8.4.9: what the recipient does not implement is not passed over. */
  unknown(
    _kind: 'command' | 'parameter' | 'component',
    code: number,
    capable: readonly number[],
  ): 'run' | 'skip' | 'stop' | 'refuse' {
    return capable.includes(code) ? 'run' : 'refuse';
  },

  /** Draft §5.3.2, §6.2, appendix A: the shared sequence has no effects and no custom commands. */
  sharedAllows(code: number): Ok {
    return commandByCode(code)?.kind === 'condition' || flow.includes(code) ? true : 'command-forbidden';
  },

  /** Draft §8.4.6: to invoke is the invoke section's goal. */
  mayRun(code: number, section: Section): Ok {
    return code === commandCode.invoke && section !== 'invoke' ? 'command-forbidden' : true;
  },

  /** Draft §6.2: with more than one component, a section begins with set-component-index. */
  beginsWithIndex(first: number | undefined, components: number): Ok {
    if (components <= 1 || first === undefined) return true;
    return first === commandCode.setComponentIndex ? true : 'index-missing';
  },

  /** Draft §6.2, §7: the index of a section before it sets one. */
  startIndex(components: number, _previous: readonly number[]): readonly number[] {
    return components === 1 ? [0] : [];
  },

  /** Draft §6.5: an integer, an array of integers, or true, of the components that the manifest lists. */
  selected(index: Item, components: number, _device: number): readonly number[] | Reason {
    if (index.kind === 'simple' && index.value === 21) return Array.from({ length: components }, (_, i) => i);
    const wanted = index.kind === 'array' ? index.items : [index];
    if (wanted.length === 0) return 'index-type';
    const chosen: number[] = [];
    for (const item of wanted) {
      const value = item.kind === 'uint' ? encodingRules.integer(item) : undefined;
      if (value === undefined) return 'index-type';
      if (value >= components) return 'index-range';
      chosen.push(Number(value));
    }
    return chosen.length < 2 || new Set(chosen).size === chosen.length ? chosen : 'index-type';
  },

  /** Draft §6.5, §8.4.10.1: a command is executed once for each selected component, in the index's order. */
  componentsOf(_code: number, selection: readonly number[]): readonly number[] {
    return selection;
  },

  /** Draft §6.5: an inner sequence begins at the component it is run for, whatever the pass before selected. */
  passIndex(component: number, _left: readonly number[] | undefined): readonly number[] {
    return [component];
  },

  /** Draft §6.4, §8.4.10.3: a parameter that was set or not takes the new value. */
  assign(old: Parameters, offered: Parameters): Parameters {
    if (old === cleared) return offered;
    if (holds(old, offered)) return old;
    // V8 adds members to a spread copy ten times as slowly.
    if (old.custom === undefined || offered.custom === undefined) return Object.assign({}, old, offered);
    const replaced = offered.custom.map(([key]) => key);
    const kept = old.custom.filter(([key]) => !replaced.includes(key));
    return { ...old, ...offered, custom: [...kept, ...offered.custom] };
  },

  /** Draft §6.1: parameter storage is cleared before the first command. */
  startTable(_previous: readonly Parameters[], components: number): readonly Parameters[] {
    return new Array<Parameters>(components).fill(cleared);
  },

  /** Draft §8.4.8: parameters belong to one component. */
  parametersOf(tables: readonly Parameters[], component: number): Parameters {
    return tables[component] ?? {};
  },

  /** Draft §8.4.9: a condition whose parameter was not set reports failure, as any other that fails. */
  withoutParameter(_condition: number, _enclosing: Enclosing): 'fails' | 'aborts' | 'passes' {
    return 'fails';
  },

  /** Draft §6.4, §8.4.8.15: only a failed condition can be soft; a failed directive aborts. */
  afterFailure(what: 'condition' | 'directive', soft: boolean, enclosing: Enclosing): Continuation {
    if (what === 'directive') return 'abort';
    if (!soft || enclosing === 'section') return 'fail';
    return enclosing === 'try-each' ? 'next' : 'halt';
  },

  /** Draft §8.4.8.15: true in try-each, false in run-sequence, settable in no other place, restored on return. */
  softFlag(event: SoftEvent, before: boolean, enclosing: Enclosing): boolean | Reason {
    if (event.kind === 'enter') return enclosing === 'try-each';
    if (event.kind === 'leave') return before;
    return enclosing === 'section' ? 'param-forbidden' : event.value;
  },

  /** Draft §8.4.10.2: the first branch that succeeds is the last that is run; none left is a failure. */
  nextBranch(succeeded: boolean, left: number): 'done' | 'next' | 'exhausted' {
    if (succeeded) return 'done';
    return left > 0 ? 'next' : 'exhausted';
  },

  /** Appendix A: nil stands last, after at least one branch. */
  mayBeNil(position: number, count: number): Ok {
    return position > 0 && position === count - 1 ? true : 'command-malformed';
  },

  /** Draft §6.7: a sequence run in parallel sets its index first and never again, or not at all. */
  mayIndex(indexing: Indexing): Ok {
    return indexing === 'never' ? 'order-violation' : true;
  },

  /** Draft §6.7: the argument of a run-sequence of one component, run in parallel, begins with its index. */
  mayRunParallel(first: number | undefined, indexing: Indexing): Ok {
    if (indexing !== 'once' || first === undefined) return true;
    return first === commandCode.setComponentIndex ? true : 'order-violation';
  },

  /** Draft §6.7: while order is free, no component is both written and read. */
  mayOverlap(targets: ReadonlySet<number>, sources: ReadonlySet<number>): Ok {
    return [...sources].some((component) => targets.has(component)) ? 'order-violation' : true;
  },

  /** Draft §6.6: a serial interpreter traverses each section once for each component; else once for all. */
  turns(processing: Recipient['processing'], components: number): readonly (number | undefined)[] {
    if (processing !== 'serial' || components === 0) return [undefined];
    return Array.from({ length: components }, (_, i) => i);
  },

  /** Draft §6.7: set-component-index and override-parameters, of strict order too, wait for what was issued. */
  isBarrier(code: number): boolean {
    return code === commandCode.setComponentIndex || code === commandCode.overrideParameters;
  },

  /** Draft §6.7: the order between two barriers is the recipient's; the last first shows who relies on another. */
  inAnyOrder<T>(issued: readonly T[]): readonly T[] {
    return issued.toReversed();
  },

  /** No clause: a budget of steps, so that every manifest ends. */
  withinBudget(used: number, limit: number): Ok {
    return used <= limit ? true : 'limit-steps';
  },
};
