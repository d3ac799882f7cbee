/**
 * Private commands: what the recipient's configuration makes of them (draft §8.4.11, §8.4.8.16).
 *
 * @module
 */

import type { CustomCommand } from '../../device/recipient.ts';
import type { Reason } from '../../suit/stage.ts';
import { parameterOf, recipientIndex } from './components.ts';
import { markChecked, markWritten } from './marks.ts';
import { type Run, refuse } from './run.ts';
import { store } from './transfer.ts';
import { goTo, major, nextHead, spanEquals } from './walk.ts';

/** Undefined: the command has no meaning of its own, and no effect. */
export function customCommand({ recipient }: Run, code: number): CustomCommand | undefined {
  return recipient.capabilities.custom?.find((one) => one.code === code);
}

/** Why a private condition fails; undefined: it holds, or `run` has been refused. Moves the parser. */
export function customFailure(run: Run, code: number, component: number): Reason | undefined {
  const command = customCommand(run, code)!;
  if (!readValue(run, command, component)) return 'param-missing';
  const { contentStart, contentEnd } = run.parser;
  return spanEquals(run, contentStart, contentEnd, command.bytes ?? noBytes) ? undefined : 'condition-failed';
}

/** A private directive writes its parameter. `at`: the command's head. Moves the parser. */
export function storeCustom(run: Run, code: number, component: number, at: number): boolean {
  if (!readValue(run, customCommand(run, code)!, component)) return refuse(run, 'param-missing', at);
  const bytes = run.bytes.subarray(run.parser.contentStart, run.parser.contentEnd);
  if (!store(run, component, { kind: 'bytes', bytes }, 'in-place')) return false;
  markWritten(run, component);
  // The author gave these very bytes: there is nothing left to check.
  markChecked(run, component);
  run.effects.push({ kind: 'write', component: recipientIndex(run, component) });
  return true;
}

/** Goes to the head of the parameter, which must be a byte string. */
function readValue(run: Run, { parameter }: CustomCommand, component: number): boolean {
  const at = parameterOf(run, component, parameter);
  if (at === 0) return false;
  goTo(run, at);
  return nextHead(run) && run.parser.major === major.bstr && run.parser.info !== indefinite;
}

const noBytes = new Uint8Array(0);
const indefinite = 31;
