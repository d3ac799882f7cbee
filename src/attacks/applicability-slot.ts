/**
 * An update that writes over the image that runs it (draft §6.3.1).
 *
 * @module
 */
import fc from 'fast-check';
import { manifest } from '../suit/clause.ts';
import type { Attack } from './attack.ts';
import { withComponent } from './device-change.ts';
import { eitherAnswer } from './expectation.ts';
import { targetsOf } from './renamed.ts';
import { twins } from './twin.ts';

/** The slot that commands act on is the one that runs; in the control the other one does. */
export const runningSlot: Attack<{ which: number }> = {
  id: 'app.slot.active',
  handle: 'H12',
  group: 'H',
  family: 'applicability',
  change: 'image written to the running slot',
  by: 'author',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC'],
  expects: [
    eitherAnswer(['state-conflict', 'slot-mismatch'], manifest('6.3.1'), {
      level: 'installed',
      prohibits: [{ kind: 'boot-lost' }],
    }),
  ],
  on: { features: ['update', 'slots'] },
  choice: fc.record({ which: fc.nat({ max: 3 }) }),

  apply(scenario, { which }) {
    const targets = targetsOf(scenario).filter(({ component }) => component.slots.length > 1);
    const target = targets[which % Math.max(1, targets.length)];
    if (target === undefined) return undefined;
    const { own, component } = target;
    const running = (slot: number) => ({
      recipient: (recipient: Parameters<typeof withComponent>[0]) =>
        withComponent(recipient, own, (one) => ({ ...one, running: slot })),
    });
    const other = component.current === 0 ? 1 : 0;
    return twins(scenario, {
      event: 'update',
      control: running(other),
      attacked: running(component.current),
    });
  },
};
