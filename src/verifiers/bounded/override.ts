/**
 * Override-parameters: where the values stand is noted for each selected component (draft §8.4.8, §8.4.10.3).
 *
 * @module
 */

import { parameterKey } from '../../suit/registry.ts';
import { setParameter } from './components.ts';
import { selectedAt, selectedCount } from './index-argument.ts';
import { frame, isOutermost, mode, read, write } from './return-stack.ts';
import { maySet } from './rights.ts';
import { field, type Run, refuse, set } from './run.ts';
import { goTo, major, nextHead, skipItem } from './walk.ts';

const trueByte = 0xf5;

/** `argument`: the map, whose types have been checked. */
export function override(run: Run, argument: number): boolean {
  const selection = read(run, frame.selection);
  const count = selectedCount(run, selection);
  for (let i = 0; i < count; i++) {
    const component = selectedAt(run, selection, i);
    if (!overrideOne(run, argument, component)) return false;
  }
  return true;
}

function overrideOne(run: Run, argument: number, component: number): boolean {
  const { parser } = run;
  goTo(run, argument);
  if (!nextHead(run)) return false;
  const entries = parser.argumentLow;
  for (let i = 0; i < entries; i++) {
    if (!nextHead(run)) return false;
    const isKnown = parser.argumentHigh === 0;
    const key = parser.major === major.uint ? parser.argumentLow : -1 - parser.argumentLow;
    // draft §6.1: nor is a manifest with a parameter that the recipient does not have.
    if (!isKnown || !run.recipient.capabilities.parameters.includes(key)) {
      return refuse(run, 'param-unsupported');
    }
    if (!maySet(run, key, component)) return false;
    const value = parser.position;
    if (key === parameterKey.softFailure) {
      if (!setSoftFailure(run, run.bytes[value] === trueByte)) return false;
    } else if (key === parameterKey.strictOrder) {
      set(run, field.freeOrder, run.bytes[value] === trueByte ? 0 : 1);
    } else {
      setParameter(run, component, key, value);
    }
    if (!skipItem(run)) return false;
  }
  return true;
}

/** draft §8.4.8.15: setting it outside try-each and run-sequence causes an Abort. */
function setSoftFailure(run: Run, isSoft: boolean): boolean {
  if (isOutermost(run)) return refuse(run, 'param-forbidden');
  const others = read(run, frame.mode) & ~mode.soft;
  write(run, frame.mode, isSoft ? others | mode.soft : others);
  return true;
}
