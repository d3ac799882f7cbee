/**
 * Attacks on the component list and the component index (draft §6.1, §6.2, §6.5, §8.4.10.1).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type CborMap, type Item, int, isInt, map, tstr, valueAt } from '../cbor/item.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { removeMember, sections, sequenceOf, setMember, withCommon } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, commonKey, manifestKey } from '../suit/registry.ts';
import type { AnyAttack, Attack, Expectation } from './attack.ts';
import { command, componentItems, override, select, withComponents } from './command-items.ts';
import { missing, range, type } from './component-index.ts';
import { reissue } from './deliver.ts';
import { eitherAnswer, mustReject, shouldReject } from './expectation.ts';
import { insert } from './twin.ts';

const unknown = array(bstr(new TextEncoder().encode('no such component')));

/** Lists more components than the recipient has. */
export const count: Attack<{ more: number }> = {
  id: 'comp.count',
  handle: 'I01',
  group: 'I',
  family: 'components',
  change: 'list more components than the recipient has',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.MFST.COMPONENT', 'REQ.USE.PARSE'],
  expects: [
    mustReject(['component-count', 'component-unsupported'], manifest('6.2'), { level: 'applicable' }),
  ],
  on: { features: ['multi-component'] },
  choice: fc.record({ more: fc.integer({ min: 1, max: 8 }) }),
  apply: (scenario, { more }) =>
    reissue(scenario, (parts) => {
      const listed = componentItems(parts);
      if (listed.length < 2) return undefined;
      const added = Math.max(0, scenario.recipient.components.length - listed.length) + more;
      const extra = Array.from({ length: added }, (_, i) => array(bstr(Uint8Array.of(0xee, i))));
      return withComponents(parts, [...listed, ...extra]);
    }),
};

const operated = mustReject(['component-unsupported'], manifest('6.4'));
const listedOnly = eitherAnswer(['component-unsupported'], manifest('6.1'));

/** Names a component that the recipient does not have. */
export const unsupported: Attack<{ use: 'operated' | 'listed' }> = {
  id: 'comp.unsupported',
  handle: 'I02',
  group: 'I',
  family: 'components',
  change: 'name a component that the recipient does not have, operated on or only listed',
  by: 'author',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC', 'REQ.USE.MFST.COMPONENT'],
  expects: [operated, listedOnly],
  on: { features: ['multi-component'] },
  choice: fc.record({ use: fc.constantFrom('operated', 'listed') }),
  apply(scenario, { use }) {
    const listed = componentItems(scenario.release);
    const at = scenario.images[0]?.component;
    if (use === 'operated') {
      if (at === undefined || at >= listed.length) return undefined;
      // The text names the component too: it would be found wrong before anything is operated on.
      if (valueAt(scenario.release.manifest, manifestKey.text) !== undefined) return undefined;
      return reissue(scenario, (parts) => withComponents(parts, listed.with(at, unknown)), {
        expect: operated,
      });
    }
    if (listed.length < 2 || listed.length >= scenario.recipient.components.length) return undefined;
    // Index true operates on every component of the list.
    if (selectsAll(scenario)) return undefined;
    return reissue(scenario, (parts) => withComponents(parts, [...listed, unknown]), { expect: listedOnly });
  },
};

function selectsAll({ release }: Scenario): boolean {
  return sections.some((section) => {
    const items = sequenceOf(release, section)?.items ?? [];
    return items.some(
      (argument, i) =>
        i % 2 === 1 && argument.kind === 'simple' && isInt(items[i - 1] as Item, code.setComponentIndex),
    );
  });
}

const noList = shouldReject(['manifest-structure'], manifest('A'), { level: 'applicable' });
const oddList = eitherAnswer(['manifest-structure', 'index-range'], manifest('A'), { level: 'applicable' });
const listForms: Readonly<Record<string, { readonly expect: Expectation; readonly list?: Item }>> = {
  empty: { expect: noList, list: array() },
  text: { expect: noList, list: array(tstr('component')) },
  map: { expect: noList, list: map([int(0), array(bstr(Uint8Array.of(0)))]) },
  'text-part': { expect: noList, list: array(array(tstr('component'))) },
  'empty-identifier': { expect: oddList, list: array(array()) },
  absent: { expect: oddList },
};

/** Gives the component list another form, or leaves it out. */
export const shape: Attack<{ form: string }> = {
  id: 'comp.shape',
  handle: 'I03',
  group: 'I',
  family: 'components',
  change: 'empty the component list, give it or an identifier another type, or leave it out',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [noList, oddList],
  choice: fc.record({ form: fc.constantFrom(...Object.keys(listForms)) }),
  apply(scenario, { form }) {
    const found = listForms[form];
    if (found === undefined) return undefined;
    const { expect, list } = found;
    const change = (common: CborMap) =>
      list ? setMember(common, commonKey.components, list) : removeMember(common, commonKey.components);
    const changed = (parts: EnvelopeParts) => ({ ...parts, manifest: withCommon(parts.manifest, change) });
    return reissue(scenario, changed, { expect });
  },
};

/** Lists a component twice, under two indices. */
export const twice: Attack<{ at: number }> = {
  id: 'comp.id.dup',
  handle: 'I04',
  group: 'I',
  family: 'components',
  change: 'list the same component identifier twice',
  by: 'author',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.USE.MFST.COMPONENT'],
  expects: [eitherAnswer(['manifest-structure'], manifest('8.4.5'), { level: 'applicable' })],
  on: { features: ['multi-component', 'other-components'] },
  choice: fc.record({ at: fc.nat({ max: 7 }) }),
  apply(scenario, { at }) {
    const listed = componentItems(scenario.release);
    const again = listed[at % listed.length];
    if (again === undefined || listed.length >= scenario.recipient.components.length) return undefined;
    return reissue(scenario, (parts) => withComponents(parts, [...listed, again]));
  },
};

const noSource = mustReject(['source-missing'], manifest('8.4.10.5'));
const ownSource = eitherAnswer(['source-missing'], manifest('8.4.10.5'));

/** Copies from a component that the manifest does not list, or from the one that is written. */
export const source: Attack<{ value: 'n' | '2^32' | '2^64-1' | 'current' }> = {
  id: 'comp.source',
  handle: 'I08',
  group: 'I',
  family: 'components',
  change: 'copy from a component index beyond the list, or from the component itself',
  by: 'author',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC'],
  expects: [noSource, ownSource],
  on: { features: ['network', 'update'] },
  choice: fc.record({ value: fc.constantFrom('n', '2^32', '2^64-1', 'current') }),
  apply(scenario, { value }) {
    const target = scenario.images[0]?.component;
    if (target === undefined) return undefined;
    const n = componentItems(scenario.release).length;
    const values = { n, '2^32': 2n ** 32n, '2^64-1': 2n ** 64n - 1n, current: target };
    const from = override({ sourceComponent: int(values[value]) });
    const commands = [...select(target), ...from, ...command(code.copy)];
    const expect = value === 'current' ? ownSource : noSource;
    return insert(scenario, [{ section: 'install', commands }], { event: 'update', expect });
  },
};

export const componentAttacks: readonly AnyAttack[] = [
  count,
  unsupported,
  range,
  type,
  missing,
  shape,
  twice,
  source,
];
