/**
 * Private commands: what the recipient's configuration makes of them (draft §8.4.11, §8.4.8.16).
 *
 * @module
 */
import { denied } from './access.ts';
import { store } from './directives.ts';
import { aborted, type Current, type Failure, failed, type Machine } from './machine.ts';

/** A private command without a meaning of its own does nothing, as do those that are not below -256 (§8.4.9). */
export function custom(machine: Machine, code: number, current: Current): Failure | undefined {
  if (code >= 0) return aborted('command-unsupported', `command ${code}`);
  const { work } = machine;
  const command = work.device.recipient.capabilities.custom?.find((one) => one.code === code);
  if (command === undefined) return undefined;
  const value = current.parameters.custom?.find(([key]) => key === command.parameter)?.[1];
  if (command.does === 'check') {
    if (value?.kind !== 'bstr') return failed('param-missing', `parameter ${command.parameter}`);
    const wanted = command.bytes ?? new Uint8Array(0);
    const { equal } = work.rules.contentEquals(wanted, value.bytes);
    return equal ? undefined : failed('condition-failed', `private condition ${code}`);
  }
  const refused = denied(machine, { of: 'command', code }, current.index);
  if (refused !== undefined) return refused;
  if (value?.kind !== 'bstr') return aborted('param-missing', `parameter ${command.parameter}`);
  const failure = store(machine, current, { kind: 'bytes', bytes: value.bytes }, 'write');
  // The author gave these very bytes: there is nothing left to check.
  if (failure === undefined) machine.validated.add(current.own);
  return failure;
}
