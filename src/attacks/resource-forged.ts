/**
 * What strangers forge to cost verifications: blocks beside the good one, and releases in a row (RFC 9124 §4.2.7).
 *
 * @module
 */
import fc from 'fast-check';
import { type Item, int } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { headerLabels, makeBlock } from '../cose/blocks.ts';
import { controlOf, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { setMember, setSequenceNumber } from '../suit/edit.ts';
import { seal, signedBytes } from '../suit/parts.ts';
import type { Attack } from './attack.ts';
import { alter, attacked } from './deliver.ts';
import { mustReject } from './expectation.ts';
import { distance, largestNumber, stepWith, updateOf, within } from './history.ts';
import { early, isResource, onPath } from './resource-row.ts';

/** Many forged blocks, each under the kid of a key that is trusted: each must be verified, and none counts. */
export const costlySignatures: Attack<{ count: number }> = {
  ...isResource,
  ...onPath,
  id: 'res.sig.cost',
  handle: 'Q09',
  change: 'slow signature kinds, many levels, under a trusted kid',
  by: 'untrusted-key',
  violates: [],
  expects: [
    mustReject(['sig-invalid', ...early.filter((reason) => reason !== 'sig-invalid')], manifest('6.2'), {
      lateDetection: true,
    }),
  ],
  choice: fc.record({ count: fc.constantFrom(1, 8, 60, 500) }),

  apply(scenario, { count }) {
    const forged = forgedBlock(scenario);
    if (forged === undefined) return undefined;
    const most = Math.max(1, Math.floor(200_000 / write(forged).length));
    const blocks = Array.from({ length: Math.min(count, most) }, (_, i) => numbered(forged, i));
    return alter(scenario, (parts) => ({ ...parts, blocks }));
  },
};

/** A stranger's block under the first signer's kid. */
function forgedBlock({ release, signers, strangers }: Scenario): Item | undefined {
  const [stranger] = strangers;
  const kid = signers[0]?.kid ?? signers[0]?.key.kid;
  if (stranger === undefined) return undefined;
  return makeBlock({ ...stranger, ...(kid && { kid, kidIn: 'unprotected' }) }, signedBytes(release));
}

/** The same block with a number in its unprotected header, so that no two are equal. */
function numbered(block: Item, i: number): Item {
  if (block.kind !== 'tag' || block.item.kind !== 'array') return block;
  const headers = block.item.items[1];
  if (headers?.kind !== 'map') return block;
  const changed = setMember(headers, headerLabels.partialIv + 1000, int(i));
  return { ...block, item: { ...block.item, items: block.item.items.with(1, changed) } };
}

/** Strangers' releases, one after the other, each with another number. */
export const forgedStorm: Attack<{ gaps: string[] }> = {
  ...isResource,
  ...onPath,
  id: 'res.storm.unauth',
  handle: 'Q10',
  change: 'n unauthentic envelopes; ⊘ erase or write of a component (staging too) or of the stored manifest',
  by: 'untrusted-key',
  violates: [],
  expects: [
    mustReject(['sig-invalid', 'key-unknown'], manifest('6.2'), {
      lateDetection: true,
      prohibits: [{ kind: 'write' }, { kind: 'state-change' }],
    }),
  ],
  on: { features: ['update'] },
  choice: fc.record({ gaps: fc.array(distance, { minLength: 1, maxLength: 8 }) }),

  apply(scenario, { gaps }) {
    const found = updateOf(scenario);
    const steps = gaps.flatMap((gap) => {
      const above = found && within(gap, largestNumber - found.number);
      if (!found || !above || scenario.strangers.length === 0) return [];
      const forged = seal(setSequenceNumber(scenario.release, found.number + above), scenario.strangers);
      return [stepWith(found.delivery, forged, 'judged')];
    });
    const control = controlOf(scenario, 'update');
    return found && control && steps.length > 0
      ? attacked(control, { recipient: found.recipient, steps })
      : undefined;
  },
};
