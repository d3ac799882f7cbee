/**
 * Attacks on the component index (draft §6.5, §8.4.10.1): beyond the list, of a wrong type, or not selected at all.
 *
 * @module
 */
import fc from 'fast-check';
import { array, bool, type Item, int, isInt, map, nil, tstr } from '../cbor/item.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { type Section, sequenceOf, withSequence } from '../suit/edit.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { Attack, Attacked, Expectation } from './attack.ts';
import { componentItems } from './command-items.ts';
import { reissue } from './deliver.ts';
import { mustReject, shouldReject } from './expectation.ts';

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
