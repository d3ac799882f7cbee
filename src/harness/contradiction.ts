/**
 * Effects and state that a decision reports, held against the decision itself.
 *
 * @module
 */
import type { Decision } from '../device/decision.ts';
import { reaches } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import { type Recipient, stateOf } from '../device/recipient.ts';
import { equalContent } from '../device/state.ts';
import type { RunStep } from '../scenarios/scenario.ts';
import type { Claims } from '../verifiers/verifier.ts';

/** What its report says against it, in words; undefined: nothing. Only where effects are claimed. */
export function contradiction(decision: Decision, { reports }: Claims): string | undefined {
  if (!reports.includes('effects') || decision.kind === 'interrupted') return undefined;
  const { effects = [], state } = decision;
  const commits = effects.flatMap((effect) => (effect.kind === 'commit' ? [effect.sequenceNumber] : []));
  const last = commits.at(-1);
  if (decision.kind === 'rejected') {
    const isKept = last !== undefined && reports.includes('sequence') && state?.sequenceNumber === last;
    return isKept ? `rejected, and it reports that it committed sequence number ${last}` : undefined;
  }
  if (effects.length === 0) return 'accepted, and it reports no authentication';
  if (last === undefined || state?.sequenceNumber === undefined || !reports.includes('sequence'))
    return undefined;
  return last === state.sequenceNumber
    ? undefined
    : `it reports that it committed sequence number ${last}, and that ${state.sequenceNumber} is installed`;
}

/** Accepted as installed, and nothing was written where something had to be; undefined: not so. */
export function withoutEffect(
  decision: Outcome,
  { after }: Pick<RunStep, 'after'>,
  recipient: Recipient,
  { reports }: Claims,
): string | undefined {
  if (decision.kind !== 'accepted' || !reaches(decision.level, 'installed')) return undefined;
  if (after === undefined || !reports.includes('effects')) return undefined;
  const before = stateOf(recipient).contents;
  const changed = after.contents.findIndex((slots, c) =>
    slots.some((content, s) => {
      const held = before[c]?.[s];
      return held !== undefined && content.kind === 'bytes' && !equalContent(held, content);
    }),
  );
  const writes = (decision.effects ?? []).some(({ kind }) => writing.includes(kind));
  return changed < 0 || writes
    ? undefined
    : `accepted as ${decision.level}, and component ${changed} was never written`;
}

const writing: readonly string[] = ['write', 'copy', 'swap'];
