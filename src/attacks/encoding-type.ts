/**
 * Attacks with items of another type than the draft's CDDL says (draft-ietf-suit-manifest-37 appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { type Item, int, isInt, map, nil, tstr } from '../cbor/item.ts';
import type { Level } from '../device/delivery.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { commandByCode, parameterKey } from '../suit/registry.ts';
import type { Attack, Attacked } from './attack.ts';
import {
  changeAsAuthor,
  changeAsOutsider,
  isAuthored,
  levelOf,
  opened,
  pick,
  surePlaces,
} from './encoding-change.ts';
import { type Place, stringBytes } from './encoding-tree.ts';
import { all, byLevel, mustReject, mustRejectUnauthentic, shouldReject } from './expectation.ts';

const cddl = { doc: 'manifest', section: 'A' } as const;
const needed = byLevel(mustReject(['type-mismatch', 'param-type'], { doc: 'manifest', section: '8.4.9' }));
const neededOutside = mustRejectUnauthentic(['type-mismatch'], cddl);
const elsewhere = byLevel(shouldReject(['type-mismatch', 'param-type'], cddl));

type OtherType = 'null' | 'undefined' | 'integer' | 'text' | 'bytes' | 'false' | 'float' | 'map';

const otherTypes: Readonly<Record<OtherType, (item: Item) => Item>> = {
  null: () => nil,
  undefined: () => ({ kind: 'simple', value: 23 }),
  integer: () => int(1),
  text: (item) => ({ kind: 'tstr', bytes: stringBytes(item) ?? new Uint8Array(0) }),
  bytes: (item) => ({ kind: 'bstr', bytes: stringBytes(item) ?? new Uint8Array(0) }),
  false: () => ({ kind: 'simple', value: 20 }),
  float: (item) => float64(item.kind === 'uint' ? Number(item.value) : 0),
  map: () => map(),
};

/** `outside`, `key-outside`: in the envelope and its wrapper, by an outsider; the others by the author. */
type Field = 'needed' | 'elsewhere' | 'outside' | 'key' | 'key-outside';

/** Puts an item of another type in a field's place. */
export const swapType: Attack<{ field: Field; place: number; type: OtherType }> = {
  id: 'enc.type.swap',
  handle: 'A14',
  group: 'A',
  family: 'malformed',
  change: 'other type in a field that a check or run section needs (MR), elsewhere or as map key (SR)',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(needed, neededOutside, elsewhere),
  choice: fc.record({
    field: fc.constantFrom('needed', 'outside', 'elsewhere', 'key', 'key-outside'),
    place: fc.nat({ max: 99 }),
    type: fc.constantFrom(...(Object.keys(otherTypes) as OtherType[])),
  }),

  apply(scenario, { field, place: number, type }) {
    if (field === 'key' || field === 'key-outside') return addKey(scenario, field, number, type);
    const found = pick(
      surePlaces(scenario, (p) => isField(scenario, field, p) && kindOf(p.item) !== type),
      number,
    );
    if (found === undefined) return undefined;
    const change = otherTypes[type];
    // The right bytes in the other kind of string leave a check possible, and a float may have the right value.
    const isLax = (type === 'text' || type === 'bytes') && stringBytes(found.item) !== undefined;
    const isStrict = field !== 'elsewhere' && !isLax && type !== 'float';
    const expect = (isStrict ? needed : elsewhere)[contentLevel(scenario, found)];
    if (field !== 'outside') return changeAsAuthor(scenario, found, change, { expect });
    const isFrame = isStrict && found.reads === 'authenticated';
    return changeAsOutsider(scenario, found, change, { expect: isFrame ? neededOutside : expect });
  },
};

/** An entry more, under a key that is no integer; a text is none in the envelope, but names a payload (§7.5). */
function addKey(
  scenario: Scenario,
  field: 'key' | 'key-outside',
  number: number,
  type: OtherType,
): Attacked | undefined {
  const isOutside = field === 'key-outside';
  if (type === 'integer' || (isOutside && type === 'text')) return undefined;
  const isHere = (p: Place) =>
    isOutside
      ? p.name === 'envelope'
      : isAuthored(p) && ['manifest', 'common', 'parameters'].includes(p.name);
  const place = pick(
    surePlaces(scenario, (p) => p.item.kind === 'map' && isHere(p)),
    number,
  );
  if (place === undefined) return undefined;
  const entry = [otherTypes[type](tstr('1')), int(0)] as const;
  const add = (item: Item): Item =>
    item.kind === 'map' ? { ...item, entries: [...item.entries, entry] } : item;
  const expect = elsewhere[levelOf(place)];
  return isOutside
    ? changeAsOutsider(scenario, place, add, { expect })
    : changeAsAuthor(scenario, place, add, { expect });
}

const neededByAuthor = [
  'manifest.3',
  'manifest.section',
  'common.2',
  'common.4',
  'identifier',
  'identifier.part',
  'command',
];
const neededByOutsider = [
  'envelope.2',
  'envelope.3',
  'envelope.section',
  'authentication',
  'authentication.digest',
  'digest',
  'digest.0',
  'digest.1',
];

function isField(scenario: Scenario, field: 'needed' | 'elsewhere' | 'outside', place: Place): boolean {
  if (field === 'outside') {
    const isOutside = place.part === 'frame' || place.part === 'digest';
    return isOutside && neededByOutsider.includes(place.name);
  }
  if (place.part !== 'manifest' && place.part !== 'member') return false;
  if (field === 'elsewhere') return ['policy', 'manifest.4', 'manifest.23'].includes(place.name);
  if (place.name === 'manifest.section') return sectionContent(scenario, place) !== undefined;
  return neededByAuthor.includes(place.name) || isConsumed(scenario, place);
}

/** Whoever comes to a section's head can pass it by; only its content is needed, at the level of the run. */
function contentLevel(scenario: Scenario, place: Place): Level {
  return levelOf((place.name === 'manifest.section' && sectionContent(scenario, place)) || place);
}

function sectionContent(scenario: Scenario, place: Place): Place | undefined {
  return surePlaces(scenario, (p) => p.name === 'sequence.section' && isInside(p, place.path))[0];
}

const consumers: Readonly<Record<string, readonly number[]>> = {
  [`parameter.${parameterKey.vendorIdentifier}`]: [1],
  [`parameter.${parameterKey.classIdentifier}`]: [2],
  [`parameter.${parameterKey.imageDigest}`]: [3],
  [`parameter.${parameterKey.content}`]: [18],
  [`parameter.${parameterKey.uri}`]: [21],
  [`parameter.${parameterKey.sourceComponent}`]: [22, 31],
  [`parameter.${parameterKey.deviceIdentifier}`]: [24],
};

/** Does a command of the same sequence consume the parameter, with no other index or value set in between? */
function isConsumed(scenario: Scenario, place: Place): boolean {
  const codes = consumers[place.name];
  if (codes === undefined) return false;
  const sequence = place.path.slice(0, -2);
  const from = place.path.at(-2)! + 1;
  const list = opened(scenario).places.find(
    (p) => p.path.length === sequence.length && isInside(p, sequence),
  );
  if (list?.item.kind !== 'array') return false;
  for (let i = from; i + 1 < list.item.items.length; i += 2) {
    const code = list.item.items[i] as Item;
    if (codes.some((consumer) => isInt(code, consumer))) return true;
    // Another index, or more parameters, and the value may be another's or replaced.
    const isPlain = code.kind === 'uint' && commandByCode(code.value)?.argument === 'policy';
    if (!isPlain) return false;
  }
  return false;
}

function isInside(place: Place, path: readonly number[]): boolean {
  return path.every((step, i) => place.path[i] === step);
}

function kindOf(item: Item): OtherType | undefined {
  if (item.kind === 'uint' || item.kind === 'nint') return 'integer';
  if (item.kind === 'wrapped' || item.kind === 'bstr') return 'bytes';
  if (item.kind === 'tstr') return 'text';
  return item.kind === 'map' ? 'map' : undefined;
}

export function float64(value: number): Item {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return { kind: 'float', bits: view.getBigUint64(0), width: 8 };
}
