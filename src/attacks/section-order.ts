/**
 * Attacks on the order of sections, and on the shared sequence that runs before each (draft §5.3.2, §5.3.3, §8.4.5,
 * §8.4.6).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr } from '../cbor/item.ts';
import { equalContent } from '../device/state.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf, withParameter } from '../suit/edit.ts';
import { digestAlgorithm } from '../suit/parts.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, override, select } from './command-items.ts';
import { fetchedImages } from './deliver.ts';
import { recipientIndices } from './device-change.ts';
import { mustAccept, mustReject } from './expectation.ts';
import { answering } from './fetch-uri.ts';
import { imageDigest } from './history.ts';
import { insert, inserted, twins } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [] } as const;

/** Content that no scenario has. */
const marker = Uint8Array.of(0x5a, 0xa5, 0x5a, 0xa5, 0x0b, 0xad, 0xf0, 0x0d);

const setBack = mustAccept(manifest('5.3.2'));
const fitsOverride = mustReject(['image-mismatch'], manifest('5.3.2'));

/** Install overrides a digest that the shared sequence sets, and sets again before validate. */
export const sharedRerun: Attack<{ image: 'right' | 'other' }> = {
  ...common,
  id: 'seq.shared.rerun',
  handle: 'J03',
  change: 'override the image digest in install: after its match, or before so that another image fits there',
  violates: ['REQ.SEC.AUTH.EXEC'],
  expects: [setBack, fitsOverride],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({ image: fc.constantFrom('right', 'other') }),
  apply(scenario, { image: which }) {
    const [image] = fetchedImages(scenario);
    if (image === undefined || !isValidated(scenario)) return undefined;
    const other = image.bytes.map((byte) => byte ^ 0xff);
    const digest = override({ imageDigest: imageDigest(other, digestAlgorithm(scenario.release)) });
    const commands = [...select(image.component), ...digest];
    if (which === 'right')
      return insert(scenario, [{ section: 'install', commands }], { event: 'update', expect: setBack });

    const { copy, swap } = code;
    if (scenario.needs.commands.some((used) => used === copy || used === swap)) return undefined;
    const payloads = answering(scenario, image.uri, { uri: image.uri, kind: 'bytes', bytes: other });
    return twins(scenario, {
      event: 'update',
      attacked: {
        release: (parts) => inserted(parts, { section: 'install', at: 'start', commands }),
        payloads,
      },
      expect: fitsOverride,
    });
  },
};

/** Lets each section depend on what the one before it left. */
export const order: Attack<{ event: 'update' | 'boot' }> = {
  ...common,
  id: 'section.order',
  handle: 'J34',
  change: 'let install check what payload-fetch wrote, or invoke what load copied',
  violates: ['REQ.USE.LOAD'],
  expects: [mustAccept(manifest('8.4.6'))],
  on: { features: ['network', 'update', 'load', 'variable-storage'] },
  choice: fc.record({ event: fc.constantFrom('update', 'update', 'boot') }),
  apply: (scenario, { event }) => (event === 'boot' ? loadThenInvoke(scenario) : fetchThenInstall(scenario)),
};

export const sectionOrderAttacks: readonly AnyAttack[] = [sharedRerun, order];

function fetchThenInstall(scenario: Scenario) {
  const image = scenario.images.find(
    ({ recipientComponent: at }) => scenario.recipient.components[at]?.storage === 'variable',
  );
  if (image === undefined || scenario.needs.commands.includes(code.swap)) return undefined;
  const content = [...select(image.component), ...override({ content: bstr(marker) })];
  return insert(
    scenario,
    [
      { section: 'payloadFetch', makes: true, commands: [...content, ...command(code.write)] },
      { section: 'install', at: 'start', commands: [...content, ...command(code.checkContent)] },
    ],
    { event: 'update' },
  );
}

function loadThenInvoke(scenario: Scenario) {
  const boot = before(scenario, 'boot');
  if (boot === undefined) return undefined;
  const { recipient, delivery } = boot;
  for (const [index, own] of recipientIndices(scenario).entries()) {
    const component = recipient.components[own];
    const loaded = component && delivery.after.contents[own]?.[component.current];
    const held = component?.slots[component.current];
    if (loaded?.kind !== 'bytes' || held === undefined || equalContent(loaded, held)) continue;
    const digest = override({ imageDigest: imageDigest(loaded.bytes, digestAlgorithm(scenario.release)) });
    const commands = [...select(index), ...digest, ...command(code.imageMatch)];
    return insert(scenario, [{ section: 'invoke', at: 'start', commands }], { event: 'boot' });
  }
  return undefined;
}

/** Does the shared sequence set digests, and validate check them? */
function isValidated(scenario: Scenario): boolean {
  let isSet = false;
  withParameter(scenario.release, parameterKey.imageDigest, (value, section) => {
    isSet ||= section === 'shared';
    return value;
  });
  return isSet && sequenceOf(scenario.release, 'validate') !== undefined;
}
