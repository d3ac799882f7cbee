/**
 * A manifest that writes over itself: a component lies over the buffer that the envelope is in (RFC 9124 §4.3.21).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr } from '../cbor/item.ts';
import type { Component, Recipient } from '../device/recipient.ts';
import { before, type RunStep, type Scenario } from '../scenarios/scenario.ts';
import { type EnvelopeParts, seal } from '../suit/parts.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { Attack } from './attack.ts';
import { command, componentItems, override, select, withComponents } from './command-items.ts';
import type { FetchedImage } from './deliver.ts';
import { digestPlace, imageToChange, payloadsWithOther, unused } from './toctou-buffer.ts';
import { inserted, twins } from './twin.ts';

const name = new TextEncoder().encode('manifest');

/** The digest of another image is written over the right one, while the manifest that says so is run. */
export const selfOverwrite: Attack<{ image: number }> = {
  group: 'S',
  family: 'toctou',
  id: 'toctou.self-overwrite',
  handle: 'S17',
  change: 'a command writes the component that stores the running manifest; ⊘ use of the new bytes',
  by: ['author', 'lesser-rights'],
  threats: ['THREAT.MFST.TOCTOU'],
  violates: ['REQ.SEC.MFST.CONST'],
  expects: [unused('acl-component', 'state-conflict', 'image-mismatch')],
  on: { features: ['network', 'update', 'flat', 'multi-component'] },
  choice: fc.record({ image: fc.nat({ max: 3 }) }),

  apply(scenario, { image: number }) {
    const found = before(scenario, 'update');
    const image = imageToChange(scenario, number);
    const made = image && overwriting(scenario, image);
    if (found === undefined || image === undefined || made === undefined) return undefined;
    const contents = [...found.delivery.after.contents, [{ kind: 'bytes' as const, bytes: made.content }]];
    const side = { release: () => made.release, contents };
    const runs = twins(scenario, {
      event: 'update',
      recipient: (recipient) => withStore(recipient, image),
      control: side,
      attacked: { ...side, payloads: payloadsWithOther(scenario, image) },
    });
    const bufferComponent = { component: found.recipient.components.length, offset: made.offset };
    const over = (one: RunStep): RunStep => ({ ...one, delivery: { ...one.delivery, bufferComponent } });
    return runs && { ...runs, attacked: { ...runs.attacked, steps: runs.attacked.steps.map(over) } };
  },
};

interface Overwriting {
  readonly release: EnvelopeParts;
  /** What is written into the component, and where in the envelope that should stand. */
  readonly content: Uint8Array;
  readonly offset: number;
}

/**
 * undefined: the digest does not stand in the manifest exactly once, "all components" would mean the store too, or
 * with the store some sequence would need an index that it has not (draft §6.2).
 */
function overwriting({ release, signers, plan }: Scenario, image: FetchedImage): Overwriting | undefined {
  const content = digestPlace(release, image)?.bytes;
  if (content === undefined || signers.length === 0 || plan?.index === 'true') return undefined;
  const components = componentItems(release);
  if (components.length < 2) return undefined;
  const commands = [
    ...select(components.length),
    ...override({ content: bstr(content) }),
    ...command(code.write),
    ...select(0),
  ];
  const more = withComponents(release, [...components, array(bstr(name))]);
  const made = inserted(more, { section: 'install', at: 'start', commands });
  const place = made && digestPlace(seal(made, signers), image);
  return made && place && { release: made, content, offset: place.offset };
}

/** The recipient with one component more, the last of its list. */
function withStore(recipient: Recipient, { recipientComponent }: FetchedImage): Recipient | undefined {
  const like = recipient.components[recipientComponent];
  if (like === undefined) return undefined;
  const store: Component = {
    ...like,
    identifier: [name],
    capacity: 64,
    storage: 'variable',
    current: 0,
    slots: [{ kind: 'empty' }],
  };
  return { ...recipient, components: [...recipient.components, store] };
}
