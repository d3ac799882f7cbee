/**
 * Group R: what happens to deliveries on their way, and to the device under way.
 *
 * @module
 */
import fc from 'fast-check';
import { controlOf } from '../scenarios/scenario.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { attacked } from './deliver.ts';
import { distance, largestNumber, releaseAt, stepWith, updateOf, within } from './history.ts';
import { powerAttacks } from './power.ts';
import { rolledBack } from './replay-altered.ts';

/** The network delivers the later release first. */
export const reorder: Attack<{ gap: string }> = {
  id: 'net.reorder',
  handle: 'R10',
  group: 'R',
  family: 'transport',
  change: 'sequence 8 delivered before 7: 7 refused',
  by: 'network',
  threats: ['THREAT.IMG.EXPIRED'],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [rolledBack],
  on: { features: ['update'] },
  choice: fc.record({ gap: distance }),

  apply(scenario, { gap }) {
    const found = updateOf(scenario);
    const control = controlOf(scenario, 'update');
    const above = found && within(gap, largestNumber - found.number);
    const later = above && releaseAt(scenario, found.number + above);
    if (!found || !control || !later) return undefined;
    const steps = [
      stepWith(found.delivery, later, 'accept'),
      stepWith(found.delivery, scenario.release, 'judged'),
    ];
    return attacked(control, { recipient: found.recipient, steps });
  },
};

export const transportAttacks: readonly AnyAttack[] = [reorder, ...powerAttacks];
