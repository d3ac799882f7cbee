/**
 * Is an answer the same whatever came before it? A sample of decided cases once more, backwards, in a fresh verifier
 * and without their controls.
 *
 * Sessions begin anew, so nothing of an earlier one may matter (docs/harness-protocol.md, "open").
 *
 * @module
 */
import { isDecision } from '../device/outcome.ts';
import type { Host } from '../verifiers/host.ts';
import type { Case } from './case.ts';
import type { Finding } from './finding.ts';
import { plainFinding } from './findings.ts';
import { summary } from './judge.ts';
import { rulingAlone } from './trial.ts';
import type { Ruling } from './verdict.ts';

/** Cases for each verifier at most, evenly over what was run. */
export const sampleSize = 40;

export interface Sampled {
  readonly case: Case;
  readonly ruling: Ruling;
}

/** Was it decided, and must the same case always be decided so? */
export function isSampleable(host: Host, { attacked, expect }: Case, { outcome }: Ruling): boolean {
  if (outcome === undefined || !isDecision(outcome) || expect.varies) return false;
  // Room and time may run out at one time and not at another.
  if (outcome.kind === 'rejected' && outcome.stage === 'resource') return false;
  return host.claims.keepsState || attacked.steps.length === 1;
}

/** One finding for each verifier whose answers differ; `reopen` starts it anew. */
export async function orderDependent(
  samples: ReadonlyMap<Host, readonly Sampled[]>,
  reopen: (host: Host) => Promise<Host>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [host, sampled] of samples) {
    if (sampled.length === 0) continue;
    const fresh = await reopen(host);
    try {
      const found = await differing(fresh, sampled.toReversed());
      if (found.length > 0) findings.push(findingOf(host, sampled.length, found));
    } finally {
      await fresh.close();
    }
  }
  return findings;
}

interface Differing {
  readonly attack: string;
  readonly first: string;
  readonly then: string;
}

async function differing(fresh: Host, sampled: readonly Sampled[]): Promise<readonly Differing[]> {
  const found: Differing[] = [];
  for (const { case: one, ruling } of sampled) {
    const { outcome } = await rulingAlone(fresh, one);
    if (outcome === undefined || ruling.outcome === undefined || !isDecision(outcome)) continue;
    if (outcome.kind === 'rejected' && outcome.stage === 'resource') continue;
    const [first, then] = [summary(ruling.outcome), summary(outcome)];
    if (first !== then) found.push({ attack: one.attack.id, first, then });
  }
  return found;
}

function findingOf({ spec }: Host, of: number, found: readonly Differing[]): Finding {
  const [{ attack, first, then }] = found as readonly [Differing];
  const note = `${found.length} of ${of} cases were answered otherwise by a fresh verifier, in another order; the first: ${first}, then ${then}`;
  return { ...plainFinding(spec, 'order-dependent', attack, note), cases: found.length };
}
