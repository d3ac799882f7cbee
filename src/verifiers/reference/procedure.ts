/**
 * The Update Procedure and the Invocation Procedure (draft §8.4.6), and the commit at the end of an update.
 *
 * @module
 */
import type { Problem } from '../../suit/problem.ts';
import { contentStart } from '../../suit/unwrap.ts';
import { incompleteSet } from './access.ts';
import { runSection } from './interpreter.ts';
import { type Machine, startMachine } from './machine.ts';
import type { Section } from './rules-manifest.ts';
import { unless, type Work } from './work.ts';

export function runProcedure(work: Work): Problem | undefined {
  const machine = startMachine(work);
  const problem = runSections(machine);
  work.device.leftover = machine.tables;
  return problem ?? unverified(machine) ?? incompleteSet(work, machine.validated);
}

function runSections(machine: Machine): Problem | undefined {
  const { work } = machine;
  const sections = work.rules.sections(work.delivery.event).filter((section) => work.sequences.has(section));
  for (const [i, section] of sections.entries()) {
    const problem =
      (work.rules.sharedRuns(section, i) && runShared(machine, section)) || runOwn(machine, section);
    if (problem) return problem;
  }
  // Without any section there is still a manifest to be found applicable or not.
  return sections.length === 0 ? runShared(machine, 'shared') : undefined;
}

/** Draft §8.4.5: the shared sequence, before each section; §4.2: nothing before the compatibility checks. */
function runShared(machine: Machine, section: Section): Problem | undefined {
  const { rules, sequences, components } = machine.work;
  machine.section = section;
  machine.shared = true;
  machine.strict = true;
  machine.sectionStart = startOf(machine, 'shared');
  const problem = runSection(machine, sequences.get('shared') ?? [], []);
  machine.shared = false;
  if (problem !== undefined || components.length === 0) return problem;
  return unless(rules.compatible(machine.checked), 'the shared sequence checks too little');
}

function runOwn(machine: Machine, section: Section): Problem | undefined {
  machine.section = section;
  machine.sectionStart = startOf(machine, section);
  return runSection(machine, machine.work.sequences.get(section) ?? [], []);
}

/** Where the section's command sequence begins in the delivery, in bytes. */
function startOf({ work }: Machine, section: Section): number {
  const element = work.elements.get(section);
  return element?.kind === 'bstr' ? contentStart(element) : 0;
}

/** RFC 9124 §4.3.4, draft §6.3: what came from outside can be checked against a known digest in the end. */
function unverified(machine: Machine): Problem | undefined {
  return unless(machine.work.rules.verified(leftUnknown(machine)), 'fetched, and no digest to check it with');
}

/** Components that were fetched without a digest to check, and hold nothing that was checked elsewhere. */
function leftUnknown(machine: Machine): number {
  if (machine.unverified.size === 0) return 0;
  const { staged, device } = machine.work;
  const contentOf = (own: number) => staged.read(own, device.recipient.components[own]?.current ?? 0);
  const verified = [...machine.validated].map(contentOf);
  // Fetched into one component, copied into another and matched there: then it is known too.
  const left = [...machine.unverified].filter((own) => {
    const content = contentOf(own);
    return !machine.validated.has(own) && !verified.some((other) => sameBytes(other, content));
  });
  return left.length;
}

function sameBytes(a: ReturnType<Work['staged']['read']>, b: typeof a): boolean {
  return a.kind === 'bytes' && b.kind === 'bytes' ? a.bytes === b.bytes : a === b;
}

/** Draft §6.3.1, §8.4.2: everything is kept at once, and only after the procedure has succeeded. */
export function commit(work: Work): Problem | undefined {
  const alone = unless(
    work.rules.undisturbed(work.number, work.device.begun),
    'another update began before this one ended',
  );
  if (alone !== undefined) return alone;
  if (work.delivery.event !== 'update') {
    work.staged.commit([]);
    return undefined;
  }
  const { sequenceNumber: stored } = work.device.recipient;
  const number = work.rules.committed(stored, work.sequenceNumber);
  work.staged.commit([
    { kind: 'envelope', bytes: work.bytes },
    ...(number === undefined ? [] : [{ kind: 'number', sequenceNumber: number } as const]),
  ]);
  work.effects.push({ kind: 'commit', sequenceNumber: work.sequenceNumber });
  return undefined;
}
