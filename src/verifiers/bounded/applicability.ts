/**
 * Is the manifest for this recipient (draft §6.2, §8.4.9.1)? The shared sequence is run in full; each other section of
 * the event is followed as far as that can be judged without carrying out an effect.
 *
 * @module
 */

import { commandCode } from '../../suit/registry.ts';
import type { Reason } from '../../suit/stage.ts';
import { clearParameters, parameterOf } from './components.ts';
import { consumedBy, failureOf } from './conditions.ts';
import { readIndex, type Selection, selectedAt, selectedCount } from './index-argument.ts';
import { field, get, type Run, refuse } from './run.ts';
import { runsIn, sectionAt, sections } from './sections.ts';
import { override, runShared } from './shared-sequence.ts';
import { enterAt, goTo, major, nextHead, open, skipItem } from './walk.ts';

export function checkApplicability(run: Run): boolean {
  // draft §6.2: the shared sequence should check the vendor and the class.
  if (get(run, field.checksVendor) === 0) return refuse(run, 'vendor-mismatch', get(run, field.common));
  if (get(run, field.checksClass) === 0) return refuse(run, 'class-mismatch', get(run, field.common));
  if (!runShared(run)) return false;
  for (const section of sections) {
    const at = sectionAt(run, section);
    if (section === field.shared || at === 0 || !runsIn(run, section)) continue;
    // draft §8.4.5: the shared sequence is executed before each other one.
    clearParameters(run);
    if (!runShared(run) || !follow(run, at)) return false;
  }
  return true;
}

/**
 * Follows the commands of a section up to the first try-each, run-sequence, invoke or custom command: so far it is
 * certain what runs, and that what fails here fails the procedure, if nothing before it does.
 */
function follow(run: Run, at: number): boolean {
  if (!enterAt(run, at, 'type-mismatch')) return false;
  const items = open(run, major.array, 'command-malformed');
  const { parser } = run;
  let selection: Selection = 0;
  let next = parser.position;
  for (let i = 0; i < items; i += 2) {
    goTo(run, next);
    if (!nextHead(run)) return false;
    const code = parser.major === major.uint ? parser.argumentLow : -1;
    const argument = parser.position;
    if (!skipItem(run)) return false;
    next = parser.position;
    if (!isFollowed(code)) return true;
    if (code === commandCode.setComponentIndex) {
      goTo(run, argument);
      const read = readIndex(run);
      if (read === undefined) return false;
      selection = read;
    } else if (code === commandCode.overrideParameters) {
      if (!override(run, argument, selection)) return false;
    } else if (!isPossible(run, code, selection)) {
      return false;
    }
  }
  return items >= 0;
}

function isFollowed(code: number): boolean {
  const ends =
    code === commandCode.tryEach || code === commandCode.runSequence || code === commandCode.invoke;
  return code >= 0 && !ends;
}

/** Is nothing known yet by which the command must fail, for any component? */
function isPossible(run: Run, code: number, selection: Selection): boolean {
  const count = selectedCount(run, selection);
  for (let i = 0; i < count; i++) {
    const component = selectedAt(run, selection, i);
    const reason = isCertain(code) ? failureOf(run, code, component) : absenceOf(run, code, component);
    if (run.reason !== undefined) return false;
    if (reason !== undefined) return refuse(run, reason);
  }
  return true;
}

/** Conditions whose answer no directive before them changes. */
function isCertain(code: number): boolean {
  return (
    code === commandCode.vendorIdentifier ||
    code === commandCode.classIdentifier ||
    code === commandCode.deviceIdentifier ||
    code === commandCode.componentSlot ||
    code === commandCode.abort
  );
}

/** Of the others only this is known: without its parameter it fails (draft §8.4.9, §8.4.10). */
function absenceOf(run: Run, code: number, component: number): Reason | undefined {
  return parameterOf(run, component, consumedBy(code)) === 0 ? 'param-missing' : undefined;
}
