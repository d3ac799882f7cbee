/**
 * Attacks with an author's bytes that two parsers would read as different things: which of two keys, which of two
 * items, what null is, how wide a number is (RFC 8949 §5.6, RFC 8610 §3.8.4, draft appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { concat } from '../cbor/hex.ts';
import { type CborMap, type Entry, type Item, int, nil, valueAt, type Width, wrapped } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { setMember } from '../suit/edit.ts';
import { encode } from '../suit/parts.ts';
import { commandCode as code, manifestKey } from '../suit/registry.ts';
import { type Attack, type Expectation, inDimension } from './attack.ts';
import { command, override, select, unread } from './command-items.ts';
import { deliverEnvelope, reissue } from './deliver.ts';
import { changeAsAuthor, evilSequence, evilUri, levelOf, pick, surePlaces } from './encoding-change.ts';
import { otherThan } from './encoding-map.ts';
import type { Place } from './encoding-tree.ts';
import { all, byLevel, eitherAnswer, mustReject, shouldReject } from './expectation.ts';
import { insert } from './twin.ts';

const common = {
  group: 'S',
  family: 'toctou',
  by: 'author',
  violates: ['REQ.USE.PARSE'],
} as const;

type KeyForm = 'same' | 'wide' | 'float';

const twoKeys = byLevel(
  shouldReject(['cbor-invalid', 'unknown-critical-key', 'non-deterministic'], {
    doc: 'cbor',
    section: '5.6',
  }),
);
const floatKey = byLevel(
  eitherAnswer(['cbor-invalid', 'unknown-critical-key', 'type-mismatch', 'param-type'], {
    doc: 'cbor',
    section: '5.6',
  }),
);

/** One key twice, the second time perhaps in a longer head or as a float, and with another value. */
export const twoMeanings: Attack<{
  map: number;
  entry: number;
  form: KeyForm;
  order: 'good-first' | 'evil-first';
}> = {
  ...common,
  id: 'diff.dup',
  handle: 'S09',
  change: 'first and last copy of a key say opposite things; second written 0x02 or 0x1802 (SR), 2.0 (PD)',
  threats: ['THREAT.IMG.NON_AUTH'],
  expects: all(twoKeys, floatKey),
  choice: fc.record({
    map: fc.nat({ max: 19 }),
    entry: fc.nat({ max: 19 }),
    form: fc.constantFrom<KeyForm>('same', 'wide', 'float'),
    order: fc.constantFrom('good-first', 'evil-first'),
  }),

  apply(scenario, { map: mapNumber, entry: entryNumber, form, order }) {
    const isCopied = (p: Place) => ['manifest', 'parameters'].includes(p.name) && p.item.kind === 'map';
    const place = pick(
      surePlaces(scenario, (p) => isCopied(p) && smallKeys(p.item).length > 0),
      mapNumber,
    );
    if (place?.item.kind !== 'map') return undefined;
    const [at, key, good] = pick(smallKeys(place.item), entryNumber) as SmallKey;
    const evil = otherThan(good);
    const [first, second] = order === 'good-first' ? [good, evil] : [evil, good];
    const changed: CborMap = {
      ...place.item,
      entries: withSecond(place.item.entries.with(at, [int(key), first]), at, key, second, form),
    };
    const expect = (form === 'float' ? floatKey : twoKeys)[levelOf(place)];
    return changeAsAuthor(scenario, place, () => changed, { expect });
  },
};

type SmallKey = readonly [at: number, key: number, value: Item];

/** Keys that a half-precision float can write exactly in one byte of mantissa, which all of the draft's are. */
function smallKeys(item: Item): readonly SmallKey[] {
  if (item.kind !== 'map') return [];
  return item.entries.flatMap(([key, value], at): SmallKey[] =>
    key.kind === 'uint' && key.value < 24n ? [[at, Number(key.value), value]] : [],
  );
}

/** A float sorts after all integers (RFC 8949 §4.2.1); the other copies stand side by side. */
function withSecond(
  entries: readonly Entry[],
  at: number,
  key: number,
  value: Item,
  form: KeyForm,
): readonly Entry[] {
  if (form === 'float') return [...entries, [{ kind: 'float', bits: doubleBits(key), width: 8 }, value]];
  const width: { width?: Width } = form === 'wide' ? { width: 1 } : {};
  return entries.toSpliced(at + 1, 0, [{ kind: 'uint', value: BigInt(key), ...width }, value]);
}

/** The IEEE 754 pattern of a small number in eight bytes. */
export function doubleBits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

const evilFetch: Pick<Expectation, 'prohibits'> = { prohibits: [{ kind: 'fetch', uri: evilUri }] };
const secondIgnored = byLevel(
  shouldReject(['trailing-data'], { doc: 'RFC8610', section: '3.8.4' }, evilFetch),
);
const twoEnvelopes = eitherAnswer(['trailing-data'], { doc: 'cbor', section: 'F' }, evilFetch);

/** A byte string, or the delivery, holds the good item and then one that fetches from elsewhere. */
export const secondItem: Attack<{ place: 'manifest' | 'section' | 'delivery'; which: number }> = {
  ...common,
  id: 'diff.second-item',
  handle: 'S11',
  by: ['outsider', 'author'],
  change: 'bstr (SR) or delivery (PD) with two items, good then evil; ⊘ the second',
  threats: ['THREAT.IMG.NON_AUTH'],
  expects: all(secondIgnored, twoEnvelopes),
  choice: fc.record({
    place: fc.constantFrom<'manifest' | 'section' | 'delivery'>('manifest', 'section', 'delivery'),
    which: fc.nat({ max: 3 }),
  }),

  apply(scenario, { place: where, which }) {
    const evil = wrapped(evilSequence());
    const { release } = scenario;
    const [install, validate] = [manifestKey.install, manifestKey.validate];
    const evilManifest = setMember(setMember(release.manifest, install, evil), validate, evil);
    if (where === 'delivery') {
      const both = concat(encode(release), encode({ ...release, manifest: evilManifest }));
      return deliverEnvelope(scenario, both, { expect: twoEnvelopes });
    }
    const name = where === 'manifest' ? 'envelope.3' : 'manifest.section';
    const place = pick(
      surePlaces(scenario, (p) => p.name === name && p.item.kind === 'wrapped'),
      which,
    );
    if (place === undefined) return undefined;
    const second = where === 'manifest' ? evilManifest : evilSequence();
    const level = where === 'manifest' ? 'applicable' : levelOf(place);
    return changeAsAuthor(
      scenario,
      place,
      (item) => (item.kind === 'wrapped' ? { ...item, items: [...item.items, second] } : item),
      { expect: secondIgnored[level] },
    );
  },
};

const optional = ['referenceUri', 'validate', 'load', 'invoke', 'payloadFetch', 'install', 'text'] as const;

/** A member that the manifest need not have, and has not, is there as null. */
export const nullMember: Attack<{ member: number }> = {
  ...common,
  id: 'diff.null-absent',
  handle: 'S12',
  change: 'null for an optional member',
  threats: [],
  expects: [
    shouldReject(['type-mismatch', 'command-malformed', 'manifest-structure'], manifest('A'), {
      level: 'applicable',
    }),
  ],
  choice: fc.record({ member: fc.nat({ max: optional.length - 1 }) }),

  apply: (scenario, { member }) =>
    reissue(scenario, (parts) => {
      const absent = optional.filter((name) => valueAt(parts.manifest, manifestKey[name]) === undefined);
      const name = absent[member % absent.length];
      return name && { ...parts, manifest: setMember(parts.manifest, manifestKey[name], nil) };
    }),
};

const noSuchIndex = mustReject(['index-range', 'index-type'], manifest('6.5'), { level: 'applicable' });
const noSuchSlot = mustReject(['slot-mismatch', 'param-type'], manifest('8.4.9.4'), { level: 'applicable' });
const noSuchSize = eitherAnswer(
  ['size-mismatch', 'image-mismatch', 'limit-size', 'param-type'],
  manifest('8.4.9.2'),
);

type Narrowing = 8 | 16 | 32 | 'float';

/** Equal to the good number in the low bits, or the good number as a float. */
function otherNumber(good: number | bigint, narrowing: Narrowing): Item {
  if (narrowing === 'float') return { kind: 'float', bits: doubleBits(Number(good)), width: 8 };
  return int(BigInt(good) + 2n ** BigInt(narrowing));
}

/** An index, a slot or a size that a narrower integer, or a double, would take for the right one. */
export const narrowNumber: Attack<{ field: 'index' | 'slot' | 'size'; narrowing: Narrowing }> = {
  ...common,
  id: 'diff.number',
  handle: 'S13',
  change: 'index or slot (MR), or size (PD), equal to a good one mod 2^8, 2^16, 2^32 or as a double',
  threats: [],
  expects: [noSuchIndex, noSuchSlot, noSuchSize],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({
    field: fc.constantFrom<'index' | 'slot' | 'size'>('index', 'slot', 'size'),
    narrowing: fc.constantFrom<Narrowing>(8, 16, 32, 'float'),
  }),

  apply(scenario, { field, narrowing }) {
    const [image] = scenario.images;
    const component = image && scenario.recipient.components[image.recipientComponent];
    if (image === undefined || component === undefined) return undefined;
    const { component: index, bytes } = image;
    if (field === 'index') {
      const commands = [int(code.setComponentIndex), otherNumber(index, narrowing), ...unread];
      return insert(scenario, [{ section: 'shared', commands }], { expect: noSuchIndex });
    }
    const check = (value: Item) =>
      field === 'slot'
        ? [...select(index), ...override({ componentSlot: value }), ...command(code.componentSlot)]
        : [...select(index), ...override({ imageSize: value }), ...command(code.imageMatch)];
    if (field === 'slot') {
      const commands = check(otherNumber(component.current, narrowing));
      return insert(scenario, [{ section: 'shared', commands }], { expect: noSuchSlot });
    }
    if (bytes === undefined) return undefined;
    const commands = check(otherNumber(bytes.length, narrowing));
    const made = insert(scenario, [{ section: 'install', commands }], {
      event: 'update',
      expect: noSuchSize,
    });
    return inDimension(made, narrowing === 'float' ? 'a float' : 'an integer');
  },
};
