/**
 * Does the state a verifier reports equal the expected one, as far as it claims to report it?
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { equalBytes } from '../cbor/hex.ts';
import type { Decision } from '../device/decision.ts';
import { reaches } from '../device/delivery.ts';
import type { Content, RecipientState } from '../device/recipient.ts';
import type { RunStep } from '../scenarios/scenario.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { highestClaimed } from './claims-fit.ts';

/** The first difference, in words; undefined: none that can be seen. */
export function stateDifference(
  decision: Decision,
  expected: Pick<RunStep, 'after' | 'invokes'>,
  before: RecipientState,
  claims: Claims,
  options: { readonly numberOnly?: boolean } = {},
): string | undefined {
  const after = expected.after;
  if (after === undefined) return undefined;
  const number = claims.reports.includes('sequence') ? numberDifference(decision, after) : undefined;
  if (number !== undefined || options.numberOnly) return number;
  if (claims.reports.includes('components')) {
    const contents = contentsDifference(decision, after);
    if (contents !== undefined) return contents;
  }
  if (decision.kind !== 'accepted' || !claims.reports.includes('effects')) return undefined;
  return effectDifference(decision, expected, before, claims);
}

function numberDifference(decision: Decision, after: RecipientState): string | undefined {
  const reported = decision.state?.sequenceNumber;
  if (decision.state === undefined || reported === after.sequenceNumber) return undefined;
  return `sequence number ${reported ?? 'none'} instead of ${after.sequenceNumber ?? 'none'}`;
}

function contentsDifference(decision: Decision, after: RecipientState): string | undefined {
  const full = decision.state?.full;
  if (full !== undefined) {
    for (const [c, slots] of after.contents.entries())
      for (const [s, content] of slots.entries())
        if (!sameContent(full.contents[c]?.[s], content))
          return `component ${c} slot ${s} holds ${inWords(full.contents[c]?.[s])} instead of ${inWords(content)}`;
    return undefined;
  }
  for (const [c, reported] of (decision.state?.components ?? []).entries()) {
    const holds = after.contents[c]?.some((content) => matchesReport(content, reported));
    if (holds === false) return `component ${c} does not hold the expected content`;
  }
  return undefined;
}

/** An acceptance that should have fetched, written or invoked and reports none of it did nothing. */
function effectDifference(
  decision: Extract<Decision, { kind: 'accepted' }>,
  expected: Pick<RunStep, 'invokes'>,
  _before: RecipientState,
  claims: Claims,
): string | undefined {
  if (!reaches(highestClaimed(claims), 'invoked') || !reaches(decision.level, 'invoked')) return undefined;
  const invoked = (decision.effects ?? []).flatMap((e) => (e.kind === 'invoke' ? [e.component] : []));
  const wanted = expected.invokes ?? [];
  if (invoked.join() === wanted.join()) return undefined;
  return `invoked components [${invoked.join()}] instead of [${wanted.join()}]`;
}

function matchesReport(content: Content, reported: { sha256: Uint8Array; size: bigint } | null): boolean {
  if (reported === null) return content.kind === 'empty';
  // Assumed content has no bytes to hash: whatever is reported cannot be contradicted.
  if (content.kind !== 'bytes') return content.kind === 'assumed';
  return (
    BigInt(content.bytes.length) === reported.size &&
    equalBytes(createHash('sha256').update(content.bytes).digest(), reported.sha256)
  );
}

function sameContent(a: Content | undefined, b: Content): boolean {
  if (a === undefined || a.kind !== b.kind) return false;
  if (a.kind === 'bytes' && b.kind === 'bytes') return equalBytes(a.bytes, b.bytes);
  if (a.kind === 'assumed' && b.kind === 'assumed') return equalBytes(a.digest.bytes, b.digest.bytes);
  return true;
}

function inWords(content: Content | undefined): string {
  if (content === undefined) return 'nothing';
  if (content.kind === 'bytes') return `${content.bytes.length} bytes`;
  return content.kind === 'empty' ? 'nothing' : 'assumed content';
}
