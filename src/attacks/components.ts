/**
 * Attacks on the component list and the component index (draft §6.1, §6.2, §6.5, §8.4.10.1).
 *
 * @module
 */
import fc from 'fast-check';
import {
  array,
  bool,
  bstr,
  type CborMap,
  type Item,
  int,
  isInt,
  map,
  nil,
  tstr,
  valueAt,
} from '../cbor/item.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import {
  removeMember,
  type Section,
  sections,
  sequenceOf,
  setMember,
  withCommon,
  withSequence,
} from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, commonKey, manifestKey, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { command, componentItems, override, select, withComponents } from './command-items.ts';
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

/** Selects a component beyond the list, and sets a parameter there. */
export const range: Attack<{ value: 'n' | 'n+1' | '2^31' | '2^32' | '2^64-1'; inArray: boolean }> = {
  id: 'index.range',
  handle: 'I09',
  group: 'I',
  family: 'components',
  change: 'set the component index to a value beyond the component list, alone or in an array',
  by: 'author',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC'],
  expects: [mustReject(['index-range'], manifest('8.4.10.1'), { level: 'applicable' })],
  choice: fc.record({
    value: fc.constantFrom('n', 'n+1', '2^31', '2^32', '2^64-1'),
    inArray: fc.boolean(),
  }),
  apply(scenario, { value, inArray }) {
    const n = BigInt(componentItems(scenario.release).length);
    if (n === 0n) return undefined;
    const values = { n, 'n+1': n + 1n, '2^31': 2n ** 31n, '2^32': 2n ** 32n, '2^64-1': 2n ** 64n - 1n };
    const index = int(values[value]);
    return withIndex(scenario, inArray ? array(int(0), index) : index);
  },
};

const badTypes: Readonly<Record<string, Item>> = {
  '-1': int(-1),
  nil,
  false: bool(false),
  text: tstr('0'),
  '[[0]]': array(array(int(0))),
  '[true]': array(bool(true)),
};
const wrongType = mustReject(['index-type', 'index-range'], manifest('6.5'), { level: 'applicable' });
const emptyIndex = shouldReject(['index-type', 'index-range'], manifest('A'), { level: 'applicable' });

/** Gives the component index a type that it cannot have. */
export const type: Attack<{ form: string }> = {
  id: 'index.type',
  handle: 'I10',
  group: 'I',
  family: 'components',
  change: 'set the component index to an item of a wrong type',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [wrongType, emptyIndex],
  choice: fc.record({ form: fc.constantFrom(...Object.keys(badTypes), '[]') }),
  apply: (scenario, { form }) =>
    withIndex(scenario, badTypes[form] ?? array(), badTypes[form] ? wrongType : emptyIndex),
};

const missingAt = {
  applicable: mustReject(['index-missing'], manifest('6.2'), { level: 'applicable' }),
  installed: mustReject(['index-missing'], manifest('6.2'), { level: 'installed' }),
  invoked: mustReject(['index-missing'], manifest('6.2'), { level: 'invoked' }),
} as const;

/** Begins a section without selecting one of several components. */
export const missing: Attack<{ section: Section }> = {
  id: 'index.missing',
  handle: 'I13',
  group: 'I',
  family: 'components',
  change: 'begin a section without set-component-index, though there are several components',
  by: 'author',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC'],
  expects: [missingAt.applicable, missingAt.installed, missingAt.invoked],
  on: { features: ['multi-component'] },
  choice: fc.record({
    section: fc.constantFrom<Section>('shared', 'validate', 'install', 'payloadFetch', 'invoke', 'load'),
  }),
  apply(scenario, { section }) {
    const old = sequenceOf(scenario.release, section)?.items;
    const first = old?.[0];
    if (componentItems(scenario.release).length < 2 || old === undefined || first === undefined)
      return undefined;
    if (!isInt(first, code.setComponentIndex) || old.length < 4) return undefined;
    const level = section === 'shared' ? 'applicable' : isBootOnly(section) ? 'invoked' : 'installed';
    return reissue(
      scenario,
      (parts) => withSequence(parts, section, (list) => ({ ...list, items: list.items.slice(2) })),
      { expect: missingAt[level], ...eventOf(section) },
    );
  },
};

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

/** Selects the index at the end of the shared sequence, and sets a parameter there so that it is used. */
function withIndex(scenario: Scenario, index: Item, expect?: Expectation): Attacked | undefined {
  const use = map([int(parameterKey.uri), tstr('https://vendor.example/unused')]);
  const added = [int(code.setComponentIndex), index, int(code.overrideParameters), use];
  return reissue(
    scenario,
    (parts) => {
      if (sequenceOf(parts, 'shared') === undefined) return undefined;
      return withSequence(parts, 'shared', (list) => ({ ...list, items: [...list.items, ...added] }));
    },
    expect && { expect },
  );
}

function isBootOnly(section: Section): boolean {
  return section === 'load' || section === 'invoke';
}

/** The event that runs the section; both run the shared sequence and validate. */
function eventOf(section: Section): { event?: 'update' | 'boot' } {
  if (isBootOnly(section)) return { event: 'boot' };
  return section === 'install' || section === 'payloadFetch' ? { event: 'update' } : {};
}
