/**
 * What happens to the device while a delivery is under way: an anchor is removed, another update comes in between
 * (draft §6.3, §8.4.2; RFC 9124 §4.3.18).
 *
 * @module
 */
import fc from 'fast-check';
import { sameKey } from '../cose/key.ts';
import type { Meanwhile } from '../device/delivery.ts';
import { before, controlOf, type RunStep, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { attacked } from './deliver.ts';
import { eitherAnswer, mustRejectUnauthentic } from './expectation.ts';
import { largestNumber, otherImage, updateOf } from './history.ts';

const isToctou = { group: 'S', family: 'toctou', by: 'device' } as const;
const rotation = { doc: 'information-model', section: '4.3.18' } as const;
const removed = eitherAnswer(['key-unknown'], rotation, { level: 'installed' });
const isGone = mustRejectUnauthentic(['key-unknown', 'sig-invalid'], rotation);

/** The signer is an anchor when the signature is checked, and no longer when the image is installed. */
export const removedAnchor: Attack<{ next: 'nothing' | 'again' }> = {
  ...isToctou,
  id: 'toctou.anchor',
  handle: 'S08',
  change: 'remove the anchor of the signer between authentication and install; then deliver the same again',
  threats: ['THREAT.KEY.EXPOSURE'],
  violates: ['REQ.SEC.KEY.ROTATION'],
  expects: [removed, isGone],
  on: { features: ['update'] },
  choice: fc.record({ next: fc.constantFrom('nothing', 'again') }),
  apply(scenario, { next }) {
    const found = before(scenario, 'update');
    const control = controlOf(scenario, 'update');
    if (found === undefined || control === undefined || scenario.signers.length === 0) return undefined;
    const { recipient } = found;
    const anchorsRemoved = recipient.anchors.flatMap((anchor, i) =>
      scenario.signers.some(({ key }) => sameKey(key, anchor.key)) ? [i] : [],
    );
    if (anchorsRemoved.length === 0) return undefined;
    const delivery = { ...found.delivery.delivery, anchorsRemoved };
    const first: RunStep = { ...step(found.delivery, next === 'nothing' ? 'judged' : 'either'), delivery };
    if (next === 'nothing') return attacked(control, { recipient, steps: [first] }, { expect: removed });
    return attacked(
      control,
      { recipient, steps: [first, step(found.delivery, 'judged')] },
      { expect: isGone },
    );
  },
};

/** A newer update comes and is installed while an older one is under way. */
export const parallel: Attack<{ after: Meanwhile['after']; above: number }> = {
  ...isToctou,
  id: 'toctou.parallel',
  handle: 'S07',
  change:
    'deliver a newer update while one is under way; ⊘ a mixed set, or a number below the higher accepted',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [
    eitherAnswer(['state-conflict', 'sequence-rollback'], manifest('8.4.2'), {
      level: 'installed',
      prohibits: [{ kind: 'other-state' }],
    }),
  ],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({
    after: fc.constantFrom<Meanwhile['after']>('procedure', 'authenticated'),
    above: fc.integer({ min: 1, max: 9 }),
  }),
  apply(scenario, { after, above }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    if (found === undefined || control === undefined || found.number + BigInt(above) > largestNumber)
      return undefined;
    const newer = otherImage(scenario, found.delivery, found.number + BigInt(above), 'accept');
    if (newer?.delivery.envelope === undefined || newer.after === undefined) return undefined;
    const { envelope, payloads } = newer.delivery;
    const delivery = { ...found.delivery.delivery, meanwhile: { after, envelope, payloads } };
    const judged: RunStep = { ...step(found.delivery, 'judged'), delivery, after: newer.after };
    return attacked(control, { recipient: found.recipient, steps: [judged] });
  },
};

export const toctouOverlapAttacks: readonly AnyAttack[] = [removedAnchor, parallel];
