/**
 * Animals that take a manifest for another device or component as their own (draft §6.5, §8.4.9.1, §8.4.10.1).
 *
 * @module
 */
import type { Item } from '../../cbor/item.ts';
import { defaultRules } from '../reference/rules.ts';
import { animal } from './animal.ts';

const { identifierMatches, selected, slotMatches, unknown } = defaultRules;

function upToNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** The index item with each of its integers changed. */
function mapIndex(item: Item, change: (value: bigint, position: number) => bigint): Item {
  if (item.kind === 'uint') return { kind: 'uint', value: change(item.value, 0) };
  if (item.kind !== 'array') return item;
  const items = item.items.map(
    (one, i): Item => (one.kind === 'uint' ? { ...one, value: change(one.value, i) } : one),
  );
  return { ...item, items };
}

export const applicabilityAnimals = [
  animal(
    'Z071',
    'ignores-the-vendor',
    'The class is checked and the vendor is not.',
    ['app.id.mismatch', 'replay.cross-target'],
    {
      rules: {
        identifierMatches: (kind, wanted, ids, others) =>
          kind === 'vendor' || identifierMatches(kind, wanted, ids, others),
      },
    },
  ),
  animal(
    'Z070',
    'compares-ids-as-c-strings',
    'The comparison of identifiers stops at the first zero byte.',
    ['app.id.mismatch'],
    {
      rules: {
        identifierMatches: (kind, wanted, ids, others) =>
          identifierMatches(kind, upToNul(wanted), ids.map(upToNul), others),
      },
    },
  ),
  animal(
    'Z147',
    'no-device-id-matches-all',
    'A recipient without an identifier matches every one.',
    ['app.id.mismatch'],
    {
      rules: {
        identifierMatches: (kind, wanted, ids, others) =>
          ids.length === 0 || identifierMatches(kind, wanted, ids, others),
      },
    },
  ),
  animal(
    'Z163',
    'compares-the-first-id-only',
    "Only the first of a component's identifiers is compared.",
    ['app.id.second'],
    {
      rules: {
        identifierMatches: (kind, wanted, ids, others) =>
          identifierMatches(kind, wanted, ids.slice(0, 1), others),
      },
    },
  ),
  animal(
    'Z185',
    'one-id-list-for-all-components',
    'The identifiers of any component do for every component.',
    ['app.id.component'],
    {
      rules: {
        identifierMatches: (kind, wanted, _ids, others) => identifierMatches(kind, wanted, others(), others),
      },
    },
  ),
  animal(
    'Z072',
    'shares-parameters-between-components',
    'A parameter set for one component is read on all others.',
    ['index.scope', 'app.check.component'],
    { rules: { parametersOf: (tables, component) => Object.assign({}, ...tables, tables[component]) } },
  ),
  animal(
    'Z096',
    'takes-slots-modulo-their-number',
    "A slot number is reduced by the number of the component's slots.",
    ['app.slot', 'diff.number'],
    {
      rules: {
        slotMatches: (component, wanted) => slotMatches(component, wanted % BigInt(component.slots.length)),
      },
    },
  ),
  animal(
    'Z140',
    'never-counts-components',
    'The length of the component list is not compared with what the device has.',
    ['comp.count'],
    { rules: { componentsFit: () => true, unknown: skipComponents } },
  ),
  animal(
    'Z165',
    'skips-unknown-components',
    'Commands on a component that the recipient does not have do nothing, and succeed.',
    ['comp.unsupported'],
    { rules: { unknown: skipComponents } },
  ),
  animal(
    'Z086',
    'index-may-equal-the-count',
    'An index one past the end is accepted, and reads what was last in the table.',
    ['index.range'],
    {
      rules: {
        selected: (index, components, device) => {
          const count = BigInt(components);
          return selected(
            mapIndex(index, (value) => (value === count ? count - 1n : value)),
            components,
            device,
          );
        },
      },
    },
  ),
  animal(
    'Z087',
    'checks-the-first-index-only',
    'Of an array of indices only the first is checked.',
    ['index.range'],
    {
      rules: {
        selected: (index, components, device) => {
          const wrap = (value: bigint, position: number) =>
            position === 0 ? value : value % BigInt(components);
          return selected(mapIndex(index, wrap), components, device);
        },
      },
    },
  ),
  animal(
    'Z187',
    'narrows-the-index-to-8-bits',
    'The component index is kept in one byte.',
    ['index.range', 'diff.number'],
    {
      rules: {
        selected: (index, components, device) =>
          selected(
            mapIndex(index, (value) => value & 0xffn),
            components,
            device,
          ),
      },
    },
  ),
  animal('Z088', 'false-is-index-0', 'False and nil are read as index 0.', ['index.type'], {
    rules: {
      selected: (index, components, device) => {
        const isFalsy = index.kind === 'simple' && index.value !== 21;
        return isFalsy && components > 0 ? [0] : selected(index, components, device);
      },
    },
  }),
  animal(
    'Z089',
    'needs-no-index',
    'A section that does not set the component index runs on the first component.',
    ['index.missing'],
    { rules: { beginsWithIndex: () => true, startIndex: (components) => (components > 0 ? [0] : []) } },
  ),
  animal(
    'Z090',
    'true-means-all-of-the-device',
    "The index true selects the device's components, not the manifest's.",
    ['index.true.scope'],
    {
      rules: {
        selected: (index, components, device) =>
          index.kind === 'simple' && index.value === 21
            ? Array.from({ length: device }, (_, i) => i)
            : selected(index, components, device),
      },
    },
  ),
];

function skipComponents(...[kind, code, capable]: Parameters<typeof unknown>): ReturnType<typeof unknown> {
  return kind === 'component' ? 'skip' : unknown(kind, code, capable);
}
