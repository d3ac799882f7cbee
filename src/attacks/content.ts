/**
 * Attacks on check-content: how much is compared, and in how many steps (draft §8.4.9.3).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr } from '../cbor/item.ts';
import type { Content, Recipient } from '../device/recipient.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, override, select } from './command-items.ts';
import { attacked } from './deliver.ts';
import { withContent } from './device-change.ts';
import { mustReject } from './expectation.ts';
import { releaseAt, stepWith, updateOf } from './history.ts';
import { addedNeeds, inserted, twins } from './twin.ts';

const isImage = { group: 'K', family: 'image' } as const;

/** What the component holds before the update that checks it. */
const held = Uint8Array.from({ length: 24 }, (_, i) => 0xa0 + i);

const lengths = ['longer', 'shorter', 'empty', 'zeros-behind'] as const;

/** The component begins with what is to be compared, or holds only its beginning. */
export const prefix: Attack<{ length: (typeof lengths)[number]; by: number }> = {
  ...isImage,
  id: 'content.prefix',
  handle: 'K11',
  change: 'let a component hold more than the content that it is compared with, or less, or nothing',
  by: 'device',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustReject(['content-mismatch'], manifest('8.4.9.3'))],
  on: { features: ['network', 'update', 'variable-storage'] },
  choice: fc.record({ length: fc.constantFrom(...lengths), by: fc.integer({ min: 1, max: 8 }) }),
  apply(scenario, { length, by }) {
    const at = comparable(scenario);
    if (at === undefined) return undefined;
    const contents: Readonly<Record<typeof length, Content>> = {
      longer: { kind: 'bytes', bytes: Uint8Array.from([...held, ...held.slice(0, by)]) },
      shorter: { kind: 'bytes', bytes: held.slice(0, -by) },
      empty: { kind: 'empty' },
      'zeros-behind': { kind: 'bytes', bytes: Uint8Array.from([...held, ...new Uint8Array(by)]) },
    };
    const holding = (content: Content) => (recipient: Recipient) =>
      withContent(recipient, at.recipientComponent, content);
    const release = checking(at.component, held);
    return twins(scenario, {
      event: 'update',
      control: { release, recipient: holding({ kind: 'bytes', bytes: held }) },
      attacked: { release, recipient: holding(contents[length]) },
    });
  },
};

/** Two contents that differ from the component's at another byte each: the count of steps must not tell which. */
export const timing: Attack<{ position: number }> = {
  ...isImage,
  id: 'content.timing',
  handle: 'K12',
  change:
    'compare a component with a content that differs at the first byte, and with one that differs later',
  by: 'author',
  threats: ['THREAT.IMG.DISCLOSURE'],
  violates: [],
  expects: [mustReject(['content-mismatch'], manifest('8.4.9.3'), { prohibits: [{ kind: 'other-steps' }] })],
  on: { features: ['network', 'update', 'variable-storage'] },
  choice: fc.record({ position: fc.integer({ min: 1, max: held.length - 1 }) }),
  apply(scenario, { position }) {
    const of = updateOf(scenario);
    const at = comparable(scenario);
    const recipient =
      of && at && withContent(of.recipient, at.recipientComponent, { kind: 'bytes', bytes: held });
    if (of === undefined || at === undefined || recipient === undefined) return undefined;
    const differingAt = (i: number) =>
      releaseAt(scenario, of.number, (parts) => checking(at.component, held.with(i, 0xff))(parts) ?? parts);
    const right = checking(at.component, held)(scenario.release);
    const [first, last] = [differingAt(0), differingAt(position)];
    const control = right && releaseAt(scenario, of.number, () => right);
    if (first === undefined || last === undefined || control === undefined) return undefined;
    const steps = [stepWith(of.delivery, first, 'reject'), stepWith(of.delivery, last, 'judged')];
    return {
      ...attacked({ recipient, steps: [stepWith(of.delivery, control, 'accept')] }, { recipient, steps }),
      needs: addedNeeds([control]),
    };
  },
};

export const contentAttacks: readonly AnyAttack[] = [prefix, timing];

/** An image's component whose whole content can be compared before the update replaces it. */
function comparable(scenario: Scenario) {
  if (scenario.needs.commands.includes(code.swap)) return undefined;
  return scenario.images.find(
    ({ recipientComponent: at }) => scenario.recipient.components[at]?.storage === 'variable',
  );
}

/** The release that compares the component with this content before it installs anything. */
function checking(component: number, content: Uint8Array) {
  const commands = [
    ...select(component),
    ...override({ content: bstr(content) }),
    ...command(code.checkContent),
  ];
  return (parts: EnvelopeParts) => inserted(parts, { section: 'install', at: 'start', commands });
}
