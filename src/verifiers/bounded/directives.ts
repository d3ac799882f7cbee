/**
 * Directives that act on a component: write, fetch, copy, swap, invoke (draft §8.4.10). A failure refuses the delivery.
 *
 * @module
 */

import { commandCode, parameterKey } from '../../suit/registry.ts';
import { parameterOf, recipientIndex } from './components.ts';
import { storeCustom } from './custom.ts';
import { fetch } from './fetch.ts';
import { isChecked, markCopied, markExchanged, markSource, markTarget, markWritten } from './marks.ts';
import { mayUse } from './rights.ts';
import { charge, field, get, type Run, refuse, set } from './run.ts';
import { sizeOf } from './storage.ts';
import { store } from './transfer.ts';
import { goTo, nextHead } from './walk.ts';

/** `at`: the command's head. Moves the parser. */
export function perform(run: Run, code: number, component: number, at: number): boolean {
  switch (code) {
    case commandCode.write:
      return write(run, component, at);
    case commandCode.fetch:
      return fetch(run, component, at);
    case commandCode.copy:
      return copy(run, component, at);
    case commandCode.swap:
      return swap(run, component, at);
    case commandCode.invoke:
      return invoke(run, component, at);
    default:
      return storeCustom(run, code, component, at);
  }
}

function write(run: Run, component: number, at: number): boolean {
  const content = parameterOf(run, component, parameterKey.content);
  if (content === 0) return refuse(run, 'param-missing', at);
  goTo(run, content);
  if (!nextHead(run)) return false;
  const bytes = run.bytes.subarray(run.parser.contentStart, run.parser.contentEnd);
  if (!store(run, component, { kind: 'bytes', bytes }, 'in-place')) return false;
  markWritten(run, component);
  run.effects.push({ kind: 'write', component: recipientIndex(run, component) });
  return true;
}

function copy(run: Run, component: number, at: number): boolean {
  const source = sourceOf(run, component, commandCode.copy, at);
  if (source < 0 || !markSource(run, source)) return false;
  const content = run.storage.current(recipientIndex(run, source));
  if (!store(run, component, content, 'block')) return false;
  markCopied(run, component, source);
  run.effects.push({ kind: 'copy', component: recipientIndex(run, component) });
  return true;
}

/** draft §8.4.10.9: both contents fit where they go. */
function swap(run: Run, component: number, at: number): boolean {
  const source = sourceOf(run, component, commandCode.swap, at);
  if (source < 0 || !markSource(run, source)) return false;
  const { storage, recipient, effects } = run;
  const here = recipientIndex(run, component);
  const there = recipientIndex(run, source);
  const sizeHere = sizeOf(storage.current(here)) ?? 0;
  const sizeThere = sizeOf(storage.current(there)) ?? 0;
  const fits =
    sizeThere <= recipient.components[here]!.capacity && sizeHere <= recipient.components[there]!.capacity;
  if (!fits) return refuse(run, 'limit-size', at);
  if (!markTarget(run, component) || !charge(run, sizeHere + sizeThere)) return false;
  storage.exchange(here, there);
  markExchanged(run, component, source);
  effects.push({ kind: 'swap', component: here });
  return true;
}

/** The index of the source, whose content is there (draft §8.4.10.5), for this directive; -1 after a refusal. */
function sourceOf(run: Run, component: number, code: number, at: number): number {
  const parameter = parameterOf(run, component, parameterKey.sourceComponent);
  if (parameter === 0) return refused(refuse(run, 'param-missing', at));
  goTo(run, parameter);
  if (!nextHead(run)) return -1;
  const { argumentHigh, argumentLow: source } = run.parser;
  const isOther = argumentHigh === 0 && source < get(run, field.componentCount) && source !== component;
  const isThere = isOther && run.storage.current(recipientIndex(run, source)).kind !== 'empty';
  if (!isThere) return refused(refuse(run, 'source-missing', at));
  // draft §9: to take from a component needs a right on it too.
  return mayUse(run, code, source, at) ? source : -1;
}

function invoke(run: Run, component: number, at: number): boolean {
  // draft §8.4.6: to invoke is the goal of the invoke section, and of no other.
  if (get(run, field.section) !== field.invoke) return refuse(run, 'command-forbidden', at);
  const own = recipientIndex(run, component);
  if (run.storage.current(own).kind === 'empty') return refuse(run, 'directive-failed', at);
  if (!isChecked(run, component)) return refuse(run, 'not-validated', at);
  const given = parameterOf(run, component, parameterKey.invokeArguments);
  if (given === 0) {
    run.effects.push({ kind: 'invoke', component: own });
  } else {
    goTo(run, given);
    if (!nextHead(run)) return false;
    const { contentStart, contentEnd } = run.parser;
    run.effects.push({
      kind: 'invoke',
      component: own,
      arguments: run.bytes.slice(contentStart, contentEnd),
    });
  }
  set(run, field.invoked, 1);
  return true;
}

function refused(_refused: false): -1 {
  return -1;
}
