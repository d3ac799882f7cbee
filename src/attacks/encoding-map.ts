/**
 * Attacks on the order and the uniqueness of map keys (draft-ietf-suit-manifest-37 §8.1; RFC 8949 §4.2, §5.6).
 *
 * @module
 */
import fc from 'fast-check';
import {
  array,
  bstr,
  type CborMap,
  type Entry,
  type Item,
  int,
  isInt,
  map,
  tstr,
  wrapped,
} from '../cbor/item.ts';
import { compareKeys, sortEntries } from '../cbor/order.ts';
import { contentOf, write } from '../cbor/write.ts';
import { signerOf } from '../cose/blocks.ts';
import { strangerEd25519 } from '../cose/test-keys.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { commonOf, setMember } from '../suit/edit.ts';
import { assemble, type EnvelopeParts, sign } from '../suit/parts.ts';
import { commonKey, envelopeKey, manifestKey } from '../suit/registry.ts';
import type { Attack } from './attack.ts';
import { reissue } from './deliver.ts';
import {
  changeAsAuthor,
  deliverTree,
  evilSequence,
  evilUri,
  isAuthored,
  levelOf,
  pick,
  surePlaces,
} from './encoding-change.ts';
import type { Place } from './encoding-tree.ts';
import { all, byLevel, mustAccept, shouldReject } from './expectation.ts';

const unordered = byLevel(shouldReject(['non-deterministic'], { doc: 'manifest', section: '8.1' }));

/** Puts the keys of one signed map in another order. */
export const permuteKeys: Attack<{ map: number; permutation: number }> = {
  id: 'enc.map.order',
  handle: 'A09',
  group: 'A',
  family: 'malformed',
  change: 'permute the keys of one signed map',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(unordered),
  choice: fc.record({ map: fc.nat({ max: 19 }), permutation: fc.nat({ max: 5039 }) }),

  apply(scenario, { map: number, permutation }) {
    const place = pick(
      surePlaces(scenario, (p) => isSignedMap(p) && p.item.entries.length > 1),
      number,
    );
    if (place === undefined || place.item.kind !== 'map') return undefined;
    const entries = permuted(place.item.entries, permutation);
    const changed: CborMap = { ...place.item, entries };
    if (sortEntries(changed).entries.every((entry, i) => entry === entries[i])) return undefined;
    return changeAsAuthor(scenario, place, () => changed, { expect: unordered[levelOf(place)] });
  },
};

/** The list in the order that the number stands for, counted in the factorial system; never the order it has. */
export function permuted<T>(list: readonly T[], number: number): readonly T[] {
  const orders = list.reduce((product, _, i) => Math.min(product * (i + 1), 2 ** 31), 1);
  const chosen: T[] = [];
  let rest = 1 + (number % Math.max(orders - 1, 1));
  list.forEach((element, i) => {
    chosen.splice(chosen.length - (rest % (i + 1)), 0, element);
    rest = Math.floor(rest / (i + 1));
  });
  return chosen;
}

type Mapped = Place & { readonly item: CborMap };

function isSignedMap(place: Place): place is Mapped {
  return isAuthored(place) && place.item.kind === 'map';
}

const bytewise = mustAccept({ doc: 'cbor', section: '4.2.1' });
const lengthFirst = shouldReject(
  ['non-deterministic'],
  { doc: 'cbor', section: '4.2.3' },
  { level: 'applicable' },
);

/** Orders keys of the text, a private one and component identifiers, by one rule or by the other. */
export const orderByRule: Attack<{ rule: 'bytewise' | 'length-first' }> = {
  id: 'enc.map.order.rule',
  handle: 'A10',
  group: 'A',
  family: 'malformed',
  change:
    'known keys whose orders differ (24 vs −1 or "", component ids in text): bytewise (MA), length-first (SR)',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [bytewise, lengthFirst],
  choice: fc.record({ rule: fc.constantFrom('bytewise', 'length-first') }),

  apply(scenario, { rule }) {
    const common = commonOf(scenario.release.manifest);
    const components = common?.entries.find(([key]) => isInt(key, commonKey.components))?.[1];
    if (components?.kind !== 'array') return undefined;
    // A private key of nine bytes sorts before an array by its first byte, and after a short one by length.
    const entries: Entry[] = [int(1), int(-(2n ** 32n) - 1n), ...components.items].map((key) => [
      key,
      key.kind === 'array' ? map([int(1), tstr('gauntlet')]) : tstr('gauntlet'),
    ]);
    const sorted = entries.toSorted(([a], [b]) => compareKeys(a, b));
    const other = entries.toSorted(([a], [b]) => write(a).length - write(b).length || compareKeys(a, b));
    if (sorted.every((entry, i) => entry === other[i])) return undefined;
    const text = map([tstr('en'), map(...(rule === 'bytewise' ? sorted : other))]);
    return reissue(scenario, (parts) => withInlineText(parts, wrapped(text)), {
      expect: rule === 'bytewise' ? bytewise : lengthFirst,
    });
  },
};

/** The text in the manifest itself, in place of any that there was. */
export function withInlineText(parts: EnvelopeParts, text: Item): EnvelopeParts {
  return {
    ...parts,
    manifest: setMember(parts.manifest, manifestKey.text, text),
    members: parts.members.filter(([key]) => !isInt(key, envelopeKey.text)),
  };
}

const duplicateSigned = byLevel(shouldReject(['cbor-invalid'], { doc: 'cbor', section: '5.6' }));

/** Gives one key of a signed map twice. */
export const repeatSignedKey: Attack<{
  map: number;
  entry: number;
  value: 'same' | 'other';
  added: 'after' | 'before';
}> = {
  id: 'enc.map.dup.signed',
  handle: 'A11',
  group: 'A',
  family: 'malformed',
  change: 'one key twice in manifest, common or a parameter map',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE', 'REQ.SEC.SEQUENCE'],
  expects: all(duplicateSigned),
  choice: fc.record({
    map: fc.nat({ max: 19 }),
    entry: fc.nat({ max: 19 }),
    value: fc.constantFrom('same', 'other'),
    added: fc.constantFrom('after', 'before'),
  }),

  apply(scenario, { map: mapNumber, entry: entryNumber, value, added }) {
    const names = ['manifest', 'common', 'parameters'];
    const place = pick(
      surePlaces(scenario, (p) => names.includes(p.name) && isSignedMap(p) && p.item.entries.length > 0),
      mapNumber,
    );
    if (place === undefined || place.item.kind !== 'map') return undefined;
    const { entries } = place.item;
    const at = entryNumber % entries.length;
    const [key, good] = entries[at] as Entry;
    const second: Entry = [key, value === 'same' ? good : otherThan(good)];
    const changed = { ...place.item, entries: entries.toSpliced(added === 'after' ? at + 1 : at, 0, second) };
    return changeAsAuthor(scenario, place, () => changed, { expect: duplicateSigned[levelOf(place)] });
  },
};

/** A value of the same type that says something else. */
/** Another item of the same type. */
export function otherThan(item: Item): Item {
  switch (item.kind) {
    case 'uint':
      return int(item.value ^ 1n);
    case 'nint':
      return int(-1n - ((-1n - item.value) ^ 1n));
    case 'bstr':
    case 'tstr':
      return item.bytes.length > 0
        ? { kind: item.kind, bytes: item.bytes.with(0, item.bytes[0]! ^ 1) }
        : tstr('x');
    case 'wrapped':
      return wrapped(contentOf(item)[0]! >> 5 === 5 ? map() : array());
    case 'simple':
      return { kind: 'simple', value: item.value ^ 1 };
    default:
      return bstr(new Uint8Array(0));
  }
}

const duplicateFrame = byLevel(
  shouldReject(
    ['cbor-invalid'],
    { doc: 'cbor', section: '5.6' },
    { prohibits: [{ kind: 'fetch', uri: evilUri }, { kind: 'wrong-image' }] },
  ),
);

/** Gives one member of the envelope twice; the copy fetches from an attacker's server, or is signed by a stranger. */
export const repeatEnvelopeKey: Attack<{ key: number; added: 'after' | 'before' }> = {
  id: 'enc.map.dup.envelope',
  handle: 'A12',
  group: 'A',
  family: 'malformed',
  change: 'key 2, 3, 16, 20 or 23 twice, one copy unauthentic; ⊘ use of that copy',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(duplicateFrame),
  choice: fc.record({ key: fc.nat({ max: 4 }), added: fc.constantFrom('after', 'before') }),

  apply(scenario, { key: number, added }) {
    const { release } = scenario;
    const present = release.members.flatMap(([key]) => (key.kind === 'uint' ? [Number(key.value)] : []));
    const key = pick([envelopeKey.manifest, envelopeKey.authenticationWrapper, ...present], number) as number;
    const copy = unauthenticCopy(scenario, key);
    if (copy === undefined) return undefined;
    const tree = assemble(release);
    const isFrame = key === envelopeKey.authenticationWrapper || key === envelopeKey.manifest;
    return deliverTree(
      scenario,
      onMap(tree, (entries) => {
        const at = entries.findIndex(([k]) => isInt(k, key));
        return entries.toSpliced(added === 'after' ? at + 1 : at, 0, [int(key), copy]);
      }),
      { expect: duplicateFrame[isFrame ? 'authenticated' : 'installed'] },
    );
  },
};

function unauthenticCopy(scenario: Scenario, key: number): Item | undefined {
  const evil = wrapped(evilSequence());
  switch (key) {
    case envelopeKey.authenticationWrapper: {
      const stranger = scenario.strangers[0] ?? signerOf(strangerEd25519);
      const { blocks } = sign(scenario.release, [stranger]);
      return wrapped(array(wrapped(scenario.release.digest), ...blocks.map((block) => wrapped(block))));
    }
    case envelopeKey.manifest:
      return wrapped(
        setMember(
          setMember(scenario.release.manifest, manifestKey.install, evil),
          manifestKey.validate,
          evil,
        ),
      );
    case envelopeKey.payloadFetch:
    case envelopeKey.install:
      return evil;
    case envelopeKey.text:
      return wrapped(map([tstr('en'), map([int(1), tstr('made by an attacker')])]));
    default:
      return undefined;
  }
}

/** The envelope's map changed, under whatever tags. */
export function onMap(item: Item, change: (entries: readonly Entry[]) => readonly Entry[]): Item {
  if (item.kind === 'tag') return { ...item, item: onMap(item.item, change) };
  return item.kind === 'map' ? { ...item, entries: change(item.entries) } : item;
}
