/**
 * The command sequences of a manifest: where they are, which of them an event runs (draft §8.4.6).
 *
 * @module
 */

import { type Field, field, get, type Run } from './run.ts';
import { elementAt } from './severable.ts';

/** In the order of the procedures; the shared sequence first. */
export const sections = [
  field.shared,
  field.payloadFetch,
  field.install,
  field.validate,
  field.load,
  field.invoke,
] as const satisfies readonly Field[];

export type Section = (typeof sections)[number];

/** The head of the section's byte string, in the manifest or the envelope; 0: there is none at hand. */
export function sectionAt(run: Run, section: Section): number {
  return section === field.payloadFetch || section === field.install
    ? elementAt(run, section)
    : get(run, section);
}

/** Does the event run it? draft §8.4.6: goals 1, 2, 3 are the update procedure, 3, 4, 5 the invocation procedure. */
export function runsIn(run: Run, section: Section): boolean {
  if (section === field.shared || section === field.validate) return true;
  const isForUpdate = section === field.payloadFetch || section === field.install;
  return isForUpdate === (run.event === 'update');
}
