/**
 * The update procedure and the invocation procedure (draft §8.4.6), and the commit at the end.
 *
 * @module
 */

import { runSequence } from './interpreter.ts';
import { areAllKnown } from './marks.ts';
import { field, get, type Run, refuse, set } from './run.ts';
import { runsIn, type Section, sectionAt, sections } from './sections.ts';

export function runProcedure(run: Run): boolean {
  let isAlone = true;
  for (const section of sections) {
    const at = sectionAt(run, section);
    if (section === field.shared || at === 0 || !runsIn(run, section)) continue;
    isAlone = false;
    // draft §8.4.5: the shared sequence is executed before each other one.
    if (!runShared(run) || !runSection(run, section, at)) return false;
  }
  // Without any section there is still a manifest to be found applicable or not.
  if (isAlone && !runShared(run)) return false;
  return areAllKnown(run);
}

/** draft §6.2: the shared sequence should have checked the vendor and the class before anything is done. */
function runShared(run: Run): boolean {
  // draft §8.4.8.14: strict order is the default.
  set(run, field.freeOrder, 0);
  const at = get(run, field.shared);
  if (at !== 0 && !runSection(run, field.shared, at)) return false;
  if (get(run, field.componentCount) === 0) return true;
  const common = get(run, field.common);
  if (get(run, field.vendorHeld) === 0) return refuse(run, 'vendor-mismatch', common);
  return get(run, field.classHeld) !== 0 || refuse(run, 'class-mismatch', common);
}

function runSection(run: Run, section: Section, at: number): boolean {
  set(run, field.section, section);
  return runSequence(run, at);
}
