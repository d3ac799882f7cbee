/**
 * Does the state a verifier reports equal the expected one, as far as it claims to report it?
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { equalBytes } from '../cbor/hex.ts';
import type { Accepted, Decision, Rejected } from '../device/decision.ts';
import { reaches } from '../device/delivery.ts';
import { type Content, type Recipient, type RecipientState, stateOf } from '../device/recipient.ts';
import { differences, equalContent } from '../device/state.ts';
import type { RunStep } from '../scenarios/scenario.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { highestClaimed } from './claims-fit.ts';

/** The first difference, in words; undefined: none that can be seen. */
export function stateDifference(
  decision: Decision,
  expected: Pick<RunStep, 'after' | 'invokes' | 'invokeArguments'>,
  recipient: Recipient,
  claims: Claims,
  options: { readonly numberOnly?: boolean } = {},
): string | undefined {
  const after = expected.after;
  if (after === undefined) return undefined;
  const number = claims.reports.includes('sequence') ? numberDifference(decision, after) : undefined;
  if (number !== undefined || options.numberOnly) return number;
  if (claims.reports.includes('components')) {
    const contents = contentsDifference(decision, after, recipient);
    if (contents !== undefined) return contents;
  }
  if (decision.kind !== 'accepted' || !claims.reports.includes('effects')) return undefined;
  return invocationDifference(decision, expected, claims);
}

/** What a decision leaves out of what it claims to report; undefined: nothing. */
export function unreported(
  { state }: Decision,
  after: RecipientState,
  { components }: Recipient,
  { reports }: Claims,
): string | undefined {
  const { sequenceNumber, full, components: told = [] } = state ?? {};
  if (reports.includes('sequence') && sequenceNumber === undefined && after.sequenceNumber !== undefined)
    return 'the sequence number';
  if (!reports.includes('components') || full !== undefined || told.length >= components.length)
    return undefined;
  return `what component ${told.length} holds`;
}

/**
 * What a rejection leaves out of what its verifier claims to report: who says nothing may hide a change. One without
 * room cannot say more.
 */
export function silentOn(decision: Rejected, recipient: Recipient, claims: Claims): string | undefined {
  return decision.stage === 'resource'
    ? undefined
    : unreported(decision, stateOf(recipient), recipient, claims);
}

/** The first place that holds what none of the allowed states has there, in words. */
export function strayContent(
  decision: Decision,
  allowed: readonly RecipientState[],
  recipient: Recipient,
): string | undefined {
  const { full, components } = decision.state ?? {};
  const isStray = (c: number, s: number, fits: (content: Content) => boolean): boolean =>
    !allowed.some(({ contents }) => {
      const content = contents[c]?.[s];
      return content !== undefined && fits(content);
    });
  if (full !== undefined) {
    for (const [c, slots] of full.contents.entries())
      for (const [s, held] of slots.entries())
        if (isStray(c, s, (content) => equalContent(content, held)))
          return `slot ${s} of component ${c} holds what this delivery must not bring`;
    return undefined;
  }
  for (const [c, held] of (components ?? []).entries()) {
    const current = recipient.components[c]?.current ?? 0;
    if (isStray(c, current, (content) => matchesReport(content, held)))
      return `component ${c} holds what this delivery must not bring`;
  }
  return undefined;
}

/** The first component that had an image and has none of the allowed states' images for it any more. */
export function lostImage(
  decision: Decision,
  allowed: readonly RecipientState[],
  recipient: Recipient,
): string | undefined {
  const { full, components } = decision.state ?? {};
  for (const [c, { slots, current }] of recipient.components.entries()) {
    if ((slots[current]?.kind ?? 'empty') === 'empty') continue;
    const images = allowed.flatMap(({ contents }) => contents[c]?.[current] ?? []);
    const reported = components?.[c];
    const held = full?.contents[c];
    if (held === undefined && reported === undefined) continue;
    const kept = images.some((image) =>
      held === undefined
        ? matchesReport(image, reported ?? null)
        : held.some((content) => content.kind !== 'empty' && equalContent(image, content)),
    );
    if (!kept) return `component ${c} has lost its image`;
  }
  return undefined;
}

function numberDifference(decision: Decision, after: RecipientState): string | undefined {
  const reported = decision.state?.sequenceNumber;
  if (decision.state === undefined || reported === after.sequenceNumber) return undefined;
  return `sequence number ${reported ?? 'none'} instead of ${after.sequenceNumber ?? 'none'}`;
}

/** The whole state where it is reported, else the current slots. */
function contentsDifference(
  decision: Decision,
  after: RecipientState,
  recipient: Recipient,
): string | undefined {
  const full = decision.state?.full;
  if (full !== undefined) return differences(after, full)[0];
  for (const [c, reported] of (decision.state?.components ?? []).entries()) {
    const expected = after.contents[c]?.[recipient.components[c]?.current ?? 0];
    if (expected === undefined) return `component ${c} is reported and does not exist`;
    if (!matchesReport(expected, reported)) return `component ${c} does not hold the expected content`;
  }
  return undefined;
}

/** An acceptance that should have invoked and reports nothing of it did not. */
function invocationDifference(
  decision: Accepted,
  { invokes: wanted = [], invokeArguments }: Pick<RunStep, 'invokes' | 'invokeArguments'>,
  claims: Claims,
): string | undefined {
  if (!reaches(highestClaimed(claims), 'invoked') || !reaches(decision.level, 'invoked')) return undefined;
  const invocations = (decision.effects ?? []).flatMap((e) => (e.kind === 'invoke' ? [e] : []));
  const invoked = invocations.map((e) => e.component).join();
  if (invoked !== wanted.join()) return `invoked components [${invoked}] instead of [${wanted.join()}]`;
  // An invocation that is reported without its arguments says nothing of them.
  const given = invocations.at(-1)?.arguments;
  if (invokeArguments === undefined || given === undefined || equalBytes(given, invokeArguments))
    return undefined;
  return `invoked with ${given.length} bytes of arguments, which are not the manifest's ${invokeArguments.length}`;
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
