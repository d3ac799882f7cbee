/**
 * Attacks on what belongs together: component sets, and manifests that each have a component of their own
 * (draft §6.2, §8.4.2).
 *
 * @module
 */
import fc from 'fast-check';
import { stateOf } from '../device/recipient.ts';
import { before, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { ComponentIdentifier } from '../suit/model.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { attacked } from './deliver.ts';
import { eitherAnswer, shouldReject } from './expectation.ts';
import { distance, numberOf, releaseAt, stepWith, within } from './history.ts';
import { renaming, targetsOf } from './renamed.ts';
import { twins } from './twin.ts';

const utf8 = new TextEncoder();
const second = (identifier: ComponentIdentifier) => [...identifier, utf8.encode('second')];

/** One component of a set stays as it was. */
export const partialSet: Attack<{ which: number }> = {
  id: 'comp.set.partial',
  handle: 'I07',
  group: 'I',
  family: 'components',
  change: 'install some components of a declared set, and another that is not in it in place of the last',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.MFST.COMPONENT'],
  expects: [shouldReject(['component-set'], manifest('6.2'), { level: 'installed' })],
  on: { features: ['update', 'multi-component', 'network'] },
  choice: fc.record({ which: fc.nat({ max: 7 }) }),
  apply(scenario, { which }) {
    const set = targetsOf(scenario).map(({ own }) => own);
    const made = renaming(scenario, which, second);
    if (made === undefined || set.length < 2) return undefined;
    return twins(scenario, {
      event: 'update',
      recipient: () => ({ ...made.recipient, componentSets: [set] }),
      control: { contents: made.contents },
      attacked: { release: made.release },
    });
  },
};

/** Two manifests of one author, each with a component of its own; the second has the lower number. */
export const perRoot: Attack<{ which: number; below: string }> = {
  id: 'rollback.sequence.per-root',
  handle: 'E10',
  group: 'E',
  family: 'rollback',
  change: "deliver a manifest for another component, with a number below the first one's, above its own",
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE'],
  expects: [eitherAnswer(['sequence-rollback', 'sequence-policy'], manifest('8.4.2'))],
  on: { features: ['update', 'installed-number'] },
  choice: fc.record({ which: fc.nat({ max: 7 }), below: distance }),
  apply(scenario, { which, below }) {
    const update = before(scenario, 'update');
    const made = renaming(scenario, which, second);
    const number = numberOf(scenario);
    if (update === undefined || made === undefined || number === undefined) return undefined;
    // Room for a number between what is installed and the first manifest's.
    const lowest = number < 2n ? 0n : number - 2n;
    const given = update.recipient.sequenceNumber ?? 0n;
    const installed = given < lowest ? given : lowest;
    const back = within(below, number - installed - 1n);
    const other = back && releaseAt(scenario, number - back, made.release);
    if (!other) return undefined;
    const { contents } = made;
    const recipient = { ...made.recipient, sequenceNumber: installed };
    const after = { ...update.delivery.after, contents };
    const first = { ...step(update.delivery), after };
    const judged = stepWith({ ...update.delivery, after: stateOf(recipient) }, other, 'judged');
    return attacked({ recipient, steps: [first] }, { recipient, steps: [first, judged] });
  },
};

export const componentSetAttacks: readonly AnyAttack[] = [partialSet, perRoot];
