/**
 * Attacks on what an index selects: which components a command acts on, in which order, with whose parameters
 * (draft §6.5, §6.6, §8.4.8, §8.4.10.1).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr } from '../cbor/item.ts';
import type { Content } from '../device/recipient.ts';
import { equalContent } from '../device/state.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf } from '../suit/edit.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { command, componentItems, override, select, unread } from './command-items.ts';
import { recipientIndices } from './device-change.ts';
import { mustAccept } from './expectation.ts';
import { insert } from './twin.ts';

const common = { group: 'I', family: 'components', by: 'author' } as const;

/** Content that no scenario has. */
const marker = Uint8Array.of(0xc0, 0x01, 0xd0, 0x0d, 0x1e, 0x55, 0x0f, 0x0e);

const setsAll = mustAccept(manifest('6.5'), { level: 'applicable' });
const writesAll = mustAccept(manifest('6.5'));

/** Selects all components: the manifest's, and none that only the recipient has. */
export const trueScope: Attack<{ does: 'set' | 'write' }> = {
  ...common,
  id: 'index.true.scope',
  handle: 'I17',
  change: 'select with true, where the recipient has components that the manifest does not list',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC'],
  expects: [setsAll, writesAll],
  on: { features: ['network', 'update', 'multi-component', 'other-components'] },
  choice: fc.record({ does: fc.constantFrom('set', 'write') }),
  apply(scenario, { does }) {
    const listed = componentItems(scenario.release).length;
    if (listed < 2 || listed >= scenario.recipient.components.length) return undefined;
    if (does === 'set') {
      const commands = [...select(true), ...unread];
      return insert(scenario, [{ section: 'shared', commands }], { event: 'update', expect: setsAll });
    }
    const contents = afterWritingAll(scenario);
    if (contents === undefined) return undefined;
    const section = sequenceOf(scenario.release, 'payloadFetch') ? 'payloadFetch' : 'install';
    const commands = [...select(true), ...override({ content: bstr(marker) }), ...command(code.write)];
    return insert(scenario, [{ section, at: 'start', commands }], {
      event: 'update',
      expect: writesAll,
      contents,
    });
  },
};

export const indexScopeAttacks: readonly AnyAttack[] = [trueScope];

/** The contents where the update began by writing every component: those it installs are as they would be. */
function afterWritingAll(scenario: Scenario) {
  const update = before(scenario, 'update');
  const isKnown = scenario.family !== 'given' && !scenario.needs.commands.includes(code.swap);
  if (update === undefined || !isKnown) return undefined;
  const contents = update.delivery.after.contents.map((slots) => [...slots]);
  for (const own of recipientIndices(scenario)) {
    const component = update.recipient.components[own];
    const slots = contents[own];
    if (component === undefined || slots === undefined) return undefined;
    const { current } = component;
    const isInstalled = !equalContent(component.slots[current] as Content, slots[current] as Content);
    if (!isInstalled) slots[current] = { kind: 'bytes', bytes: marker };
  }
  return contents;
}
